import Database
import EventModel
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import PostgresPlugin

/// What cannot be stored, and who must mend it.
@Suite struct TroubleTests {
    private let midnight = StoreFixture.midnight

    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(
                of: PostgresStore.self, factory: PluginFactory(PostgresStore.self), folder: pluginFolder(),
                canStart: false)
                == [])
    }

    @Test func withoutADatabaseItDoesNotStart() throws {
        let store = try PostgresStore(PostgresSettings(), in: PluginContext(id: "postgres"))
        #expect(throws: PluginError.self) { try store.start() }
    }

    static let poison: [(String, @Sendable (inout Hit) -> Void)] = [
        ("zero byte in a text", { $0.title = "a\u{0}b" }),
        ("zero byte in a country", { $0.country = "\u{0}" }),
        ("zero byte in a property", { $0.properties = [Property("a", .text("\u{0}"))] }),
        ("zero byte in a name of a property", { $0.properties = [Property("\u{0}", .flag(true))] }),
        ("number that is not finite", { $0.properties = [Property("a", .number(.nan))] }),
        ("fact that is not finite", { $0.facts = [Property("a", .number(.infinity))] }),
        ("site that does not exist", { $0.site = SiteID(rawValue: 77) }),
        ("time long before the receipt", { $0.time = Timestamp(milliseconds: 946_684_800_000) }),
        ("time after the receipt", { $0.time = Timestamp(milliseconds: $0.receivedAt.milliseconds + 90_000_000) }),
        ("time out of this world", { $0.time = Timestamp(milliseconds: .min) }),
        (
            "times out of this world",
            {
                $0.receivedAt = Timestamp(milliseconds: .max); $0.time = $0.receivedAt
            }
        ),
    ]

    @Test(arguments: poison.indices)
    func whatCanNeverBeStoredIsPoisonAndIsBuried(index: Int) throws {
        try StoreFixture.with { fixture in
            let store = try fixture.store()
            let journal = StoreFixture.journal()
            try store.append([StoreFixture.hit(1, at: midnight)])
            var bad = StoreFixture.hit(2, at: midnight)
            Self.poison[index].1(&bad)
            let batch = Batch(journal: journal, first: 2, hits: [bad])
            var reason: String?
            do throws(StoreError) {
                _ = try store.store(batch)
            } catch {
                if case .poison(let why) = error { reason = why }
            }
            #expect(reason != nil, "\(Self.poison[index].0)")
            #expect(try store.position(in: journal) == 1)
            try store.bury(batch, reason: reason ?? "")
            try store.bury(batch, reason: reason ?? "")
            #expect(try store.position(in: journal) == 2)
            #expect(try fixture.count("SELECT count(*) FROM dead_letter WHERE sequence = 2 AND reason <> ''") == 1)
            #expect(try fixture.count("SELECT count FROM ledger WHERE outcome = 'dead'") == 1)
            #expect(try store.append([StoreFixture.hit(3, at: midnight)]).stored == 1)
            #expect(try fixture.count("SELECT count(*) FROM event") == 2)
        }
    }

    @Test func aDeadLetterHoldsTheWholeHit() throws {
        try StoreFixture.with { fixture in
            var bad = StoreFixture.hit(2, at: midnight, path: "/\"quoted\"\n")
            bad.title = "a\u{0}b"
            bad.visitorBefore = VisitorID(rawValue: 4711)
            bad.properties = [Property("size", .number(.infinity))]
            try fixture.store().bury(
                Batch(journal: StoreFixture.journal(), first: 1, hits: [bad]), reason: "zero\u{0} byte")
            let letter: [UInt8] = try fixture.connection.query("SELECT hit FROM dead_letter")[0].value(0)
            let text = String(decoding: letter, as: UTF8.self)
            #expect(text.contains(#""path":"/\"quoted\"\u000a""#))
            #expect(text.contains(#""title":"a\u0000b""#))
            #expect(text.contains(#""properties":{"size":"inf"}"#))
            #expect(!text.contains("4711"))
        }
    }

    @Test(arguments: ["seen_event", "event", "session", "dictionary", "journal_cursor", "site_day"])
    func aMissingTableIsRefusedAndMendable(table: String) throws {
        try StoreFixture.with { fixture in
            let store = try fixture.store()
            try fixture.database.run(script: "ALTER TABLE \(table) RENAME TO hidden")
            let batch = Batch(journal: StoreFixture.journal(), first: 1, hits: [StoreFixture.hit(1, at: midnight)])
            var isRefused = false
            do throws(StoreError) {
                _ = try store.store(batch)
            } catch {
                if case .refused = error { isRefused = true }
            }
            #expect(isRefused)
            try fixture.database.run(script: "ALTER TABLE hidden RENAME TO \(table)")
            #expect(try store.store(batch).stored == 1)
        }
    }

    @Test func aPartitionThatSomebodyDroppedIsMadeAgain() throws {
        try StoreFixture.with { fixture in
            let store = try fixture.store()
            try store.append([StoreFixture.hit(1, at: midnight)])
            try fixture.database.run(script: "DROP TABLE event_2026_11")
            #expect(try store.append([StoreFixture.hit(2, at: midnight)]).stored == 1)
            #expect(try fixture.count("SELECT count(*) FROM event") == 1)
        }
    }

    @Test func aDatabaseThatIsAwayIsUnavailable() throws {
        let store = try PostgresStore(
            PostgresSettings(),
            in: PluginContext(id: "postgres", databaseURL: Sensitive("postgresql://u:top-secret@127.0.0.1:1/none")))
        var message: String?
        do throws(StoreError) {
            _ = try store.position(in: StoreFixture.journal())
        } catch {
            if case .unavailable(let why) = error { message = why }
        }
        #expect(message?.isEmpty == false)
        #expect(message?.contains("top-secret") == false)
    }

    @Test func hostileEventsAreStoredOrPoisonAndNeverWorse() throws {
        try StoreFixture.with { fixture in
            let store = try fixture.store()
            var number: UInt128 = 0
            for event in HostileEvents.all {
                var hit = event.hit
                number += 1
                hit.id = EventID(number)
                do throws(StoreError) {
                    _ = try store.store(
                        Batch(
                            journal: StoreFixture.journal(), first: try store.position(in: StoreFixture.journal()) + 1,
                            hits: [hit]))
                } catch {
                    guard case .poison = error else {
                        Issue.record("\(error)")
                        return
                    }
                }
            }
            #expect(try fixture.count("SELECT count(*) FROM event") > 20)
        }
    }

    @Test func textsAndFactsAreFilledInByTheViews() throws {
        try StoreFixture.with { fixture in
            var hit = StoreFixture.hit(1, at: midnight, path: "/straße/<script>")
            hit.name = "purchase"
            hit.title = "'; DROP TABLE event; --"
            hit.properties = [
                Property("price", .number(9.5)), Property("count", .number(3)), Property("new", .flag(true)),
            ]
            hit.facts = [
                Property("os", .text("Linux")), Property("browser", .text("Firefox")),
                Property("engaged_ms", .number(1200)),
            ]
            try fixture.store().append([hit])
            let row = try fixture.connection.query(
                """
                SELECT domain, name, path, title, properties, facts, engaged_ms, referrer_host, source FROM event_text
                """)[0]
            #expect(try row.value(0, as: String.self) == "berlin.example")
            #expect(try row.value(1, as: String.self) == "purchase")
            #expect(try row.value(2, as: String.self) == "/straße/<script>")
            #expect(try row.value(3, as: String.self) == "'; DROP TABLE event; --")
            #expect(try row.value(4, as: String.self) == #"{"new": true, "count": 3, "price": 9.5}"#)
            #expect(try row.value(5, as: String.self) == #"{"os": "Linux", "browser": "Firefox"}"#)
            #expect(try row.value(6, as: Int?.self) == 1200)
            #expect(try row.value(7, as: String?.self) == nil)
            #expect(try row.value(8, as: String?.self) == nil)
        }
    }
}

import Database
import EventModel
import PluginAPI
import TestSupport
import Testing

@testable import PostgresPlugin

/// What is not an event of a person like any other: bots, events in quarantine, samples; and facts by what they describe.
@Suite struct KeptApartTests {
    private func ledger(_ connection: Connection) throws -> [String: Int64] {
        var counts: [String: Int64] = [:]
        for row in try connection.query("SELECT outcome, reason, sum(count)::bigint FROM ledger GROUP BY 1, 2") {
            let reason: String = try row.value(1)
            let outcome: String = try row.value(0)
            counts[reason.isEmpty ? outcome : "\(outcome) \(reason)"] = try row.value(2)
        }
        return counts
    }

    /// Received is what came; the sum of what became of it is the same number.
    private func balances(_ counts: [String: Int64]) -> Bool {
        counts.filter { $0.key != "received" }.values.reduce(0, +) == counts["received"]
    }

    @Test func botsLieInATableOfTheirOwnAndMakeNoVisit() throws {
        try StoreFixture.with { fixture in
            let store = try fixture.store()
            let bot = StoreFixture.hit(2, at: StoreFixture.midnight, visitor: 2) { hit in
                hit.isBot = true
                hit.setFact("bot", "crawler")
            }
            let person = StoreFixture.hit(1, at: StoreFixture.midnight)
            #expect(try store.append([person, bot, bot]) == StoreReceipt(stored: 2, duplicates: 1))
            #expect(try fixture.count("SELECT count(*) FROM event") == 1)
            #expect(try fixture.count("SELECT count(*) FROM session") == 1)
            #expect(try fixture.count("SELECT count(*) FROM bot_event WHERE visitor IS NULL") == 1)
            #expect(try fixture.count("SELECT count(*) FROM bot_event_text WHERE bot = 'crawler' AND path = '/'") == 1)
            let counts = try ledger(fixture.connection)
            #expect(counts == ["received": 3, "stored": 1, "stored bot": 1, "duplicate": 1])
            #expect(balances(counts))
        }
    }

    @Test func anEventInQuarantineIsReleasedOnce() throws {
        try StoreFixture.with { fixture in
            let store = try fixture.store()
            let odd = StoreFixture.hit(3, at: StoreFixture.midnight) { $0.quarantine = "invalid_type" }
            #expect(
                try store.append([StoreFixture.hit(1, at: StoreFixture.midnight, visitor: 9), odd])
                    == StoreReceipt(stored: 2, duplicates: 0))
            #expect(try fixture.count("SELECT count(*) FROM event") == 1)
            #expect(try ledger(fixture.connection) == ["received": 2, "stored": 1, "quarantined invalid_type": 1])
            let letters = try DeadLetters(fixture.connection, facts: [])
            let letter = try #require(try letters.list(limit: 10).first)
            #expect(letter.reason == "quarantine: invalid_type")
            // Its id was seen when it came; that must not make its release a duplicate.
            #expect(try letters.retry(letter.number) == .stored)
            #expect(try letters.retry(letter.number) == .missing)
            #expect(try fixture.count("SELECT count(*) FROM event") == 2)
            #expect(try ledger(fixture.connection).filter { $0.value != 0 } == ["received": 2, "stored": 2])
        }
    }

    @Test func factsLieInASetForEachThingThatTheyDescribe() throws {
        try StoreFixture.with { fixture in
            let facts = [
                Fact(name: "browser", sensitivity: .anonymous, meaning: "browser", subject: .device),
                Fact(name: "channel", sensitivity: .anonymous, meaning: "channel", subject: .acquisition),
                Fact(name: "city", sensitivity: .anonymous, meaning: "city", subject: .place),
            ]
            let store = try PostgresStore(
                PostgresSettings(),
                in: PluginContext(id: "postgres", databaseURL: Sensitive(fixture.database.url), facts: facts))
            var hits: [Hit] = []
            for (index, browser) in ["Firefox", "Safari"].enumerated() {
                for (place, channel) in ["Direct", "Email"].enumerated() {
                    let number = UInt64(2 * index + place + 1)
                    hits.append(
                        StoreFixture.hit(UInt128(number), at: StoreFixture.midnight, visitor: number) { hit in
                            hit.setFact("channel", channel)
                            hit.setFact("browser", browser)
                            hit.setFact("page_group", "/shop/*")
                        })
                }
            }
            try store.append(hits)
            // Two browsers, two channels, one group: not the four pairs.
            #expect(try fixture.count("SELECT count(*) FROM fact_set") == 5)
            #expect(
                try fixture.count(
                    """
                    SELECT count(*) FROM session_text WHERE device ->> 'browser' = 'Safari'
                        AND acquisition ->> 'channel' = 'Email' AND place IS NULL AND facts ->> 'page_group' = '/shop/*'
                    """) == 1)
        }
    }

    @Test func aSampleCarriesItsWeight() throws {
        try StoreFixture.with { fixture in
            let store = try fixture.store()
            try store.append([StoreFixture.hit(1, at: StoreFixture.midnight) { $0.weight = 10 }])
            try store.append([StoreFixture.hit(2, at: StoreFixture.midnight + 1000) { $0.weight = 10 }])
            #expect(try fixture.count("SELECT sum(weight)::bigint FROM event_text") == 20)
            #expect(try fixture.count("SELECT sum(weight)::bigint FROM session_text") == 10)
        }
    }

    /// A column that nobody declares could keep what the privacy record does not say.
    @Test func everyColumnIsDeclaredAndEveryDeclaredOneExists() throws {
        try TestDatabase.with { database in
            let connection = try database.connect()
            let rows = try connection.query(
                """
                SELECT relname::text, attname::text FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
                WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
                    AND attnum > 0 AND NOT attisdropped
                """)
            var found: [String: Set<String>] = [:]
            for row in rows { found[try row.value(0), default: []].insert(try row.value(1)) }
            for table in StoredColumns.others { #expect(found.removeValue(forKey: table) != nil, "\(table)") }
            #expect(Set(found.keys) == Set(StoredColumns.tables.keys))
            for (table, columns) in found {
                #expect(columns == Set(StoredColumns.tables[table, default: [:]].keys), "the columns of \(table)")
            }
        }
    }

    /// The record lists all that the store makes, and nothing that has no column.
    @Test func whatIsDerivedIsInThePrivacyRecord() {
        let columns = StoredColumns.tables.values.flatMap(\.values).compactMap { content in
            if case .derived(let name) = content { name } else { nil }
        }
        #expect(Set(columns) == Set(PostgresStore.declaration(for: PostgresSettings()).derived.map(\.name)))
    }

    /// A text that was deleted because nothing used it comes again: the loader, which had stored it, stores it once more.
    @Test func aTextThatWasSweptComesAgain() throws {
        try StoreFixture.with { fixture in
            let store = try fixture.store()
            func append(_ id: UInt128) throws {
                try store.append([
                    StoreFixture.hit(id, at: StoreFixture.midnight, path: "/swept") { $0.setFact("page_group", "/s*") }
                ])
            }
            // Twice, so that all of it is remembered as stored.
            try append(1)
            try append(2)
            #expect(try fixture.count("SELECT sweep_unused_texts()") == 0)
            try fixture.connection.execute("DELETE FROM event")
            try fixture.connection.execute("DELETE FROM session")
            // pageview, the host, the path; the set of facts.
            #expect(try fixture.count("SELECT sweep_unused_texts()") == 4)
            try append(3)
            #expect(
                try fixture.count(
                    """
                    SELECT count(*) FROM event_text
                    WHERE path = '/swept' AND name = 'pageview' AND facts ->> 'page_group' = '/s*'
                    """) == 1)
            #expect(
                try fixture.count("SELECT count(*) FROM session_text WHERE entry_path = '/swept'") == 1)
        }
    }

    /// What the store is declared to read has a place, and nothing of a visitor has one.
    @Test func everyFieldThatIsReadHasAColumn() {
        let stored = StoredColumns.tables.values.flatMap(\.values).compactMap { content in
            if case .field(let field) = content { field } else { nil }
        }
        // Whether an event is a bot's is said by the table in which it lies.
        let declared = PostgresStore.declaration(for: PostgresSettings()).reads.subtracting([.isBot, .visitorBefore])
        #expect(Set(stored) == declared)
    }
}

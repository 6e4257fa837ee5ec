import Accounts
import Database
import EventModel
import PluginAPI
import TestSupport
import Testing

@testable import PostgresPlugin

/// How far an erasure reaches: what is loaded late, what is received later, and what goes wrong on the way.
@Suite struct ErasureReachTests {
    private let midnight = StoreFixture.midnight
    private let minute = StoreFixture.minute
    private let hour = StoreFixture.hour
    private let site = SiteID(rawValue: 1)
    private let journal = StoreFixture.journal()

    private func visitor(_ number: UInt64) -> EventSelector { .visitor(VisitorID(rawValue: number)) }

    private func user(_ number: UInt64) -> (inout Hit) -> Void { { $0.user = UserID(rawValue: number) } }

    private func ask(_ selector: EventSelector, _ fixture: StoreFixture, now: Int64) throws -> Int32 {
        try ErasureStore(fixture.connection).request(selector, of: site, now: now)
    }

    private func paths(_ fixture: StoreFixture) throws -> [String] {
        try fixture.connection.query("SELECT path FROM event_text ORDER BY path").map { try $0.value(0) }
    }

    // MARK: The time of the request

    /// Otherwise an erasure would never come to an end on a busy site.
    @Test(arguments: ["visitor", "user", "period"])
    func whatIsReceivedAfterTheRequestStays(kind: String) throws {
        try StoreFixture.with { fixture in
            try fixture.store().append([
                StoreFixture.hit(1, at: midnight, path: "/before", user(7)),
                StoreFixture.hit(2, at: midnight + 2 * minute, path: "/after", user(7)),
                // It happened before, and came afterwards.
                StoreFixture.hit(3, at: midnight + minute, path: "/on-its-way") { hit in
                    hit.receivedAt = Timestamp(milliseconds: midnight + 3 * minute)
                    hit.user = UserID(rawValue: 7)
                },
            ])
            let selector: EventSelector =
                switch kind {
                case "visitor": visitor(1)
                case "user": .user(UserID(rawValue: 7))
                default:
                    .period(Timestamp(milliseconds: midnight)..<Timestamp(milliseconds: midnight + hour))
                }
            let number = try ask(selector, fixture, now: midnight + 2 * minute)
            try Eraser(fixture.connection, batchSize: 1).run(number, now: midnight + 2 * minute)
            #expect(try paths(fixture) == ["/after", "/on-its-way"])
            #expect(try fixture.count("SELECT pageviews FROM session") == 2)
            #expect(try ErasureStore(fixture.connection).erasure(number)?.events == 1)
        }
    }

    @Test func deadLettersThatCameLaterStay() throws {
        try StoreFixture.with { fixture in
            try fixture.store().append([
                StoreFixture.hit(1, at: midnight) { $0.quarantine = "unknown_event" },
                StoreFixture.hit(2, at: midnight + 2 * minute) { $0.quarantine = "unknown_event" },
            ])
            let number = try ask(visitor(1), fixture, now: midnight + minute)
            try Eraser(fixture.connection).run(number, now: midnight + minute)
            #expect(try ErasureStore(fixture.connection).erasure(number)?.deadLetters == 1)
            #expect(try fixture.count("SELECT count(*) FROM dead_letter") == 1)
        }
    }

    // MARK: Journals

    @Test func nobodyIsForgottenBeforeEveryJournalIsLoadedBeyondTheRequest() throws {
        try StoreFixture.with { fixture in
            let store = try fixture.store()
            let eraser = Eraser(fixture.connection)
            let (asked, later) = (midnight + hour, midnight + 5 * hour)
            let day = 24 * hour
            func settled(_ now: Int64) throws -> Int {
                try eraser.settle(askedBefore: later, heedsJournals: true, now: now).done
            }
            try store.note(loadedThrough: Timestamp(milliseconds: asked + hour), of: StoreFixture.journal(1))
            try store.note(loadedThrough: Timestamp(milliseconds: asked - 1), of: StoreFixture.journal(2))
            let number = try ask(visitor(1), fixture, now: asked)
            #expect(try eraser.runAll(now: asked).done == 1)
            #expect(try settled(later) == 0, "the second gateway may have events from before")
            // It has, and they are not stored.
            try store.append([StoreFixture.hit(1, at: midnight)], to: StoreFixture.journal(2))
            #expect(try fixture.count("SELECT count(*) FROM event") == 0)
            try store.note(loadedThrough: Timestamp(milliseconds: asked), of: StoreFixture.journal(2))
            #expect(try settled(later) == 1)
            #expect(try ErasureStore(fixture.connection).erasure(number)?.lateEvents == 1)
            // A moment that was said is not taken back, and no position with it.
            try store.note(loadedThrough: Timestamp(milliseconds: 0), of: StoreFixture.journal(2))
            #expect(try store.position(in: StoreFixture.journal(2)) == 1)
            #expect(
                try fixture.count("SELECT count(*) FROM journal_cursor WHERE loaded_through >= \(timestamp: asked)")
                    == 2)
            // A gateway that is gone for good holds up nothing, and whoever does not want to wait need not.
            _ = try ask(visitor(2), fixture, now: asked + 2 * hour)
            #expect(try eraser.runAll(now: later).done == 1)
            #expect(try settled(later + 5 * day) == 0)
            #expect(try settled(later + 8 * day) == 1)
            _ = try ask(visitor(3), fixture, now: asked + 3 * hour)
            #expect(try eraser.runAll(now: later).done == 1)
            #expect(try settled(later) == 0)
            #expect(try eraser.settle(askedBefore: later, heedsJournals: false, now: later).done == 1)
        }
    }

    /// The change of the day lies between what was asked for and what a journal still has.
    @Test func aLateEventUnderTheOtherPseudonymIsErasedToo() throws {
        try StoreFixture.with { fixture in
            let store = try fixture.store()
            try store.append([StoreFixture.hit(1, at: midnight - minute, visitor: 1, path: "/evening")])
            let asked = midnight + hour
            let number = try ask(visitor(1), fixture, now: asked)
            let eraser = Eraser(fixture.connection)
            #expect(try eraser.runAll(now: asked).done == 1)
            // First something of which nobody can know yet whose it is.
            try store.append([StoreFixture.hit(2, at: midnight + 40 * minute, visitor: 2, path: "/morning")])
            #expect(try paths(fixture) == ["/morning"])
            try store.append([
                StoreFixture.hit(3, at: midnight + 20 * minute, visitor: 2, path: "/before-the-link"),
                StoreFixture.hit(4, at: midnight + minute, visitor: 2, path: "/link") {
                    $0.visitorBefore = VisitorID(rawValue: 1)
                },
                StoreFixture.hit(5, at: midnight + minute, visitor: 3, path: "/other"),
            ])
            #expect(try paths(fixture) == ["/morning", "/other"])
            // What was stored meanwhile goes with the next run.
            #expect(try eraser.runAll(now: asked + minute).done == 1)
            #expect(try paths(fixture) == ["/other"])
            let erasure = try #require(try ErasureStore(fixture.connection).erasure(number))
            #expect(erasure.events == 2 && erasure.lateEvents == 2)
            #expect(erasure.invisibleAt == asked + minute)
        }
    }

    /// Only the visit tells which events without a user's hash are the user's.
    @Test func theLateVisitOfAUserIsErasedAsAWhole() throws {
        try StoreFixture.with { fixture in
            let store = try fixture.store()
            let asked = midnight + hour
            _ = try ask(.user(UserID(rawValue: 7)), fixture, now: asked)
            let eraser = Eraser(fixture.connection)
            #expect(try eraser.runAll(now: asked).done == 1)
            try store.append([
                StoreFixture.hit(1, at: midnight, visitor: 1, path: "/not-signed-in"),
                StoreFixture.hit(2, at: midnight + minute, visitor: 1, path: "/signed-in", user(7)),
                StoreFixture.hit(3, at: midnight + minute, visitor: nil, path: "/order", user(7)),
                StoreFixture.hit(4, at: midnight + minute, visitor: 2, path: "/other"),
            ])
            #expect(try eraser.runAll(now: asked).done == 1)
            #expect(try paths(fixture) == ["/other"])
        }
    }

    /// Loading goes on meanwhile, and may make one visit of two.
    @Test func aVisitThatBecomesAnotherOneMeanwhileIsNotForgotten() throws {
        try StoreFixture.with { fixture in
            try fixture.store().append([
                StoreFixture.hit(1, at: midnight), StoreFixture.hit(2, at: midnight + 2 * hour),
            ])
            // As if the loader did it between the first visit and the second.
            try fixture.database.run(
                script: """
                    CREATE FUNCTION renumber() RETURNS trigger LANGUAGE plpgsql AS $$
                    BEGIN
                        IF pg_trigger_depth() = 1 THEN
                            UPDATE event SET session_id = 4711 WHERE session_id <> OLD.session_id;
                            UPDATE session SET session_id = 4711 WHERE session_id <> OLD.session_id;
                        END IF;
                        RETURN NULL;
                    END $$;
                    CREATE TRIGGER renumber AFTER DELETE ON session FOR EACH ROW EXECUTE FUNCTION renumber();
                    """)
            let number = try ask(visitor(1), fixture, now: midnight + 3 * hour)
            try Eraser(fixture.connection).run(number, now: midnight + 3 * hour)
            #expect(try fixture.count("SELECT count(*) FROM event") == 0)
            #expect(try fixture.count("SELECT count(*) FROM session") == 0)
        }
    }

    // MARK: Requests

    @Test func whoAsksTwiceAsksOnce() throws {
        try StoreFixture.with { fixture in
            let store = ErasureStore(fixture.connection)
            let now = midnight + hour
            let day = EventSelector.period(
                Timestamp(milliseconds: midnight)..<Timestamp(milliseconds: midnight + hour))
            var numbers: [Int32] = []
            for selector in [visitor(1), .user(UserID(rawValue: 1)), day, visitor(2)] {
                let number = try ask(selector, fixture, now: now)
                #expect(try ask(selector, fixture, now: now + minute) == number)
                #expect(!numbers.contains(number))
                #expect(try store.erasure(number)?.requestedAt == now + minute, "it reaches to the second request")
                numbers.append(number)
            }
            #expect(try store.request(visitor(1), of: SiteID(rawValue: 2), now: now) > numbers[3])
            // Once it is done, what came since is another one's.
            #expect(try Eraser(fixture.connection).runAll(now: now + minute).done == 5)
            #expect(try ask(visitor(1), fixture, now: now + 2 * minute) > numbers[3])
        }
    }

    /// Anybody can be a new visitor with every request.
    @Test func askingWithoutASignInHasALimit() throws {
        try StoreFixture.with { fixture in
            let store = ErasureStore(fixture.connection)
            func isTaken(_ visitor: UInt64, _ site: Int32, _ now: Int64) throws -> Bool {
                let number = try store.requestOwn(VisitorID(rawValue: visitor), of: SiteID(rawValue: site), now: now)
                return number != nil
            }
            for number in 0..<UInt64(ErasureStore.mostInAnHour) { #expect(try isTaken(number, 1, midnight)) }
            #expect(try !isTaken(100_000, 1, midnight + minute))
            #expect(try isTaken(100_000, 2, midnight + minute), "every site has its own")
            #expect(try isTaken(100_000, 1, midnight + hour))
            // The site's own people are not held up.
            let number = try ask(visitor(100_001), fixture, now: midnight + minute)
            #expect(number > 0)
        }
    }

    @Test func oneThatFailsHoldsUpNoOther() throws {
        try StoreFixture.with { fixture in
            try fixture.store().append((1...3).map { StoreFixture.hit(UInt128($0), at: midnight, visitor: UInt64($0)) })
            try fixture.database.run(
                script: """
                    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                    BEGIN IF OLD.visitor = 1 THEN RAISE 'not this one'; END IF; RETURN OLD; END $$;
                    CREATE TRIGGER refuse BEFORE DELETE ON session FOR EACH ROW EXECUTE FUNCTION refuse();
                    """)
            let now = midnight + hour
            for number in 1...3 as ClosedRange<UInt64> { _ = try ask(visitor(number), fixture, now: now) }
            let eraser = Eraser(fixture.connection)
            let outcome = try eraser.runAll(now: now)
            #expect(outcome.done == 2)
            #expect(outcome.failures.count == 1 && outcome.failures[0].hasPrefix("erasure 1: not this one"))
            #expect(try fixture.count("SELECT min(visitor) FROM event") == 1)
            // Not at once again, and each time later.
            #expect(try eraser.runAll(now: now + 14_000) == Eraser.Outcome())
            #expect(try eraser.runAll(now: now + 15_000).failures.count == 1)
            #expect(try eraser.runAll(now: now + 40_000) == Eraser.Outcome())
            try fixture.connection.execute("DROP TRIGGER refuse ON session")
            #expect(try eraser.runAll(now: now + minute).done == 1)
            #expect(try fixture.count("SELECT count(*) FROM event") == 0)
            #expect(try fixture.count("SELECT failures FROM erasure WHERE erasure_id = 1") == 0)
        }
    }

    /// What the planner knows about columns outlives the rows: nothing that leads to anybody.
    @Test func theServersStatisticsKnowNobody() throws {
        try StoreFixture.with { fixture in
            try fixture.store().append(
                (1...500).map {
                    StoreFixture.hit(UInt128($0), at: midnight, visitor: UInt64($0 % 20), user(UInt64($0 % 9)))
                })
            try fixture.database.run(script: "ANALYZE")
            let known: [String] = try fixture.connection.query(
                "SELECT DISTINCT attname::text FROM pg_stats WHERE tablename ~ '^(bot_)?event|^session' ORDER BY 1"
            ).map { try $0.value(0) }
            #expect(known.contains("time"))
            #expect(
                Set(known).isDisjoint(with: [
                    "visitor", "visitor_after", "user_hash", "event_id", "first_event", "properties",
                ]))
        }
    }

    /// What was erased is noted, so that each table is written anew once.
    @Test func anErasureLeavesANoteOfTheTablesInWhichItWas() throws {
        try StoreFixture.with { fixture in
            try fixture.store().append([
                StoreFixture.hit(1, at: midnight), StoreFixture.hit(2, at: midnight, visitor: 2),
                StoreFixture.hit(3, at: midnight, visitor: nil) { hit in
                    hit.isBot = true
                    hit.user = UserID(rawValue: 7)
                },
            ])
            _ = try ask(visitor(1), fixture, now: midnight + hour)
            _ = try ask(.user(UserID(rawValue: 7)), fixture, now: midnight + hour)
            _ = try ask(visitor(99), fixture, now: midnight + hour)
            #expect(try Eraser(fixture.connection).runAll(now: midnight + hour).done == 3)
            let notes = try fixture.connection.query(
                "SELECT erasure_id, string_agg(relation, ' ' ORDER BY relation) FROM erasure_trace GROUP BY 1 ORDER BY 1"
            ).map { "\(try $0.value(0, as: Int32.self)) \(try $0.value(1, as: String.self))" }
            #expect(
                notes == [
                    "1 dictionary event_2026_11 fact_set seen_event session",
                    "2 bot_event_2026_11 dictionary fact_set seen_event",
                ])
        }
    }
}

import Accounts
import Database
import EventModel
import PluginAPI
import TestSupport
import Testing

@testable import PostgresPlugin

/// What people may ask for: to see what is kept of them, and its end.
@Suite struct RightsTests {
    private let midnight = StoreFixture.midnight
    private let minute = StoreFixture.minute
    private let hour = StoreFixture.hour
    private let site = SiteID(rawValue: 1)

    /// After everything in these tests.
    private var now: Int64 { midnight + 100 * 24 * hour }

    private func erase(
        _ selector: EventSelector, _ fixture: StoreFixture, now: Int64? = nil, batchSize: Int = 5000
    ) throws -> Erasure {
        let store = ErasureStore(fixture.connection)
        let number = try store.request(selector, of: site, now: now ?? self.now)
        try Eraser(fixture.connection, batchSize: batchSize).run(number, now: now ?? self.now)
        return try #require(try store.erasure(number))
    }

    private func lines(_ selector: EventSelector, _ fixture: StoreFixture) throws -> [String] {
        var found: [String] = []
        try PersonalExport(selector, of: site, on: fixture.connection).run { found.append($0) }
        return found
    }

    private func visitor(_ number: UInt64) -> EventSelector { .visitor(VisitorID(rawValue: number)) }

    // MARK: Visits

    /// Whatever is erased, the visits that are left are those of the events that are left.
    @Test(arguments: 0..<10)
    func theVisitsThatAreLeftAreThoseOfTheEventsThatAreLeft(seed: UInt64) throws {
        var random = SeededRandom(seed)
        let hits = random.hits(80, visitors: 5, from: midnight - 20 * minute).shuffled(using: &random)
        let from = midnight + Int64.random(in: -30...60, using: &random) * minute
        let to = from + Int64.random(in: 1...120, using: &random) * minute
        let who = VisitorID(rawValue: hits[0].visitor?.rawValue ?? 1)
        let selectors: [EventSelector] = [
            .visitor(who), .period(Timestamp(milliseconds: from)..<Timestamp(milliseconds: to)),
        ]
        try StoreFixture.with { fixture in
            _ = try fixture.store().loadAll(hits, journal: StoreFixture.journal(), batch: 20)
            var left = hits
            for selector in selectors {
                _ = try erase(selector, fixture, batchSize: Int.random(in: 1...30, using: &random))
                left.removeAll { $0.site == site && selector.matches($0) }
                #expect(try BruteForce.stored(fixture.connection) == BruteForce.visits(of: left))
                #expect(try fixture.count("SELECT count(*) FROM event") == Set(left.map(\.id)).count)
            }
            #expect(
                try fixture.count(
                    """
                    SELECT count(*) FROM event LEFT JOIN session USING (site_id, session_id)
                    WHERE event.visitor IS NOT NULL AND (session.session_id IS NULL
                        OR event."time" NOT BETWEEN started_at AND last_at)
                    """) == 0)
        }
    }

    @Test func whoIsErasedByTheMorningsPseudonymIsGoneFromTheEvening() throws {
        try StoreFixture.with { fixture in
            let store = try fixture.store()
            try store.append([
                StoreFixture.hit(1, at: midnight - 50 * minute, visitor: 1, path: "/earlier"),
                StoreFixture.hit(2, at: midnight - 5 * minute, visitor: 1, path: "/evening"),
            ])
            try store.append([
                StoreFixture.hit(3, at: midnight + 5 * minute, visitor: 2, path: "/morning") {
                    $0.visitorBefore = VisitorID(rawValue: 1)
                },
                StoreFixture.hit(4, at: midnight + 9 * minute, visitor: 3, path: "/other"),
            ])
            #expect(try lines(visitor(2), fixture).count == 2 + 3, "two visits and their events")
            let erasure = try erase(visitor(2), fixture)
            #expect(erasure.events == 3)
            #expect(erasure.visits == 2)
            #expect(try fixture.count("SELECT count(*) FROM event") == 1)
            #expect(try fixture.count("SELECT count(*) FROM session") == 1)
            #expect(try lines(visitor(2), fixture) == [])
        }
    }

    // MARK: Users

    private func user(_ number: UInt64) -> (inout Hit) -> Void { { $0.user = UserID(rawValue: number) } }

    @Test func aUsersVisitsAreTheUsersAndAVisitOfSeveralIsNobodys() throws {
        try StoreFixture.with { fixture in
            let store = try fixture.store()
            try store.append([
                // Alone in the visit.
                StoreFixture.hit(1, at: midnight, visitor: 1, path: "/before-signing-in"),
                StoreFixture.hit(2, at: midnight + minute, visitor: 1, path: "/anna", user(7)),
                // Behind one address with somebody else.
                StoreFixture.hit(3, at: midnight, visitor: 2, path: "/shared"),
                StoreFixture.hit(4, at: midnight + minute, visitor: 2, path: "/anna-shared", user(7)),
                StoreFixture.hit(5, at: midnight + 2 * minute, visitor: 2, path: "/berta", user(8)),
                // From a server, without a visitor; and a program's.
                StoreFixture.hit(6, at: midnight, visitor: nil, path: "/order", user(7)),
                StoreFixture.hit(7, at: midnight, visitor: nil, path: "/program") {
                    $0.user = UserID(rawValue: 7)
                    $0.isBot = true
                },
                // Another site's user of the same hash.
                StoreFixture.hit(8, at: midnight, visitor: 9, site: 2, path: "/elsewhere", user(7)),
            ])
            let anna = EventSelector.user(UserID(rawValue: 7))
            let exported = try lines(anna, fixture)
            for path in ["/before-signing-in", "/anna", "/anna-shared", "/order", "/program"] {
                #expect(exported.contains { $0.contains("\"\(path)\"") }, "\(path)")
            }
            for path in ["/shared", "/berta", "/elsewhere"] {
                #expect(!exported.contains { $0.contains("\"\(path)\"") }, "\(path)")
            }
            let erasure = try erase(anna, fixture)
            #expect(erasure.events == 5)
            let left = try fixture.connection.query("SELECT path FROM event_text ORDER BY event_id").map {
                try $0.value(0, as: String.self)
            }
            #expect(left == ["/shared", "/berta", "/elsewhere"])
            #expect(try fixture.count("SELECT count(*) FROM bot_event") == 0)
            #expect(try fixture.count("SELECT count(*) FROM seen_event") == 3)
            #expect(try lines(anna, fixture) == [])
            #expect(try fixture.count("SELECT pageviews FROM session WHERE site_id = 1") == 2, "the shared visit")
        }
    }

    @Test func theIDOfAUserIsFoundByTheHashThatTheChainMakes() throws {
        try StoreFixture.with { fixture in
            let reader = SelectorReader(fixture.connection)
            let anna = try reader.user("anna", of: site)
            #expect(try reader.user("anna", of: site) == anna)
            #expect(try reader.user("anna", of: SiteID(rawValue: 2)) != anna, "every site has a key of its own")
            #expect(throws: DatabaseError.self) { try reader.user("", of: site) }
        }
    }

    // MARK: Time

    @Test func daysAreThoseOfTheSite() throws {
        try StoreFixture.with { fixture in
            let reader = SelectorReader(fixture.connection)
            // Berlin: 2026-11-24 begins at 23:00 UTC of the day before.
            let day = Timestamp(milliseconds: midnight - hour)..<Timestamp(milliseconds: midnight + 23 * hour)
            #expect(try reader.period(from: "2026-11-24", through: "2026-11-24", of: site) == .period(day))
            // The clock is put forward at midnight: the day begins at one.
            try fixture.connection.execute("UPDATE site SET time_zone = 'America/Asuncion' WHERE site_id = 2")
            for (first, last) in [("2026-11-25", "2026-11-24"), ("2026-02-30", "2026-03-01"), ("24.11.2026", "x")] {
                #expect(throws: DatabaseError.self) { try reader.period(from: first, through: last, of: site) }
            }
        }
    }

    /// Everybody's, and of every kind; nothing of the moments before and after, and nothing of another site.
    @Test func anExportOfDaysHoldsAllThatHappenedInThem() throws {
        try StoreFixture.with { fixture in
            let start = midnight - hour
            let end = midnight + 23 * hour
            try fixture.store().append([
                StoreFixture.hit(1, at: start - 1, visitor: 1, path: "/day-before"),
                StoreFixture.hit(2, at: start, visitor: 2, path: "/first"),
                StoreFixture.hit(3, at: end - 1, visitor: nil, path: "/last"),
                StoreFixture.hit(4, at: end, visitor: 4, path: "/day-after"),
                StoreFixture.hit(5, at: midnight, visitor: nil, path: "/program") { $0.isBot = true },
                StoreFixture.hit(6, at: midnight, visitor: 6, path: "/set-aside") { $0.quarantine = "unknown_event" },
                StoreFixture.hit(7, at: end, visitor: 7, path: "/set-aside-later") { $0.quarantine = "unknown_event" },
                StoreFixture.hit(8, at: midnight, visitor: 8, site: 2, path: "/elsewhere"),
            ])
            let day = try SelectorReader(fixture.connection).period(
                from: "2026-11-24", through: "2026-11-24", of: site)
            let exported = try lines(day, fixture)
            for path in ["/first", "/last", "/program", "/set-aside"] {
                #expect(exported.contains { $0.contains("\"\(path)\"") }, "\(path)")
            }
            for path in ["/day-before", "/day-after", "/set-aside-later", "/elsewhere"] {
                #expect(!exported.contains { $0.contains("\"\(path)\"") }, "\(path)")
            }
            let kinds = exported.map { $0.contains("\"kind\": \"visit\"") || $0.contains("\"kind\":\"visit\"") }
            #expect(exported.count == 5 && kinds.filter { $0 }.count == 1)
            // The erasure of the same days leaves an export of nothing.
            _ = try erase(day, fixture)
            #expect(try lines(day, fixture) == [])
            #expect(try fixture.count("SELECT count(*) FROM event WHERE site_id = 1") == 2)
            #expect(try fixture.count("SELECT count(*) FROM bot_event") == 0)
            #expect(try fixture.count("SELECT count(*) FROM dead_letter") == 1)
        }
    }

    /// Days whose events are gone by their age hold sums, in which nobody is found; a stretch of time takes them along.
    @Test func sealedDaysGoWithAStretchOfTimeAndStayForAPerson() throws {
        try StoreFixture.with { fixture in
            try fixture.store().append([StoreFixture.hit(1, at: midnight + hour, visitor: 1)])
            try fixture.connection.execute(
                """
                INSERT INTO day_stat (site_id, day, shape, version, slice, has_texts)
                SELECT 1, day, 'visits', 1, '', true FROM unnest(ARRAY[date '2026-11-23', '2026-11-24']) AS day
                """)
            try fixture.connection.execute(
                "INSERT INTO site_day (site_id, day, version) VALUES (1, '2026-11-23', 1) ON CONFLICT DO NOTHING")
            _ = try erase(visitor(1), fixture)
            #expect(try fixture.count("SELECT count(*) FROM day_stat") == 2)
            #expect(try fixture.count("SELECT max(version) FROM site_day") == 1)
            let day = try SelectorReader(fixture.connection).period(
                from: "2026-11-23", through: "2026-11-23", of: site)
            _ = try erase(day, fixture)
            #expect(try fixture.count("SELECT count(*) FROM day_stat") == 1)
            #expect(try fixture.count("SELECT version FROM site_day WHERE day = '2026-11-23'") == 2)
        }
    }

    @Test func aDaysNumbersAreMadeAnew() throws {
        try StoreFixture.with { fixture in
            try fixture.store().append([
                StoreFixture.hit(1, at: midnight, visitor: 1), StoreFixture.hit(2, at: midnight, visitor: 2),
            ])
            try fixture.connection.execute(
                "INSERT INTO day_stat (site_id, day, shape, version, slice) VALUES (1, '2026-11-24', 'visits', 1, '')")
            try fixture.connection.execute(
                "INSERT INTO day_visits (site_id, day, version, visits) VALUES (1, '2026-11-24', 1, '')")
            let before = try fixture.count("SELECT version FROM site_day")
            _ = try erase(visitor(1), fixture)
            #expect(try fixture.count("SELECT version FROM site_day") > before)
            #expect(try fixture.count("SELECT count(*) FROM day_stat") == 0)
            #expect(try fixture.count("SELECT count(*) FROM day_visits") == 0)
        }
    }

    // MARK: What comes later, and what could not come

    @Test func whatComesOutOfAJournalLaterIsNotStored() throws {
        try StoreFixture.with { fixture in
            let store = try fixture.store()
            try store.append([StoreFixture.hit(1, at: midnight, visitor: 1)])
            let erasure = try erase(visitor(1), fixture, now: midnight + 10 * minute)
            try store.append([
                StoreFixture.hit(2, at: midnight + minute, visitor: 1),
                StoreFixture.hit(3, at: midnight + minute, visitor: 2),
                // Received after somebody had asked: a new visit.
                StoreFixture.hit(4, at: midnight + 20 * minute, visitor: 1),
            ])
            #expect(try fixture.count("SELECT count(*) FROM event") == 2)
            #expect(try ErasureStore(fixture.connection).erasure(erasure.number)?.lateEvents == 1)
            #expect(try fixture.count("SELECT count FROM ledger WHERE outcome = 'dropped' AND reason = 'erased'") == 1)
            #expect(
                try fixture.count(
                    """
                    SELECT sum(CASE outcome WHEN 'received' THEN count ELSE -count END)::bigint FROM ledger
                    """) == 0, "the ledger balances")
        }
    }

    @Test func deadLettersAndQuarantineGoToo() throws {
        try StoreFixture.with { fixture in
            let store = try fixture.store()
            try store.append([
                StoreFixture.hit(1, at: midnight, visitor: 1, path: "/set-aside") { $0.quarantine = "unknown_event" },
                StoreFixture.hit(2, at: midnight, visitor: 2, path: "/stays") { $0.quarantine = "unknown_event" },
            ])
            let journal = StoreFixture.journal()
            try store.bury(
                Batch(
                    journal: journal, first: try store.position(in: journal) + 1,
                    hits: [StoreFixture.hit(3, at: midnight, visitor: 1, path: "/dead")]), reason: "because")
            let exported = try lines(visitor(1), fixture)
            #expect(exported.count == 2)
            #expect(exported.allSatisfy { $0.hasPrefix("{\"kind\":\"unstored\"") })
            let erasure = try erase(visitor(1), fixture)
            #expect(erasure.deadLetters == 2)
            #expect(try fixture.count("SELECT count(*) FROM dead_letter") == 1)
            // One that is buried now, and was received before, is not even a dead letter.
            try store.bury(
                Batch(
                    journal: journal, first: try store.position(in: journal) + 1,
                    hits: [StoreFixture.hit(4, at: midnight, visitor: 1)]), reason: "because")
            #expect(try fixture.count("SELECT count(*) FROM dead_letter") == 1)
        }
    }

    @Test func whomItWasAboutIsForgottenWhenNothingMoreCanCome() throws {
        try StoreFixture.with { fixture in
            try fixture.store().append([StoreFixture.hit(1, at: midnight, visitor: 1, user(7))])
            _ = try erase(.user(UserID(rawValue: 7)), fixture)
            _ = try erase(visitor(1), fixture)
            let eraser = Eraser(fixture.connection)
            func settle(_ moment: Int64) throws -> Int {
                try eraser.settle(askedBefore: moment, heedsJournals: true, now: moment).done
            }
            #expect(try settle(now) == 0)
            #expect(try settle(now + 1) == 2)
            #expect(try settle(now + 1) == 0)
            #expect(
                try fixture.count(
                    "SELECT count(*) FROM erasure WHERE visitors IS NOT NULL OR user_hash IS NOT NULL") == 0)
            let list = try ErasureStore(fixture.connection).list(of: site)
            #expect(list.map(\.events) == [0, 1])
            #expect(list.allSatisfy { $0.settledAt == now + 1 && $0.doneAt == nil })
        }
    }
}

/// The login of the dashboard sees and asks for what belongs to the site on whose behalf it asks, and nothing else.
@Suite struct ConfinedRightsTests {
    @Test func aPageShowsAndErasesOnlyWhatIsItsSites() throws {
        try StoreFixture.with { fixture in
            let time = StoreFixture.midnight
            try fixture.store().append([
                StoreFixture.hit(1, at: time, visitor: 1, path: "/ours"),
                StoreFixture.hit(2, at: time, visitor: 1, site: 2, path: "/theirs"),
            ])
            let login = "footfall_rights_\(UInt64.random(in: 0...UInt64.max))"
            try fixture.database.run(script: "CREATE ROLE \(login); SELECT grant_dashboard('\(login)')")
            defer {
                try? fixture.database.run(script: "DROP OWNED BY \(login); DROP ROLE \(login)")
            }
            try fixture.database.run(
                script: """
                    INSERT INTO organisation (name) VALUES ('Ours');
                    INSERT INTO person (email) VALUES ('ada@example.com');
                    INSERT INTO membership (organisation_id, person_id, role)
                        SELECT organisation_id, person_id, 'admin' FROM organisation, person;
                    UPDATE site SET organisation_id = (SELECT organisation_id FROM organisation) WHERE site_id = 1;
                    """)
            let connection = try fixture.database.connect()
            try connection.execute("SELECT set_config('footfall.site', '1', false)")
            try connection.execute("SELECT set_config('role', \(login), false)")
            func lines(_ site: Int32) throws -> Int {
                try PersonalExport(
                    .visitor(VisitorID(rawValue: 1)), of: SiteID(rawValue: site), on: connection
                ).run { _ in }
            }
            #expect(try lines(1) == 2)
            #expect(try lines(2) == 0)
            let store = ErasureStore(connection)
            let selector = try SelectorReader(connection).user("anna", of: SiteID(rawValue: 1))
            // Visitors ask for themselves; all else takes somebody who belongs to the site's organisation.
            let own = try store.request(.visitor(VisitorID(rawValue: 1)), of: SiteID(rawValue: 1), now: time)
            #expect(throws: DatabaseError.self) { try store.request(selector, of: SiteID(rawValue: 1), now: time) }
            try connection.execute("SELECT set_config('footfall.person', '1', false)")
            let number = try store.request(selector, of: SiteID(rawValue: 1), now: time)
            #expect(try store.list(of: SiteID(rawValue: 1)).map(\.number) == [number, own])
            #expect(throws: DatabaseError.self) {
                try store.request(selector, of: SiteID(rawValue: 2), now: time)
            }
            // Doing it is the job's, with the login that owns the tables.
            #expect(throws: DatabaseError.self) { try Eraser(connection).run(number, now: time) }
        }
    }
}

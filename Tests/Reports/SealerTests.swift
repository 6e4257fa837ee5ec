import Cache
import Database
import EventModel
import TestSupport
import Testing

@testable import Reports

/// Sealed days and what happens beside the sealing: events come, and are erased.
@Suite(.enabled(if: Shop.isPossible))
struct SealerTests {
    private func count(_ shop: Shop, _ sql: SQL) throws -> Int {
        try shop.connection.query(sql)[0].value(0)
    }

    /// Between the computing of a day and its writing down somebody is erased: nothing of them must come back.
    @Test func whatWasComputedBeforeAnErasureIsNotWrittenAfterIt() throws {
        try Shop.with { shop in
            let now = try shop.local("2026-11-24 15:20")
            try shop.bounce(try shop.local("2026-11-20 10:00"), visitor: 1)
            let vocabulary = Vocabulary()
            let sealer = Sealer(
                pool: Pool(shop.database.settings, limit: 2), vocabulary: vocabulary, calendar: DayCalendar(),
                clock: { now.milliseconds }, identity: .daily)
            let computer = SliceComputer(
                site: shop.site.id, filter: nil, shapes: Shape.standard, vocabulary: vocabulary, identity: .daily)
            let date = LocalDate(year: 2026, month: 11, day: 20)
            let day = try #require(
                try DayCalendar().days(shop.connection, timeZone: shop.site.timeZone, from: date, through: date).first)
            let computed = try #require(try computer.seal(day, shop.connection))
            // What the eraser does to a day.
            try shop.connection.execute("UPDATE site_day SET version = version + 1")
            try sealer.store(computed, shop.site, shop.connection)
            #expect(try count(shop, "SELECT count(*) FROM day_visits") == 0)
            #expect(try count(shop, "SELECT count(*) FROM day_stat") == 0)
            // Nor after the site is gone.
            try shop.connection.execute("DELETE FROM site_day")
            try sealer.store(computed, shop.site, shop.connection)
            #expect(try count(shop, "SELECT count(*) FROM day_visits") == 0)
        }
    }

    /// A visit in September; this moment in November, and the moment before which events go.
    private func oldDay(_ shop: Shop) throws -> (now: Timestamp, end: Int64) {
        try shop.bounce(try shop.local("2026-09-10 10:00"), visitor: 1)
        return (try shop.local("2026-11-24 15:20"), try shop.utc("2026-11-01 00:00").milliseconds)
    }

    /// An earlier version had other shapes. Nobody seals them anew, and the days' events go all the same.
    @Test func aShapeOfAnEarlierVersionHoldsUpNothing() throws {
        try Shop.with { shop in
            let (now, end) = try oldDay(shop)
            #expect(try shop.service(now: now).seal(limit: 10) > 0)
            try shop.database.run(
                script: """
                    INSERT INTO day_stat (site_id, day, shape, version, slice)
                        SELECT site_id, day, 'of_before', version, slice FROM day_stat LIMIT 1;
                    UPDATE site_day SET version = version + 1;
                    """)
            #expect(try shop.service(now: now).detach(eventsBefore: end) == 1)
            #expect(try count(shop, "SELECT count(*) FROM day_stat WHERE NOT has_texts AND shape <> 'of_before'") == 0)
        }
    }

    /// A day whose events go is made to last as a whole or not at all.
    @Test func aDayIsDetachedAsAWhole() throws {
        try Shop.with { shop in
            let (now, end) = try oldDay(shop)
            try shop.database.run(
                script: """
                    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
                    CREATE TRIGGER refuse BEFORE UPDATE ON day_stat FOR EACH ROW
                    WHEN (NEW.has_texts AND NEW.shape = 'pages') EXECUTE FUNCTION refuse();
                    """)
            #expect(throws: DatabaseError.self) { try shop.service(now: now).detach(eventsBefore: end) }
            #expect(try count(shop, "SELECT count(*) FROM day_stat WHERE has_texts") == 0)
            #expect(try count(shop, "SELECT count(*) FROM day_visits") == 1)
            try shop.connection.execute("DROP TRIGGER refuse ON day_stat")
            #expect(try shop.service(now: now).detach(eventsBefore: end) == 1)
            #expect(try count(shop, "SELECT count(*) FROM day_stat WHERE NOT has_texts") == 0)
            #expect(try count(shop, "SELECT count(*) FROM day_visits") == 0)
        }
    }

    /// Numbers that are not those of the day any more must not become its last ones: then its events stay.
    @Test func aDayForWhichEventsKeepComingIsNotDetached() throws {
        try Shop.with { shop in
            let (now, end) = try oldDay(shop)
            try shop.database.run(
                script: """
                    CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN UPDATE site_day SET version = version + 1; RETURN NEW; END $$;
                    CREATE TRIGGER late AFTER INSERT OR UPDATE ON day_visits FOR EACH ROW EXECUTE FUNCTION late();
                    """)
            do throws(DatabaseError) {
                _ = try shop.service(now: now).detach(eventsBefore: end)
                Issue.record("it was detached")
            } catch {
                #expect(error.kind == .retryable)
            }
            #expect(try count(shop, "SELECT count(*) FROM day_stat WHERE has_texts") == 0)
        }
    }
}

import Accounts
import Database
import EventModel
import TestSupport
import Testing

@Suite struct SiteStoreTests {
    @Test func aSiteIsAddedListedAndFound() throws {
        try TestDatabase.with { database in
            let store = try SiteStore(database.connect())
            let shop = try store.add(
                SiteStore.NewSite(
                    domain: "Shop.Example", key: "demo", hosts: ["localhost", "127.0.0.1", "*.Shop.example", "[::1]"],
                    timeZone: "Europe/Berlin"))
            #expect(shop.domain == "shop.example")
            #expect(shop.key == "demo")
            #expect(shop.hosts == ["localhost", "127.0.0.1", "*.shop.example", "[::1]"])
            let blog = try store.add(SiteStore.NewSite(domain: "blog.example"))
            #expect(blog.hosts == ["blog.example", "www.blog.example"])
            #expect(blog.key.utf8.count == 20)
            #expect(blog.timeZone == "UTC")
            #expect(try store.list() == [blog, shop])
            #expect(try store.site(domain: "SHOP.example") == shop)
            #expect(try store.site(domain: "other.example") == nil)
        }
    }

    @Test func ifMissingLeavesWhatIsThere() throws {
        try TestDatabase.with { database in
            let store = try SiteStore(database.connect())
            let first = try store.add(SiteStore.NewSite(domain: "a.example", key: "one"), ifMissing: true)
            #expect(try store.add(SiteStore.NewSite(domain: "a.example", key: "two"), ifMissing: true) == first)
            #expect(try store.list() == [first])
        }
    }

    @Test(arguments: [
        (
            SiteStore.NewSite(domain: "b.example", timeZone: "Mars/Olympus"),
            "time zone \"Mars/Olympus\" is not known to PostgreSQL"
        ),
        (SiteStore.NewSite(domain: "b.example", timeZone: "XYZ5"), "time zone \"XYZ5\" is not known to PostgreSQL"),
        (SiteStore.NewSite(domain: "a.example"), "site \"a.example\" exists already"),
        (SiteStore.NewSite(domain: "b.example", key: "taken"), "key \"taken\" belongs to another site"),
        (
            SiteStore.NewSite(domain: "b.example", key: "a b"),
            "key \"a b\" may have letters, digits, - and _ only, at most 64"
        ),
        (
            SiteStore.NewSite(domain: "b.example", key: ""),
            "key \"\" may have letters, digits, - and _ only, at most 64"
        ),
        (
            SiteStore.NewSite(domain: "https://b.example/"),
            "domain \"https://b.example/\" is not a host name such as example.com"
        ),
        (SiteStore.NewSite(domain: ""), "domain \"\" is not a host name such as example.com"),
        (SiteStore.NewSite(domain: "b..example"), "domain \"b..example\" is not a host name such as example.com"),
        (
            SiteStore.NewSite(domain: "b.example", hosts: ["*"]),
            "host \"*\" is neither a host name nor of the form *.example.com"
        ),
    ])
    func whatIsWrongIsSaid(site: SiteStore.NewSite, message: String) throws {
        try TestDatabase.with { database in
            let store = try SiteStore(database.connect())
            _ = try store.add(SiteStore.NewSite(domain: "a.example", key: "taken"))
            let error = #expect(throws: DatabaseError.self) { try store.add(site) }
            #expect(error.map { AccountError($0) } == .invalid(message))
            #expect(try store.list().count == 1)
        }
    }

    @Test func randomKeysDiffer() {
        #expect(Set((0..<1000).map { _ in SiteStore.randomKey() }).count == 1000)
    }
}

@Suite struct SnapshotLoaderTests {
    @Test func theSnapshotHasEverySiteAndTheDaysOfEveryZone() throws {
        try TestDatabase.with { database in
            let connection = try database.connect()
            let store = SiteStore(connection)
            let berlin = try store.add(SiteStore.NewSite(domain: "a.example", key: "a", timeZone: "Europe/Berlin"))
            let utc = try store.add(SiteStore.NewSite(domain: "b.example", key: "b"))
            let snapshot = try SnapshotLoader(connection).load()
            #expect(snapshot.byKey.mapValues(\.id) == ["a": berlin.id, "b": utc.id])
            let secrets = snapshot.byKey.values.map { $0.scriptSecret.reveal() }
            #expect(
                Set(secrets).count == 2 && secrets.allSatisfy { $0.count == 32 }, "each site has a secret of its own")
            #expect(snapshot.calendars.keys.sorted() == ["Europe/Berlin", "UTC"])
            for calendar in snapshot.calendars.values {
                #expect(calendar.starts.count == 471)
                let lengths = zip(calendar.starts, calendar.starts.dropFirst()).map {
                    $1.milliseconds(since: $0) / 3_600_000
                }
                #expect(lengths.allSatisfy { (23...25).contains($0) })
            }
            let now = try connection.query("SELECT now()")[0].milliseconds(0)
            #expect(
                snapshot.day(of: utc.id, containing: Timestamp(milliseconds: now)).lowerBound.milliseconds % 86_400_000
                    == 0)
        }
    }

    /// The dates are the database's own, and the month before this one, this one and the next lie in the calendar whole.
    @Test(arguments: ["Europe/Vienna", "America/St_Johns", "Pacific/Apia", "Pacific/Pago_Pago", "Pacific/Kiritimati"])
    func periodsAreThoseOfTheDatabase(zone: String) throws {
        try TestDatabase.with { database in
            let connection = try database.connect()
            _ = try SiteStore(connection).add(SiteStore.NewSite(domain: "a.example", key: "a", timeZone: zone))
            let days = try #require(try SnapshotLoader(connection).load().calendars[zone])
            for (unit, period) in [("day", CalendarPeriod.day), ("week", .week), ("month", .month)] {
                for offset in -1...1 {
                    let row = try connection.query(
                        """
                        SELECT first AT TIME ZONE \(zone), (first + span) AT TIME ZONE \(zone)
                        FROM (SELECT ('1 ' || \(unit))::interval AS span) AS spans
                            CROSS JOIN LATERAL (
                                SELECT date_trunc(\(unit), now() AT TIME ZONE \(zone)) + \(offset) * span AS first) AS firsts
                        """)[0]
                    let (start, end) = (try row.milliseconds(0), try row.milliseconds(1))
                    for moment in [start, (start + end) / 2, end - 1] {
                        let found = days.period(period, containing: Timestamp(milliseconds: moment))
                        #expect(found?.lowerBound.milliseconds == start && found?.upperBound.milliseconds == end)
                    }
                }
            }
        }
    }

    /// Zones whose clocks change at midnight, where a day begins at one o'clock or has midnight twice.
    @Test(arguments: [
        "America/Santiago", "America/Havana", "Africa/Cairo", "Asia/Beirut", "America/Asuncion", "Atlantic/Azores",
        "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns", "Pacific/Chatham", "Pacific/Kiritimati",
        "Africa/Casablanca",
    ])
    func everyMomentLiesInTheDayOfItsLocalDate(zone: String) throws {
        try TestDatabase.with { database in
            let connection = try database.connect()
            _ = try SiteStore(connection).add(SiteStore.NewSite(domain: "a.example", key: "a", timeZone: zone))
            let starts = try SnapshotLoader(connection).load().calendars[zone]?.starts.map(\.milliseconds) ?? []
            #expect(starts.count == 471)
            #expect(zip(starts, starts.dropFirst()).allSatisfy { $0 < $1 })
            // The moment of a beginning has another date than the one before it, and every quarter of an hour between
            // two beginnings has the date of the first.
            let rows = try connection.query(
                """
                WITH starts AS (SELECT start, lead(start) OVER (ORDER BY start) AS until FROM unnest(\(timestamps: starts)) AS start)
                SELECT count(*) FROM starts CROSS JOIN LATERAL
                    generate_series(start, until - interval '1 millisecond', interval '15 minutes') AS moment
                WHERE (moment AT TIME ZONE \(zone))::date <> (start AT TIME ZONE \(zone))::date
                    OR (start AT TIME ZONE \(zone))::date = ((start - interval '1 millisecond') AT TIME ZONE \(zone))::date
                """)
            #expect(try rows[0].value(0) == 0)
        }
    }
}

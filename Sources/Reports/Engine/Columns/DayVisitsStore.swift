import Database
import EventModel

/// The table of sealed days' visits.
struct DayVisitsStore {
    private let site: SiteID
    private let connection: Connection

    init(site: SiteID, _ connection: Connection) {
        self.site = site
        self.connection = connection
    }

    /// The versions of which the columns of some days are; a day without any is missing.
    func versions(of days: [LocalDay]) throws(DatabaseError) -> [LocalDate: Int64] {
        guard let first = days.first?.date, let last = days.last?.date else { return [:] }
        let rows = try connection.query(
            """
            SELECT day, version FROM day_visits
            WHERE site_id = \(site.rawValue)
                AND day BETWEEN \(first.description)::text::date AND \(last.description)::text::date
            """)
        var versions: [LocalDate: Int64] = [:]
        for row in rows { versions[try row.localDate(0)] = try row.value(1) }
        return versions
    }

    /// A day's columns, as far as they are wanted; `nil` where there are none that this program can read.
    func visits(of day: LocalDay, only wanted: Set<IDColumn>) throws(DatabaseError) -> DayVisits? {
        let rows = try connection.query(
            """
            SELECT visits FROM day_visits
            WHERE site_id = \(site.rawValue) AND day = \(day.date.description)::text::date
            """)
        return try rows.first.flatMap { (row) throws(DatabaseError) in
            DayVisits(try row.value(0, as: [UInt8].self), only: wanted)
        }
    }

    /// Keeps a day's columns.
    func keep(_ visits: [UInt8], of day: LocalDay, version: Int64) throws(DatabaseError) {
        try connection.execute(
            """
            INSERT INTO day_visits (site_id, day, version, visits)
            VALUES (\(site.rawValue), \(day.date.description)::text::date, \(version), \(bytes: visits))
            ON CONFLICT (site_id, day) DO UPDATE SET version = excluded.version, visits = excluded.visits
            WHERE day_visits.version <= excluded.version
            """)
    }
}

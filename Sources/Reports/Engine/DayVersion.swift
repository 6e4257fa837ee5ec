import Database
import EventModel

/// The state of a day of a site.
struct DayVersion: Sendable, Equatable {
    /// Grows whenever a number of the day changes.
    var version: Int64
    /// When the earliest visit began that was still going on on the day, milliseconds since 1970.
    var visitsSince: Int64?
}

/// The states of a site's days; a day on which nothing happened is missing.
func queryVersions(
    _ connection: Connection, site: SiteID, from first: LocalDate, through last: LocalDate
) throws(DatabaseError) -> [LocalDate: DayVersion] {
    let rows = try connection.query(
        prepared:
            """
            SELECT day, version, visits_since FROM site_day
            WHERE site_id = \(site.rawValue)
                AND day BETWEEN \(first.description)::text::date AND \(last.description)::text::date
            """)
    var versions: [LocalDate: DayVersion] = [:]
    for row in rows {
        versions[try row.localDate(0)] = DayVersion(
            version: try row.value(1), visitsSince: try row.optionalMilliseconds(2))
    }
    return versions
}

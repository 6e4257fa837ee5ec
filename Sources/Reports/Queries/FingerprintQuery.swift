import Database
import EventModel

/// What a site's data are at this moment, as far as a report can see them.
struct Fingerprint: Equatable {
    /// Differs whenever a number of the days differs.
    var text: String
    /// Whether the site has ever received an event.
    var hasData: Bool
}

/// The fingerprints of sites over a range of local dates, from the versions that the loader raises in the transaction
/// of the rows. Reading them is what makes a cached report safe to show: same versions, same numbers.
func queryFingerprints(
    _ connection: Connection, sites: [SiteID], from first: String, to last: String
) throws(DatabaseError) -> [SiteID: Fingerprint] {
    let numbers = sites.map(\.rawValue)
    let rows = try connection.query(
        """
        SELECT
            wanted,
            coalesce(
                (SELECT encode(sha256(convert_to(string_agg(day || '=' || version, ' ' ORDER BY day), 'UTF8')), 'hex')
                FROM site_day
                WHERE site_id = wanted AND day BETWEEN \(first)::text::date AND \(last)::text::date),
                'none'),
            EXISTS (SELECT FROM site_day WHERE site_id = wanted)
        FROM unnest(\(numbers)) AS wanted
        """)
    var fingerprints: [SiteID: Fingerprint] = [:]
    for row in rows {
        fingerprints[SiteID(rawValue: try row.value(0))] = Fingerprint(
            text: try row.value(1), hasData: try row.value(2))
    }
    return fingerprints
}

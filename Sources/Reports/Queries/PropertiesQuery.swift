import Cryptography
import Database
import EventModel

/// The names of properties that events of these names carried lately, most frequent first; twenty at most.
func queryProperties(
    _ connection: Connection, site: SiteID, events: [String]
) throws(DatabaseError) -> [String] {
    let numbers = events.map { ContentHash.sixtyFourBits(of: $0) }
    let rows = try connection.query(
        """
        SELECT name FROM (
            SELECT properties FROM event
            WHERE site_id = \(site.rawValue) AND name_id = ANY (\(numbers)) AND properties IS NOT NULL
                AND "time" > now() - interval '400 days'
            ORDER BY "time" DESC LIMIT 2000
        ) AS latest, jsonb_object_keys(properties) AS name
        GROUP BY name ORDER BY count(*) DESC, name LIMIT 20
        """)
    var names: [String] = []
    for row in rows { names.append(try row.value(0)) }
    return names
}

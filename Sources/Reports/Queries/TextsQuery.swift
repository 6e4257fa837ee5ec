import Database
import EventModel

/// The texts of numbers of a site's dictionary.
func queryTexts(_ connection: Connection, site: SiteID, _ numbers: [Int64]) throws(DatabaseError) -> [Int64: String] {
    if numbers.isEmpty { return [:] }
    let rows = try connection.query(
        "SELECT text_id, text FROM dictionary WHERE site_id = \(site.rawValue) AND text_id = ANY (\(numbers))")
    var texts: [Int64: String] = [:]
    for row in rows { texts[try row.value(0)] = try row.value(1) }
    return texts
}

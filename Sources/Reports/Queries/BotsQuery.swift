import Database
import EventModel

/// The programs whose events are kept apart, by class, with the reasons for most of them.
///
/// First one row for each set of facts, of which there are few, and only then their texts.
func queryBots(
    _ connection: Connection, site: SiteID, from start: Timestamp, reasons limit: Int = 4
) throws(DatabaseError) -> [QualityReport.Bot] {
    let rows = try connection.query(
        """
        SELECT coalesce(facts ->> 'bot', ''), coalesce(facts ->> 'bot_reason', ''), sum(times)::bigint AS times
        FROM (
            SELECT facts_id AS number, count(*) AS times
            FROM bot_event
            WHERE site_id = \(site.rawValue) AND "time" >= \(timestamp: start.milliseconds)
            GROUP BY facts_id
        ) AS each_set
            LEFT JOIN fact_set ON site_id = \(site.rawValue) AND facts_id = number
        GROUP BY 1, 2
        ORDER BY times DESC, 1, 2
        """)
    var bots: [QualityReport.Bot] = []
    var places: [String: Int] = [:]
    for row in rows {
        let (name, reason): (String, String) = (try row.value(0), try row.value(1))
        let count: Int = try row.value(2)
        let place = places[name, default: bots.count]
        if place == bots.count {
            places[name] = place
            bots.append(QualityReport.Bot(name: name, count: 0, reasons: []))
        }
        bots[place].count += count
        if !reason.isEmpty, bots[place].reasons.count < limit { bots[place].reasons.append(reason) }
    }
    return bots.sorted { ($1.count, $0.name) < ($0.count, $1.name) }
}

import Database

/// The channels, browsers, systems and kinds of devices that most visitors came with, by the facts of their visits' first
/// events; a dimension of which nothing is known is missing.
///
/// One pass over the visits for all of them. Sets of facts are few, so that looking into their JSON costs little.
func queryFacts(
    _ connection: Connection, _ range: QueryRange, limit: Int32
) throws(DatabaseError) -> [Dimension: [OverviewReport.Row]] {
    let rows = try connection.query(
        """
        SELECT fact, name, visitors, times
        FROM (
            SELECT fact, name, sum(weight)::bigint AS visitors, sum(times)::bigint AS times,
                row_number() OVER (PARTITION BY fact ORDER BY sum(weight) DESC, sum(times) DESC, name) AS place
            FROM (
                SELECT
                    CASE WHEN grouping(channel) = 0 THEN 'channel' WHEN grouping(browser) = 0 THEN 'browser'
                        WHEN grouping(os) = 0 THEN 'os' ELSE 'device' END AS fact,
                    CASE WHEN grouping(channel) = 0 THEN channel WHEN grouping(browser) = 0 THEN browser
                        WHEN grouping(os) = 0 THEN os ELSE device END AS name,
                    max(weight) AS weight, sum(weight) AS times
                FROM (
                    SELECT acquisition.facts ->> 'channel' AS channel, devices.facts ->> 'browser' AS browser,
                        devices.facts ->> 'os' AS os, devices.facts ->> 'device' AS device, part, visitor, weight
                    FROM (
                        SELECT device_id, acquisition_id, visitor, \(range.partOfVisit) AS part,
                            coalesce(weight, 1) AS weight
                        FROM session
                        WHERE \(range.containsVisit)
                    ) AS visit
                        LEFT JOIN fact_set devices
                            ON devices.site_id = \(range.siteNumber) AND devices.facts_id = device_id
                        LEFT JOIN fact_set acquisition
                            ON acquisition.site_id = \(range.siteNumber) AND acquisition.facts_id = acquisition_id
                ) AS described
                GROUP BY GROUPING SETS (
                    (channel, part, visitor), (browser, part, visitor), (os, part, visitor), (device, part, visitor))
            ) AS each_visitor
            WHERE name IS NOT NULL
            GROUP BY fact, name
        ) AS ranked
        WHERE place <= \(limit)
        ORDER BY fact, place
        """)
    var lists: [Dimension: [OverviewReport.Row]] = [:]
    for row in rows {
        guard let dimension = Dimension(rawValue: try row.value(0)) else { continue }
        lists[dimension, default: []].append(
            OverviewReport.Row(name: try row.value(1), visitors: try row.value(2), count: try row.value(3)))
    }
    return lists
}

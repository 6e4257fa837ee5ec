import Database

/// Visitors and page views of one part of a range.
struct Traffic: Equatable {
    var visitors = 0
    var pageviews = 0
}

/// Visitors and page views by part; a part without events is missing.
///
/// First one row for each visitor of each part, then the parts: `count(DISTINCT …)` would sort all rows instead, on one
/// core. An event without a visitor counts as a page view, but is nobody. Where only a sample is kept, every event counts
/// for as many as it stands for, and every visitor for as many visitors.
func queryTraffic(_ connection: Connection, _ range: QueryRange) throws(DatabaseError) -> [Int: Traffic] {
    let rows = try connection.query(
        """
        SELECT part, coalesce(sum(weight) FILTER (WHERE visitor IS NOT NULL), 0)::bigint,
            coalesce(sum(pageviews), 0)::bigint
        FROM (
            SELECT \(range.partOfEvent) AS part, visitor, max(coalesce(weight, 1)) AS weight,
                sum(coalesce(weight, 1)) FILTER (WHERE \(range.isPageview)) AS pageviews
            FROM event
            WHERE \(range.containsEvent)
            GROUP BY 1, 2
        ) AS each_visitor
        GROUP BY part
        """)
    var parts: [Int: Traffic] = [:]
    for row in rows {
        parts[try row.value(0)] = Traffic(visitors: try row.value(1), pageviews: try row.value(2))
    }
    return parts
}

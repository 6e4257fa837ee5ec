import Database

/// The sources that most visitors came from, by the first event of their visits; the empty name is direct entry.
func querySources(
    _ connection: Connection, _ range: QueryRange, limit: Int32
) throws(DatabaseError) -> [OverviewReport.Row] {
    try readRows(
        connection,
        """
        SELECT coalesce(text, ''), visitors, times
        FROM (
            SELECT source_id AS number, sum(weight)::bigint AS visitors, sum(times)::bigint AS times
            FROM (
                SELECT source_id, \(range.partOfVisit) AS part, visitor, max(coalesce(weight, 1)) AS weight,
                    sum(coalesce(weight, 1)) AS times
                FROM session
                WHERE \(range.containsVisit)
                GROUP BY 1, 2, 3
            ) AS each_visitor
            GROUP BY source_id
            ORDER BY visitors DESC, times DESC, number
            LIMIT \(limit)
        ) AS top
            LEFT JOIN dictionary ON site_id = \(range.siteNumber) AND text_id = number
        ORDER BY visitors DESC, times DESC, text
        """)
}

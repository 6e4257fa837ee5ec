import Database

/// The custom events that most visitors caused.
func queryEvents(
    _ connection: Connection, _ range: QueryRange, limit: Int32
) throws(DatabaseError) -> [OverviewReport.Row] {
    try readRows(
        connection,
        """
        SELECT coalesce(text, ''), visitors, times
        FROM (
            SELECT name_id AS number, coalesce(sum(weight) FILTER (WHERE visitor IS NOT NULL), 0)::bigint AS visitors, sum(times)::bigint AS times
            FROM (
                SELECT name_id, \(range.partOfEvent) AS part, visitor, max(coalesce(weight, 1)) AS weight,
                    sum(coalesce(weight, 1)) AS times
                FROM event
                WHERE \(range.containsEvent) AND NOT (\(range.isPageview))
                GROUP BY 1, 2, 3
            ) AS each_visitor
            GROUP BY name_id
            ORDER BY visitors DESC, times DESC, number
            LIMIT \(limit)
        ) AS top
            LEFT JOIN dictionary ON site_id = \(range.siteNumber) AND text_id = number
        ORDER BY visitors DESC, times DESC, text
        """)
}

import Database

/// The countries that most visitors came from; none as long as no plugin finds them out.
func queryCountries(
    _ connection: Connection, _ range: QueryRange, limit: Int32
) throws(DatabaseError) -> [OverviewReport.Row] {
    try readRows(
        connection,
        """
        SELECT country, sum(weight)::bigint AS visitors, sum(times)::bigint AS times
        FROM (
            SELECT country, \(range.partOfVisit) AS part, visitor, max(coalesce(weight, 1)) AS weight,
                sum(coalesce(weight, 1)) AS times
            FROM session
            WHERE \(range.containsVisit) AND country <> ''
            GROUP BY 1, 2, 3
        ) AS each_visitor
        GROUP BY country
        ORDER BY visitors DESC, times DESC, country
        LIMIT \(limit)
        """)
}

/// Rows of name, visitors and times.
func readRows(_ connection: Connection, _ sql: SQL) throws(DatabaseError) -> [OverviewReport.Row] {
    var rows: [OverviewReport.Row] = []
    for row in try connection.query(sql) {
        rows.append(
            OverviewReport.Row(name: try row.value(0), visitors: try row.value(1), count: try row.value(2)))
    }
    return rows
}

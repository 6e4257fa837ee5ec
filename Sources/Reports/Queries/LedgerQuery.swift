import Database
import EventModel

/// What ended how, by the day (UTC) of receipt; a day on which nothing arrived is missing.
func queryLedger(
    _ connection: Connection, site: SiteID, from first: String, to last: String
) throws(DatabaseError) -> [String: QualityReport.Counts] {
    func sum(_ condition: SQL) -> SQL { "coalesce(sum(count) FILTER (WHERE \(condition)), 0)::bigint" }
    let rows = try connection.query(
        """
        SELECT day,
            \(sum("outcome = 'received'")), \(sum("outcome = 'stored' AND reason <> 'bot'")),
            \(sum("outcome = 'stored' AND reason = 'bot'")), \(sum("outcome = 'dropped'")),
            \(sum("outcome = 'rejected'")), \(sum("outcome = 'duplicate'")), \(sum("outcome = 'quarantined'")),
            \(sum("outcome = 'dead'"))
        FROM ledger
        WHERE site_id = \(site.rawValue) AND day BETWEEN \(first)::text::date AND \(last)::text::date
        GROUP BY day
        """)
    var days: [String: QualityReport.Counts] = [:]
    for row in rows {
        days[try row.value(0, as: CalendarDay.self).description] = QualityReport.Counts(
            received: try row.value(1), people: try row.value(2), bots: try row.value(3), dropped: try row.value(4),
            rejected: try row.value(5), duplicates: try row.value(6), quarantined: try row.value(7),
            dead: try row.value(8))
    }
    return days
}

/// Why events were dropped, rejected or set aside, most frequent first. The words are ours, so there are few.
func queryReasons(
    _ connection: Connection, site: SiteID, from first: String, to last: String
) throws(DatabaseError) -> [QualityReport.Reason] {
    let rows = try connection.query(
        """
        SELECT outcome, reason, sum(count)::bigint AS times
        FROM ledger
        WHERE site_id = \(site.rawValue) AND day BETWEEN \(first)::text::date AND \(last)::text::date
            AND outcome IN ('dropped', 'rejected', 'quarantined')
        GROUP BY outcome, reason
        HAVING sum(count) <> 0
        ORDER BY times DESC, outcome, reason
        LIMIT 200
        """)
    var reasons: [QualityReport.Reason] = []
    for row in rows {
        reasons.append(
            QualityReport.Reason(outcome: try row.value(0), word: try row.value(1), count: try row.value(2)))
    }
    return reasons
}

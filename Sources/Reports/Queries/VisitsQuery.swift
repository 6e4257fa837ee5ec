import Database

/// The visits that began in one part of a range.
struct Visits: Equatable {
    var visits = 0
    /// Visits with a page view: only these can bounce.
    var viewing = 0
    var bounces = 0
    /// Seconds of all visits together.
    var duration = 0.0

    static func + (left: Visits, right: Visits) -> Visits {
        Visits(
            visits: left.visits + right.visits, viewing: left.viewing + right.viewing,
            bounces: left.bounces + right.bounces, duration: left.duration + right.duration)
    }

    /// Share of the visits with a page view that bounced.
    var bounceRate: Double? { viewing > 0 ? Double(bounces) / Double(viewing) : nil }

    /// Average seconds of a visit, those of no length included.
    var averageDuration: Double? { visits > 0 ? duration / Double(visits) : nil }
}

/// Visits by the part in which they began; a part without visits is missing. `Metric.bounceRate` and
/// `Metric.visitDuration` say what is counted.
func queryVisits(_ connection: Connection, _ range: QueryRange) throws(DatabaseError) -> [Int: Visits] {
    let rows = try connection.query(
        """
        SELECT
            \(range.partOfVisit) AS part,
            sum(coalesce(weight, 1)),
            coalesce(sum(coalesce(weight, 1)) FILTER (WHERE pageviews > 0), 0),
            coalesce(sum(coalesce(weight, 1)) FILTER (
                WHERE pageviews = 1 AND events = 0 AND engaged_ms < 10000), 0),
            coalesce(sum(extract(epoch FROM last_at - started_at) * coalesce(weight, 1)), 0)::double precision
        FROM session
        WHERE \(range.containsVisit)
        GROUP BY part
        """)
    var parts: [Int: Visits] = [:]
    for row in rows {
        parts[try row.value(0)] = Visits(
            visits: try row.value(1), viewing: try row.value(2), bounces: try row.value(3), duration: try row.value(4))
    }
    return parts
}

import Database
import EventModel
import Synchronization

/// A local day of a site.
struct LocalDay: Hashable, Sendable {
    var date: LocalDate
    /// Milliseconds since 1970; the first moment that has this date.
    var start: Int64
    /// The first moment of the next day.
    var end: Int64
}

/// When local days begin, as PostgreSQL's calendar has it. What was asked once is kept.
final class DayCalendar: Sendable {
    private let known = Mutex<[String: [LocalDate: Int64]]>([:])
    private let moments = Mutex<[SameTime: Int64]>([:])
    /// Days that are kept for all zones together.
    private static let limit = 50_000

    /// The local days from one to another.
    func days(
        _ connection: Connection, timeZone: String, from first: LocalDate, through last: LocalDate
    ) throws(DatabaseError) -> [LocalDay] {
        guard first <= last else { return [] }
        let starts = try self.starts(connection, timeZone, first, last.adding(days: 1))
        var days: [LocalDay] = []
        for number in first.number...last.number {
            let date = LocalDate(number: number)
            guard let start = starts[date], let end = starts[date.adding(days: 1)] else { continue }
            // Samoa once skipped a whole day: it has no moment.
            if start < end { days.append(LocalDay(date: date, start: start, end: end)) }
        }
        return days
    }

    /// The local date of a moment.
    func date(_ connection: Connection, timeZone: String, at moment: Int64) throws(DatabaseError) -> LocalDate {
        let day = Int((Double(moment) / 86_400_000).rounded(.down))
        let around = try days(
            connection, timeZone: timeZone, from: LocalDate(number: day - 2), through: LocalDate(number: day + 2))
        return around.last { $0.start <= moment }?.date ?? LocalDate(number: day)
    }

    private struct SameTime: Hashable {
        var timeZone: String
        var moment: Int64
        var days: Int
    }

    /// The moment so many days ago with the same local time of day, rounded up to whole steps (milliseconds) so that it does
    /// not move with every question.
    func sameTime(
        _ connection: Connection, timeZone: String, as moment: Int64, daysAgo days: Int, step: Int64
    ) throws(DatabaseError) -> Int64 {
        let key = SameTime(timeZone: timeZone, moment: moment - moment % step + step, days: days)
        if let kept = moments.withLock({ $0[key] }) { return kept }
        let rows = try connection.query(
            """
            SELECT (\(timestamp: key.moment) AT TIME ZONE \(timeZone) - make_interval(days => \(Int32(clamping: days))))
                AT TIME ZONE \(timeZone)
            """)
        let found = try rows[0].milliseconds(0)
        moments.withLock { moments in
            if moments.count >= 1000 { moments = [:] }
            moments[key] = found
        }
        return found
    }

    private func starts(
        _ connection: Connection, _ timeZone: String, _ first: LocalDate, _ last: LocalDate
    ) throws(DatabaseError) -> [LocalDate: Int64] {
        let numbers = first.number...last.number
        let kept = known.withLock { $0[timeZone] ?? [:] }
        guard numbers.contains(where: { kept[LocalDate(number: $0)] == nil }) else { return kept }
        // One more, so that the last one is known even when it was skipped.
        var starts = try DayCalendar.read(connection, timeZone, first, last.adding(days: 2))
        for number in numbers.reversed() where starts[LocalDate(number: number)] == nil {
            starts[LocalDate(number: number)] = starts[LocalDate(number: number + 1)]
        }
        let fresh = starts
        known.withLock { known in
            if known.values.reduce(0, { $0 + $1.count }) > DayCalendar.limit { known = [:] }
            known[timeZone, default: [:]].merge(fresh, uniquingKeysWith: { _, new in new })
        }
        return fresh
    }

    /// A local day begins at the first moment that has its date. That is not always midnight: a clock put forward at
    /// midnight skips it, and one put back to midnight has it twice, of which `AT TIME ZONE` gives the second.
    private static func read(
        _ connection: Connection, _ timeZone: String, _ first: LocalDate, _ last: LocalDate
    ) throws(DatabaseError) -> [LocalDate: Int64] {
        let rows = try connection.query(
            """
            SELECT day, min(candidate)
            FROM (SELECT \(first.description)::text::date + number AS day
                FROM generate_series(0, \(last.number - first.number)::integer) AS number) AS days
                CROSS JOIN LATERAL (
                    SELECT (day::timestamp AT TIME ZONE \(timeZone)) - back AS candidate
                    FROM unnest(ARRAY[interval '0', '30 minutes', '1 hour', '2 hours']) AS back) AS candidates
            WHERE (candidate AT TIME ZONE \(timeZone))::date = day
            GROUP BY day
            """)
        var starts: [LocalDate: Int64] = [:]
        for row in rows {
            starts[try row.localDate(0)] = try row.milliseconds(1)
        }
        return starts
    }
}

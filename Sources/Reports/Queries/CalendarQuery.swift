import Database
import EventModel

/// The local days that a report is about, as PostgreSQL computes them.
struct ReportCalendar: Equatable {
    /// A local day and the first moment that has its date.
    struct Day: Equatable {
        var date: String
        var start: Timestamp
    }

    /// The days of the period, today last.
    var days: [Day]
    /// Where today ends.
    var end: Timestamp
    /// The days of the period before, of the same number.
    var previousDays: [Day]
    /// Where the period before is cut: at the same local time of day as now, so that a morning is not compared with a
    /// whole day. Whole minutes or hours (`Period.step`), so that the cut does not move with every request.
    var previousEnd: Timestamp

    /// First date of the period.
    var firstDate: String { days.first?.date ?? "" }
    /// Today.
    var lastDate: String { days.last?.date ?? "" }
    /// Where the period begins.
    var start: Timestamp { days.first?.start ?? end }
}

extension Period {
    /// Milliseconds by which the comparison with the period before advances. Up to so much more of it is counted than
    /// has passed of today: 5 minutes of a day, an hour of a week.
    var step: Int64 { self == .today ? 300_000 : 3_600_000 }
}

/// The days of a period and of the one before it in a time zone.
///
/// A local day begins at the first moment that has its date. That is not always midnight: a clock put forward at
/// midnight skips it, and one put back to midnight has it twice, of which `AT TIME ZONE` gives the second.
func queryCalendar(
    _ connection: Connection, timeZone: String, period: Period, now: Timestamp
) throws(DatabaseError) -> ReportCalendar {
    let days = Int32(period.days)
    let cut = now.milliseconds - now.milliseconds % period.step + period.step
    let rows = try connection.query(
        """
        SELECT
            day, min(candidate), day - today,
            (\(timestamp: cut) AT TIME ZONE \(timeZone) - make_interval(days => \(days))) AT TIME ZONE \(timeZone)
        FROM (SELECT (\(timestamp: now.milliseconds) AT TIME ZONE \(timeZone))::date AS today) AS local
            CROSS JOIN LATERAL (
                SELECT today + number AS day FROM generate_series(1 - 2 * \(days), 1) AS number) AS days
            CROSS JOIN LATERAL (
                SELECT (day::timestamp AT TIME ZONE \(timeZone)) - back AS candidate
                FROM unnest(ARRAY[interval '0', '30 minutes', '1 hour', '2 hours']) AS back) AS candidates
        WHERE (candidate AT TIME ZONE \(timeZone))::date = day
        GROUP BY day, today
        ORDER BY day
        """)
    var calendar = ReportCalendar(days: [], end: now, previousDays: [], previousEnd: now)
    for row in rows {
        let day = ReportCalendar.Day(
            date: try row.value(0, as: CalendarDay.self).description,
            start: Timestamp(milliseconds: try row.milliseconds(1)))
        // By its distance from today, not by its place: Samoa once skipped a whole day.
        switch try row.value(2, as: Int32.self) {
        case 1: calendar.end = day.start
        case let distance where distance > -days: calendar.days.append(day)
        default: calendar.previousDays.append(day)
        }
        calendar.previousEnd = Timestamp(milliseconds: try row.milliseconds(3))
    }
    let previousStart = calendar.previousDays.first?.start ?? calendar.start
    calendar.previousEnd = min(max(calendar.previousEnd, previousStart), calendar.start)
    return calendar
}

/// The hours of today that have begun. An hour is one of the clock on the wall, but 60 minutes long, so that a day of
/// 23 or 25 hours has so many.
func queryHours(
    _ connection: Connection, timeZone: String, from start: Timestamp, to now: Timestamp
) throws(DatabaseError) -> [ReportCalendar.Day] {
    let rows = try connection.query(
        """
        SELECT hour, to_char(hour AT TIME ZONE \(timeZone), 'YYYY-MM-DD HH24:MI')
        FROM generate_series(
            \(timestamp: start.milliseconds), \(timestamp: now.milliseconds), interval '1 hour') AS hour
        ORDER BY hour
        """)
    var hours: [ReportCalendar.Day] = []
    for row in rows {
        hours.append(
            ReportCalendar.Day(date: try row.value(1), start: Timestamp(milliseconds: try row.milliseconds(0))))
    }
    return hours
}

import Database
import EventModel

/// Reads the state of the days that questions of one moment are about, with as few questions to PostgreSQL as possible: each
/// view of a page begins with these.
struct FrameReader {
    private let site: Site
    private let now: Int64
    private let calendar: DayCalendar
    private let connection: Connection
    private let today: LocalDate
    private var known: [Question: Frame] = [:]
    private var versions: [ClosedRange<LocalDate>: [LocalDate: DayVersion]] = [:]

    private struct Question: Hashable {
        var range: DateRange
        var comparison: ReportQuery.Comparison?
    }

    init(site: Site, now: Int64, calendar: DayCalendar, _ connection: Connection) throws(DatabaseError) {
        self.site = site
        self.now = now
        self.calendar = calendar
        self.connection = connection
        today = try calendar.date(connection, timeZone: site.timeZone, at: now)
    }

    /// A frame for each question.
    mutating func frames(_ queries: [ReportQuery]) throws(DatabaseError) -> [Frame] {
        var frames: [Frame] = []
        for query in queries {
            let question = Question(range: query.range, comparison: query.comparison)
            let frame: Frame
            if let same = known[question] { frame = same } else { frame = try self.frame(question) }
            known[question] = frame
            frames.append(frame)
        }
        return frames
    }

    private mutating func frame(_ question: Question) throws(DatabaseError) -> Frame {
        let (first, last) = question.range.dates(today: today)
        let length = last.number - first.number + 1
        if question.comparison == .previousPeriod, length > 0 {
            // Both at once: they follow each other.
            _ = try versions(first.adding(days: -length), last)
        }
        var frame = Frame(
            first: first, last: last, today: today,
            days: try calendar.days(connection, timeZone: site.timeZone, from: first, through: last),
            versions: try versions(first, last))
        if let comparison = question.comparison { frame.before = try earlier(comparison, first, last) }
        return frame
    }

    private mutating func earlier(
        _ comparison: ReportQuery.Comparison, _ first: LocalDate, _ last: LocalDate
    ) throws(DatabaseError) -> Frame.Earlier {
        let length = last.number - first.number + 1
        let shift: (LocalDate) -> LocalDate =
            comparison == .previousPeriod ? { $0.adding(days: -length) } : { $0.adding(months: -12) }
        let (earlierFirst, earlierLast) = (shift(first), shift(last))
        var earlier = Frame.Earlier(
            first: earlierFirst, last: earlierLast,
            days: try calendar.days(connection, timeZone: site.timeZone, from: earlierFirst, through: earlierLast),
            versions: try versions(earlierFirst, earlierLast))
        // A time that has not ended yet is compared with as much of the one before.
        if last >= today, first <= today {
            let cutDate = shift(today)
            earlier.days.removeAll { $0.date > cutDate }
            if let day = earlier.days.last, day.date == cutDate {
                earlier.days.removeLast()
                let cut = try calendar.sameTime(
                    connection, timeZone: site.timeZone, as: now, daysAgo: today.number - cutDate.number,
                    step: length <= 2 ? 300_000 : 3_600_000)
                earlier.partial = LocalDay(date: day.date, start: day.start, end: min(max(cut, day.start), day.end))
            }
        }
        return earlier
    }

    private mutating func versions(
        _ first: LocalDate, _ last: LocalDate
    ) throws(DatabaseError) -> [LocalDate: DayVersion] {
        guard first <= last else { return [:] }
        if let wider = versions.first(where: { $0.key.contains(first) && $0.key.contains(last) }) {
            return wider.value.filter { $0.key >= first && $0.key <= last }
        }
        let read = try queryVersions(connection, site: site.id, from: first, through: last)
        versions[first...last] = read
        return read
    }
}

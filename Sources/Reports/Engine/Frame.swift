/// The days that a question is about, and their state.
struct Frame: Sendable {
    var first: LocalDate
    var last: LocalDate
    var today: LocalDate
    var days: [LocalDay]
    var versions: [LocalDate: DayVersion]
    /// The time to compare with.
    var before: Earlier?

    /// An earlier time of as many days, cut where the later one has got to.
    struct Earlier: Sendable {
        var first: LocalDate
        var last: LocalDate
        /// Whole days.
        var days: [LocalDay]
        /// The last one, where it is cut.
        var partial: LocalDay?
        var versions: [LocalDate: DayVersion]
    }

    /// Whatever the numbers depend on.
    ///
    /// - Parameter whateverToday: leaves out which state today is in.
    func key(whateverToday: Bool = false) -> FrameKey {
        func list(_ versions: [LocalDate: DayVersion]) -> [Int64] {
            versions.sorted { $0.key < $1.key }.flatMap { date, version in
                [Int64(date.number), whateverToday && date == today ? -1 : version.version]
            }
        }
        return FrameKey(
            first: first, last: last, today: today, versions: list(versions),
            before: before.map { list($0.versions) } ?? [], cut: before?.partial?.end ?? 0)
    }
}

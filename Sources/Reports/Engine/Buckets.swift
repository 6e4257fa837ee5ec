/// Days, weeks or months, numbered from the first.
struct Buckets {
    let interval: ReportQuery.Interval?
    let first: LocalDate

    init(_ interval: ReportQuery.Interval?, first: LocalDate) {
        self.interval = interval
        self.first = first
    }

    func order(of date: LocalDate) -> Int {
        switch interval {
        case .day: date.number - first.number
        case .week: (date.monday.number - first.monday.number) / 7
        case .month: (date.year - first.year) * 12 + date.month - first.month
        default: 0
        }
    }

    func label(of date: LocalDate) -> String {
        switch interval {
        case .week: date.monday.description
        case .month: date.firstOfMonth.description
        default: date.description
        }
    }
}

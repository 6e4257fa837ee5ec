import Reports

/// What the address bar says about the overview page. The address *is* the state, so that every view can be linked.
struct OverviewState: Equatable {
    /// The period shown.
    var period = Period.sevenDays
    /// The metric of the chart.
    var metric = ChartMetric.visitors

    /// The state of a page without a query.
    init() {}

    /// Reads a query; what it does not say, or says wrongly, stays as it is on a page without one, so that an old
    /// link still shows something.
    init(query: String) {
        for pair in query.utf8.prefix(2048).split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1)
            guard parts.count == 2, let name = String(parts[0]), let value = String(parts[1]) else { continue }
            switch name {
            case "period": period = Period(rawValue: value) ?? period
            case "metric": metric = ChartMetric(rawValue: value) ?? metric
            default: continue
            }
        }
    }

    /// A link, relative to the page, to this state with some of it changed.
    func link(period: Period? = nil, metric: ChartMetric? = nil) -> String {
        "?period=\((period ?? self.period).rawValue)&metric=\((metric ?? self.metric).rawValue)"
    }
}

/// The metrics that the chart can show over time.
enum ChartMetric: String, CaseIterable {
    case visitors, visits, pageviews

    /// The same metric among all of them.
    var metric: Metric {
        switch self {
        case .visitors: .visitors
        case .visits: .visits
        case .pageviews: .pageviews
        }
    }

    /// The metric's number at one point of a report.
    func value(_ point: OverviewReport.Point) -> Int {
        switch self {
        case .visitors: point.visitors
        case .visits: point.visits
        case .pageviews: point.pageviews
        }
    }
}

extension Period {
    /// What a person calls it.
    var title: String {
        switch self {
        case .today: "Today"
        case .sevenDays: "7 days"
        case .thirtyDays: "30 days"
        }
    }

    /// What its numbers are compared with.
    var previousTitle: String {
        switch self {
        case .today: "yesterday up to this time"
        case .sevenDays: "the 7 days before, up to this hour"
        case .thirtyDays: "the 30 days before, up to this hour"
        }
    }
}

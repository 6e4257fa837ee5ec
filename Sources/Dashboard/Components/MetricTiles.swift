import Reports

/// The headline numbers. Those that the chart can show are links that switch it.
func metricTiles(_ report: OverviewReport, state: OverviewState) -> HTML {
    let (now, before) = (report.totals, report.previousTotals)
    func count(_ chart: ChartMetric, _ new: Int, _ old: Int) -> HTML {
        tile(
            chart.metric, value: figure(new),
            change: Change(
                from: Double(old), to: Double(new), moreIsBetter: true, write: { Format.grouped(Int($0)) }),
            state: state, chart: chart)
    }
    let bounce: HTML = now.bounceRate.map { "\(Format.percent($0))" } ?? nothing
    let duration: HTML = now.visitDuration.map { "\(Format.duration($0))" } ?? nothing
    return """
        <dl class="tiles">
        \(count(.visitors, now.visitors, before.visitors))
        \(count(.visits, now.visits, before.visits))
        \(count(.pageviews, now.pageviews, before.pageviews))
        \(tile(
            .bounceRate, value: bounce,
            change: Change(points: before.bounceRate, to: now.bounceRate, moreIsBetter: false), state: state))
        \(tile(
            .visitDuration, value: duration,
            change: Change(
                from: before.visitDuration, to: now.visitDuration, moreIsBetter: true, write: Format.duration),
            state: state))
        </dl>
        """
}

/// A value that does not exist, which is not the same as zero.
private let nothing: HTML = "<span title=\"No visits to compute it from\">–</span>"

private func tile(
    _ metric: Metric, value: HTML, change: Change, state: OverviewState, chart: ChartMetric? = nil
) -> HTML {
    let isSelected = chart == state.metric
    let kind: HTML = isSelected ? "tile chosen" : chart == nil ? "tile" : "tile choice"
    let name: HTML
    if let chart {
        let current: HTML = isSelected ? " aria-current=\"true\"" : ""
        name = """
            <a href="\(url: state.link(metric: chart))"\(current)>\(metric.title)<span class="hidden">, \
            show in the chart</span></a>
            """
    } else {
        name = "<span>\(metric.title)</span>"
    }
    return """
        <div class="\(kind)"><dt>\(name)\(hint(metric.title, metric.definition))</dt>\
        <dd class="figure">\(value)</dd><dd>\(change.html(comparedWith: state.period.previousTitle))</dd></div>
        """
}

import Reports

/// The headline numbers, each with its course and a link that shows it in the chart.
struct MetricTiles {
    /// The metrics, as the question had them.
    let metrics: [Metric]
    /// The answer with the totals.
    let answer: ReportAnswer
    /// An answer with a row for each step of time.
    let course: ReportAnswer
    /// The one in the chart.
    let shown: Metric
    /// What the address says.
    let state: ReportState

    /// The tiles as markup.
    var html: HTML {
        "<dl class=\"tiles\">\n\(each: metrics.indices, tile)</dl>"
    }

    private func tile(_ place: Int) -> HTML {
        let metric = metrics[place]
        let isSelected = metric == shown
        let kind: HTML = isSelected ? "tile chosen" : "tile choice"
        let current: HTML = isSelected ? " aria-current=\"true\"" : ""
        let values = course.rows.map { Int((($0.values[place] ?? 0) * (metric.isShare ? 1000 : 1)).rounded()) }
        return """
            <div class="\(kind)"><dt><a href="\(url: state.with { $0.metric = metric }.query)"\(current)>\(metric.title)\
            <span class="hidden">, show in the chart</span></a>\(hint(metric.title, metric.definition))</dt>\
            <dd class="figure">\(metric.figure(answer.totals[place]))</dd><dd>\(change(place))</dd>\
            <dd class="course">\(sparkline(values))</dd></div>

            """
    }

    private func change(_ place: Int) -> HTML {
        guard let before = answer.before else { return .empty }
        let metric = metrics[place]
        let earlier = before.words
        if metric.isShare {
            return Change(points: before.totals[place], to: answer.totals[place], moreIsBetter: metric.moreIsBetter)
                .html(comparedWith: earlier)
        }
        return Change(
            from: before.totals[place], to: answer.totals[place], moreIsBetter: metric.moreIsBetter,
            write: { metric.words($0) }
        ).html(comparedWith: earlier)
    }
}

extension ReportAnswer.Before {
    /// The days, as people read them.
    var words: String {
        guard let first = LocalMoment(first.description), let last = LocalMoment(last.description) else { return "" }
        return LocalMoment.range(from: first, to: last)
    }
}

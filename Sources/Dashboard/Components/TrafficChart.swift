import Reports

/// Numbers over time as an area under a line, with a table for those who cannot or do not want to look.
///
/// No script measures the window: positions across are percentages and positions down are pixels, so that text keeps
/// its shape at every width. Only the line itself lives in a stretched coordinate system of its own.
struct TrafficChart {
    private static let height = 232.0
    private static let ceiling = 14.0

    private let report: OverviewReport
    private let metric: ChartMetric
    private let scale: NiceScale
    private let points: [Point]
    /// Places along the axis: the points, and on `today` the hours to come.
    private let slots: Int
    private let hoursToCome: [String]

    private struct Point {
        var index: Int
        var value: Int
        var moment: LocalMoment?
        var label: String
    }

    /// A chart of one metric of a report.
    init(_ report: OverviewReport, metric: ChartMetric) {
        self.report = report
        self.metric = metric
        points = report.series.enumerated().map { index, point in
            Point(index: index, value: metric.value(point), moment: LocalMoment(point.label), label: point.label)
        }
        scale = NiceScale(maximum: points.map(\.value).max() ?? 0)
        let lastHour = report.isHourly ? points.last?.moment?.time.flatMap { Int($0.prefix(2)) } ?? 23 : 23
        hoursToCome = (0..<24).filter { $0 > lastHour }.map { "\(Format.twoDigits($0)):00" }
        slots = max(1, points.count + hoursToCome.count)
    }

    /// The chart as markup.
    var html: HTML {
        let interval: HTML = report.isHourly ? "hour" : "day"
        return """
            <figure class="chart">
            <figcaption>\(metric.metric.title) by \(interval)</figcaption>
            <div class="plotted">
            <svg class="scale" width="44" height="264" aria-hidden="true">\(each: scale.ticks, tickLabel)</svg>
            <svg class="plot" width="100%" height="264" role="img" aria-label="\(summary)">
            \(each: scale.ticks, gridLine)
            \(shape)
            \(each: points, slot)
            \(each: axisLabels, axisLabel)
            </svg>
            </div>
            <details class="numbers"><summary>The chart as a table</summary>
            <div class="scroller" tabindex="0" role="region" aria-label="Numbers of the chart"><table>
            <thead><tr><th scope="col">\(report.isHourly ? "Hour" : "Day")</th><th scope="col">Visitors</th>\
            <th scope="col">Visits</th><th scope="col">Page views</th></tr></thead>
            <tbody>
            \(each: report.series, row)</tbody>
            </table></div></details>
            </figure>

            """
    }

    // MARK: Places

    /// The place of a point in percent of the width: from edge to edge, but for a margin that keeps labels inside.
    private func x(_ index: Int) -> Double {
        guard slots > 1 else { return 50 }
        let margin = min(3, 50 / Double(slots))
        return margin + Double(index) / Double(slots - 1) * (100 - 2 * margin)
    }

    /// The width of the strip around a point in which the pointer means that point.
    private var slotWidth: Double { slots > 1 ? x(1) - x(0) : 100 }

    /// The height of a value in pixels from above.
    private func y(_ value: Int) -> Double {
        TrafficChart.height - (TrafficChart.height - TrafficChart.ceiling) * scale.share(value)
    }

    // MARK: Parts

    private func tickLabel(_ tick: Int) -> HTML {
        "<text x=\"36\" y=\"\(y(tick) + 4)\">\(Format.compact(tick))</text>"
    }

    private func gridLine(_ tick: Int) -> HTML {
        let kind: HTML = tick == 0 ? "ground" : "grid"
        return "<line class=\"\(kind)\" x1=\"0\" x2=\"100%\" y1=\"\(y(tick))\" y2=\"\(y(tick))\"/>"
    }

    /// Area and line in thousandths of the width. The last point is still growing, so the way to it is dashed.
    private var shape: HTML {
        guard points.count > 1 else { return .empty }
        func path(_ points: some Collection<Point>) -> HTML {
            var path: HTML = .empty
            for point in points {
                let command: HTML = path.isEmpty ? "M" : "L"
                path += "\(command)\(x(point.index) * 10) \(y(point.value))"
            }
            return path
        }
        let ground = TrafficChart.height
        return """
            <svg class="shape" width="100%" height="264" viewBox="0 0 1000 264" preserveAspectRatio="none" \
            aria-hidden="true"><defs><linearGradient id="fade" x1="0" y1="0" x2="0" y2="1"><stop offset="0"/>\
            <stop offset="1"/></linearGradient></defs><path fill="url(#fade)" d="\(path(points))L\(x(points.count - 1) * 10) \(ground)\
            L\(x(0) * 10) \(ground)Z"/><path class="line" d="\(path(points.dropLast()))"/>\
            <path class="line growing" d="\(path(points.suffix(2)))"/></svg>
            """
    }

    /// One hour or day: the pointer anywhere above or below the point shows its number.
    private func slot(_ point: Point) -> HTML {
        let middle = x(point.index)
        let width = slotWidth
        let text = describe(point)
        let kind: HTML = points.count == 1 ? "slot alone" : "slot"
        return """
            <g class="\(kind)"><title>\(text)</title>\
            <rect x="\(middle - width / 2)%" y="0" width="\(width)%" height="\(TrafficChart.height)"/>\
            <line x1="\(middle)%" x2="\(middle)%" y1="\(y(point.value))" y2="\(TrafficChart.height)"/>\
            <circle cx="\(middle)%" cy="\(y(point.value))" r="4.5"/></g>

            """
    }

    private func describe(_ point: Point) -> String {
        let words = metric.metric
        let growing = point.index == points.count - 1 ? " so far" : ""
        let number = Format.count(point.value, words.singular, words.plural)
        return "\(point.moment?.long ?? point.label): \(number)\(growing)"
    }

    private struct AxisLabel {
        var index: Int
        var text: String
        /// Left out where there is little room.
        var isMinor: Bool
    }

    /// Few enough labels to be read; the last day always has one, and the hours of a day are those of a clock.
    private var axisLabels: [AxisLabel] {
        let every = slots > 24 ? (slots > 26 ? 5 : 3) : slots > 12 ? 3 : 1
        let texts = points.map {
            report.isHourly ? $0.moment?.time : slots > 10 ? $0.moment?.short : $0.moment?.weekday
        }
        let all = texts.map { $0 ?? "" } + (report.isHourly ? hoursToCome : [])
        let anchor = report.isHourly ? 0 : (all.count - 1) % every
        return all.enumerated().compactMap { index, text in
            guard index % every == anchor % every else { return nil }
            let place = index / every
            let fromEnd = report.isHourly ? place : (all.count - 1) / every - place
            let isMinor = all.count > 4 && !fromEnd.isMultiple(of: 2)
            return AxisLabel(index: index, text: text, isMinor: isMinor)
        }
    }

    private func axisLabel(_ label: AxisLabel) -> HTML {
        let kind: HTML = label.isMinor ? "minor" : "major"
        return "<text class=\"\(kind)\" x=\"\(x(label.index))%\" y=\"256\">\(label.text)</text>\n"
    }

    private func row(_ point: OverviewReport.Point) -> HTML {
        """
        <tr><th scope="row">\(LocalMoment(point.label)?.long ?? point.label)</th><td>\(Format.grouped(point.visitors))</td>\
        <td>\(Format.grouped(point.visits))</td><td>\(Format.grouped(point.pageviews))</td></tr>

        """
    }

    /// The chart in one sentence, for those who hear the page.
    private var summary: String {
        let interval = report.isHourly ? "hour" : "day"
        guard let best = points.max(by: { $0.value < $1.value }), best.value > 0 else {
            return "\(metric.metric.title) by \(interval): none yet."
        }
        let words = metric.metric
        return """
            \(words.title) by \(interval). Highest: \(Format.count(best.value, words.singular, words.plural)), \
            \(best.moment?.long ?? best.label). All numbers are in the table below.
            """
    }
}

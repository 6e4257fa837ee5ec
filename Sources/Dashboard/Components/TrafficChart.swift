import Reports

/// A metric over time as an area under a line, with a table for those who cannot or do not want to look.
///
/// No script measures the window: positions across are percentages and positions down are pixels, so that text keeps
/// its shape at every width. Only the line itself lives in a stretched coordinate system of its own.
struct TrafficChart {
    private static let height = 232.0
    private static let ceiling = 14.0

    private let metric: Metric
    private let metrics: [Metric]
    private let interval: ReportQuery.Interval
    private let rows: [ReportAnswer.Row]
    private let scale: NiceScale
    private let points: [Point]
    /// Places along the axis: the points, and on a day that is not over the hours to come.
    private let slots: Int
    private let hoursToCome: [String]
    /// Whether the hours of more than one day are shown: a day may have 25.
    private let hasManyDays: Bool
    /// Whether the last point is still growing.
    private let isGrowing: Bool

    private struct Point {
        var index: Int
        /// In the chart's unit: percent for shares.
        var value: Int
        var number: Double?
        var before: Double?
        var moment: LocalMoment?
    }

    /// A chart of one metric of an answer.
    ///
    /// - Parameters:
    ///   - metrics: as the question had them; the table shows all.
    ///   - isGrowing: whether the last step is not over yet.
    init(_ answer: ReportAnswer, metrics: [Metric], metric: Metric, interval: ReportQuery.Interval, isGrowing: Bool) {
        self.metric = metric
        self.metrics = metrics
        self.interval = interval
        self.isGrowing = isGrowing
        rows = answer.rows
        let place = metrics.firstIndex(of: metric) ?? 0
        points = rows.enumerated().map { index, row in
            let number = row.values[place]
            return Point(
                index: index, value: TrafficChart.unit(number, metric), number: number,
                before: place < row.before.count ? row.before[place] : nil, moment: LocalMoment(row.time))
        }
        scale = NiceScale(maximum: points.map(\.value).max() ?? 0)
        let isOneDay = interval == .hour && answer.first == answer.last
        hasManyDays = answer.first != answer.last
        let lastHour = isOneDay ? points.last?.moment?.time.flatMap { Int($0.prefix(2)) } ?? 23 : 23
        hoursToCome = (0..<24).filter { $0 > lastHour }.map { "\(Format.twoDigits($0)):00" }
        slots = max(1, points.count + hoursToCome.count)
    }

    private static func unit(_ number: Double?, _ metric: Metric) -> Int {
        guard let number, number.isFinite, number.magnitude < 1e15 else { return 0 }
        return Int((number * (metric.isShare ? 100 : 1)).rounded())
    }

    /// The chart as markup.
    var html: HTML {
        """
        <figure class="chart">
        <figcaption>\(metric.title) by \(interval.rawValue)</figcaption>
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
        <thead><tr><th scope="col">\(interval.title.description)</th>\(each: metrics, head)</tr></thead>
        <tbody>
        \(each: rows, row)</tbody>
        </table></div></details>
        </figure>

        """
    }

    private func head(_ metric: Metric) -> HTML { "<th scope=\"col\">\(metric.title)</th>" }

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
        let text: String =
            switch metric {
            case .bounceRate, .conversionRate: "\(tick)%"
            case .visitDuration, .engagedTime: tick < 120 ? "\(tick)s" : "\(tick / 60)m"
            default: Format.compact(tick)
            }
        return "<text x=\"36\" y=\"\(y(tick) + 4)\">\(text)</text>"
    }

    private func gridLine(_ tick: Int) -> HTML {
        let kind: HTML = tick == 0 ? "ground" : "grid"
        return "<line class=\"\(kind)\" x1=\"0\" x2=\"100%\" y1=\"\(y(tick))\" y2=\"\(y(tick))\"/>"
    }

    private func path(_ points: some Collection<Point>, _ value: (Point) -> Int) -> HTML {
        var path: HTML = .empty
        for point in points {
            let command: HTML = path.isEmpty ? "M" : "L"
            path += "\(command)\(x(point.index) * 10) \(y(value(point)))"
        }
        return path
    }

    /// Area and lines in thousandths of the width. The last point may still be growing, so the way to it is dashed; the time
    /// before is a thin line behind.
    private var shape: HTML {
        guard points.count > 1 else { return .empty }
        let ground = TrafficChart.height
        let solid = isGrowing ? Array(points.dropLast()) : points
        let growing: HTML =
            isGrowing ? "<path class=\"line growing\" d=\"\(path(points.suffix(2), \.value))\"/>" : .empty
        let earlier = points.filter { $0.before != nil }
        let before: HTML =
            earlier.count > 1
            ? "<path class=\"line before\" d=\"\(path(earlier) { TrafficChart.unit($0.before, metric) })\"/>" : .empty
        return """
            <svg class="shape" width="100%" height="264" viewBox="0 0 1000 264" preserveAspectRatio="none" \
            aria-hidden="true"><defs><linearGradient id="fade" x1="0" y1="0" x2="0" y2="1"><stop offset="0"/>\
            <stop offset="1"/></linearGradient></defs><path fill="url(#fade)" d="\(path(points, \.value))L\(x(points.count - 1) * 10) \(ground)\
            L\(x(0) * 10) \(ground)Z"/>\(before)<path class="line" d="\(path(solid, \.value))"/>\(growing)</svg>
            """
    }

    /// One step: the pointer anywhere above or below the point shows its number.
    private func slot(_ point: Point) -> HTML {
        let middle = x(point.index)
        let width = slotWidth
        let kind: HTML = points.count == 1 ? "slot alone" : "slot"
        return """
            <g class="\(kind)"><title>\(describe(point))</title>\
            <rect x="\(middle - width / 2)%" y="0" width="\(width)%" height="\(TrafficChart.height)"/>\
            <line x1="\(middle)%" x2="\(middle)%" y1="\(y(point.value))" y2="\(TrafficChart.height)"/>\
            <circle cx="\(middle)%" cy="\(y(point.value))" r="4.5"/></g>

            """
    }

    private func describe(_ point: Point) -> String {
        let growing = isGrowing && point.index == points.count - 1 ? " so far" : ""
        let before = point.before.map { ", \(metric.words($0)) before" } ?? ""
        return "\(label(point)): \(number(point))\(growing)\(before)"
    }

    private func label(_ point: Point) -> String {
        guard let moment = point.moment else { return "" }
        switch interval {
        case .week: return "Week of \(moment.long)"
        case .month: return "\(moment.monthName) \(moment.year)"
        case .hour, .minute: return hasManyDays ? "\(moment.short), \(moment.long)" : moment.long
        case .day: return moment.long
        }
    }

    private func number(_ point: Point) -> String {
        switch metric {
        case .visitors, .visits, .pageviews, .events, .conversions:
            Format.count(point.value, metric.singular, metric.plural)
        default: metric.words(point.number)
        }
    }

    private struct AxisLabel {
        var index: Int
        var text: String
        /// Left out where there is little room.
        var isMinor: Bool
    }

    /// Few enough labels to be read; the last day always has one, and the hours of a day are those of a clock.
    private var axisLabels: [AxisLabel] {
        let isHourly = interval == .hour || interval == .minute
        let every = max(slots > 26 ? 5 : slots > 12 ? 3 : 1, (slots + 11) / 12)
        let texts = points.map { point -> String? in
            switch interval {
            case .hour, .minute: hasManyDays ? point.moment?.short : point.moment?.time
            case .month: point.moment.map { String($0.monthName.prefix(3)) }
            default: slots > 10 ? point.moment?.short : point.moment?.weekday
            }
        }
        let all = texts.map { $0 ?? "" } + (isHourly ? hoursToCome : [])
        let anchor = isHourly ? 0 : (all.count - 1) % every
        return all.enumerated().compactMap { index, text in
            guard index % every == anchor % every else { return nil }
            let place = index / every
            let fromEnd = isHourly ? place : (all.count - 1) / every - place
            let isMinor = all.count > 4 && !fromEnd.isMultiple(of: 2)
            return AxisLabel(index: index, text: text, isMinor: isMinor)
        }
    }

    private func axisLabel(_ label: AxisLabel) -> HTML {
        let kind: HTML = label.isMinor ? "minor" : "major"
        return "<text class=\"\(kind)\" x=\"\(x(label.index))%\" y=\"256\">\(label.text)</text>\n"
    }

    private func row(_ row: ReportAnswer.Row) -> HTML {
        func cell(_ place: Int) -> HTML { "<td>\(metrics[place].words(row.values[place]))</td>" }
        let moment = LocalMoment(row.time)
        let label = moment.map { self.label(Point(index: 0, value: 0, moment: $0)) } ?? row.time
        return "<tr><th scope=\"row\">\(label)</th>\(each: row.values.indices, cell)</tr>\n"
    }

    /// The chart in one sentence, for those who hear the page.
    private var summary: String {
        guard let best = points.max(by: { $0.value < $1.value }), best.value > 0 else {
            return "\(metric.title) by \(interval.rawValue): none yet."
        }
        return """
            \(metric.title) by \(interval.rawValue). Highest: \(number(best)), \(label(best)). \
            All numbers are in the table below.
            """
    }
}

extension ReportQuery.Interval {
    /// At the head of a column.
    var title: StaticString {
        switch self {
        case .minute: "Minute"
        case .hour: "Hour"
        case .day: "Day"
        case .week: "Week"
        case .month: "Month"
        }
    }
}

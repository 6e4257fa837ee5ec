import Reports

/// What the address bar says about a page with numbers. The address *is* the state, so that every view can be linked, and
/// back goes back.
struct ReportState: Equatable {
    /// The days shown.
    var range = DateRange.period(.sevenDays)
    /// What they are compared with.
    var comparison: ReportQuery.Comparison? = .previousPeriod
    /// Which visits and events count: all of these tests.
    var filters: [Filter.Test] = []
    /// Tests of a shared link, which count besides and are in no address.
    var locked: [Filter.Test] = []
    /// The goal whose conversions are shown; empty for none.
    var goal = ""
    /// The metric of the chart.
    var metric = Metric.visitors
    /// The steps of the chart; `nil` for what suits the days.
    var interval: ReportQuery.Interval?
    /// What the table of a page is about, where there is a choice; empty for the first.
    var tab = ""
    /// What is searched for in the table.
    var search = ""
    /// The metric by which the table is sorted; `nil` for the first.
    var sort: Metric?
    /// Pages of the table that were turned.
    var turned = 0

    /// Filters that an address may hold.
    static let mostFilters = 20

    /// The state of a page without a query.
    init() {}

    /// The state of a page behind a shared link: its filters stay whatever the query says.
    init(query: String, locked: [Filter.Test]) {
        self.init(query: query)
        self.locked = locked
        self.filters.removeAll { locked.contains($0) }
        while filter?.isTooMuchWork ?? false, !self.filters.isEmpty { self.filters.removeLast() }
    }

    /// All filters of a query; `nil` where one of them is none. A link that is locked to a filter must not open when the
    /// filter is not understood.
    static func allFilters(of query: String) -> [Filter.Test]? {
        let filters = ReportState(query: query).filters
        let pairs = query.utf8.split(separator: UInt8(ascii: "&"))
        // The form for a filter sends one more, in parts.
        let hasForm = pairs.contains { $0.starts(with: "value=".utf8) && $0.count > "value=".utf8.count }
        let count = pairs.count { $0.starts(with: "filter=".utf8) } + (hasForm ? 1 : 0)
        return filters.count == count ? filters : nil
    }

    /// Reads a query; what it does not say, or says wrongly, stays as it is on a page without one, so that an old
    /// link still shows something.
    init(query: String) {
        var (first, last): (LocalDate?, LocalDate?) = (nil, nil)
        var form: (dimension: String, comparison: String, values: [String]) = ("", "", [])
        for pair in query.utf8.prefix(8192).split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1)
            guard parts.count == 2 else { continue }
            let value = PercentText.decoded(parts[1])
            // PostgreSQL knows no text with a zero in it, and no honest link has one.
            if value.utf8.contains(0) { continue }
            switch String(decoding: parts[0], as: UTF8.self) {
            case "period": range = Period(rawValue: value).map { .period($0) } ?? range
            case "from": first = LocalDate(value)
            case "to": last = LocalDate(value)
            case "compare": comparison = ReportQuery.Comparison(rawValue: value) ?? (value == "none" ? nil : comparison)
            case "filter": add(ReportState.filter(parts[1]))
            case "goal": goal = value
            case "metric": metric = Metric(rawValue: value) ?? metric
            case "interval":
                // Minutes are for the page of the last half hour.
                interval = ReportQuery.Interval(rawValue: value).flatMap { $0 == .minute ? nil : $0 }
            case "tab": tab = value
            case "search": search = String(value.prefix(200))
            case "sort": sort = Metric(rawValue: value)
            case "turned": turned = min(max(Int(value) ?? 0, 0), 10_000)
            case "dimension": form.dimension = value
            case "operator": form.comparison = value
            case "value": if !value.isEmpty { form.values.append(value) }
            default: continue
            }
        }
        if let first, let last, first <= last, last.number - first.number < 800 { range = .dates(first, last) }
        // What the form for a filter sends.
        if let dimension = Dimension(name: form.dimension),
            let comparison = Filter.Comparison(rawValue: form.comparison),
            !form.values.isEmpty
        {
            // Whoever types a country types its name, which the database does not have.
            let codes = dimension == .country ? form.values.flatMap(CountryName.codes(meaning:)) : []
            if codes.isEmpty {
                add(Filter.Test(dimension, comparison, form.values))
            } else {
                add(Filter.Test(dimension, comparison.isNegated ? .isNot : .is, codes))
            }
        }
    }

    private mutating func add(_ test: Filter.Test?) {
        guard let test, !filters.contains(test), !locked.contains(test), filters.count < ReportState.mostFilters else {
            return
        }
        filters.append(test)
        if filter?.isTooMuchWork ?? false { filters.removeLast() }
    }

    /// A filter out of an address: dimension, comparison and values with commas between them, each percent-encoded. A form
    /// that carries it along encodes it as a whole once more.
    private static func filter(_ bytes: Substring.UTF8View.SubSequence) -> Filter.Test? {
        let comma = UInt8(ascii: ",")
        let isWhole = bytes.contains(comma)
        let text = isWhole ? Array(bytes) : Array(PercentText.decoded(bytes).utf8)
        let parts = text.split(separator: comma, omittingEmptySubsequences: false).map(PercentText.decoded)
        guard parts.count >= 3, parts.count <= 100, let dimension = Dimension(name: parts[0]),
            let comparison = Filter.Comparison(rawValue: parts[1]), !parts.contains(where: { $0.utf8.contains(0) })
        else { return nil }
        return Filter.Test(dimension, comparison, Array(parts.dropFirst(2)))
    }

    /// The filter of all of them; `nil` for none.
    var filter: Filter? {
        let tests = locked + filters
        return tests.isEmpty ? nil : tests.count == 1 ? .test(tests[0]) : .and(tests.map { .test($0) })
    }

    /// The same with something changed.
    func with(_ change: (inout ReportState) -> Void) -> ReportState {
        var changed = self
        change(&changed)
        return changed
    }

    /// The same with one more filter; tables begin anew.
    func filtered(_ dimension: Dimension, _ value: String) -> ReportState {
        with { state in
            state.add(Filter.Test(dimension, .is, [value]))
            (state.search, state.turned) = ("", 0)
        }
    }

    /// The parameters, in a fixed order, of all that differs from a page without a query.
    var parameters: [(name: String, value: String)] {
        let plain = ReportState()
        var list: [(String, String)] = []
        switch range {
        case .period(let period): if range != plain.range { list.append(("period", period.rawValue)) }
        case .dates(let first, let last): list += [("from", first.description), ("to", last.description)]
        }
        if comparison != plain.comparison { list.append(("compare", comparison?.rawValue ?? "none")) }
        for test in filters {
            let parts = [test.dimension.name, test.comparison.rawValue] + test.values
            list.append(("filter", parts.map(PercentText.encoded).joined(separator: ",")))
        }
        if !goal.isEmpty { list.append(("goal", PercentText.encoded(goal))) }
        if metric != plain.metric { list.append(("metric", metric.rawValue)) }
        if let interval { list.append(("interval", interval.rawValue)) }
        if !tab.isEmpty { list.append(("tab", PercentText.encoded(tab))) }
        if !search.isEmpty { list.append(("search", PercentText.encoded(search))) }
        if let sort { list.append(("sort", sort.rawValue)) }
        if turned > 0 { list.append(("turned", "\(turned)")) }
        return list
    }

    /// The query of an address with this state, `?` included.
    var query: String { "?" + parameters.map { "\($0.name)=\($0.value)" }.joined(separator: "&") }

    /// The state as the next page takes it over: days and filters, but not what is about one table.
    var carried: ReportState {
        with { state in (state.tab, state.search, state.sort, state.turned) = ("", "", nil, 0) }
    }
}

import EventModel
import Reports

/// A page with one table and a choice of what it is about: pages, sources, locations, devices, events.
struct BreakdownPage {
    /// A choice of what the table is about.
    struct Tab {
        /// Name in the address.
        var name: String
        var title: String
        var dimension: Dimension
        /// Which rows there are at all.
        var filter: Filter?

        /// The table of a dimension.
        init(_ dimension: Dimension) {
            (name, title, self.dimension, filter) = (dimension.name, dimension.title, dimension, nil)
        }

        /// A table of some of the rows.
        init(name: String, title: String, dimension: Dimension, filter: Filter) {
            (self.name, self.title, self.dimension, self.filter) = (name, title, dimension, filter)
        }
    }

    /// Rows on one page of the table.
    static let rows = 50

    let place: Place
    let page: SitePage
    let tabs: [Tab]
    let tab: Tab
    let state: ReportState
    let metrics: [Metric]
    let answer: ReportAnswer
    let goals: [String]
    /// A picture of the rows above the table.
    var picture: HTML = .empty

    private var site: Site { place.site }

    /// The whole document.
    var html: HTML {
        ReportFrame(
            place: place, page: page, title: page.title.description, state: state, goals: goals, answer: answer,
            content: """
                <section class="card block" aria-labelledby="table-title">
                \(choice)<header class="tabled"><h2 id="table-title">\(tab.title)</h2>\(hint(tab.title, tab.dimension.definition))\(search)\
                <a class="all" href="\(url: place.file(page) + state.query)">CSV</a></header>
                \(picture)\(table)
                </section>
                """
        ).html
    }

    private var choice: HTML {
        guard tabs.count > 1 else { return .empty }
        func link(_ tab: Tab) -> HTML {
            let current: HTML = tab.name == self.tab.name ? " aria-current=\"page\"" : ""
            let next = state.carried.with { $0.tab = tab.name }
            return "<a href=\"\(url: next.query)\"\(current)><bdi>\(tab.title)</bdi></a>"
        }
        return "<nav class=\"tabs\" aria-label=\"Tables\">\(each: tabs, link)</nav>\n"
    }

    private var search: HTML {
        """
        <form method="get" role="search" class="search">\(hiddenInputs(state, without: ["search", "turned"]))\
        <input type="search" name="search" value="\(state.search)" placeholder="Search" aria-label="Search in this table" maxlength="200">\
        <button>Search</button></form>
        """
    }

    private var table: HTML {
        guard !answer.rows.isEmpty else {
            let text: HTML =
                state.search.isEmpty && state.filters.isEmpty
                ? "Nothing in this time." : "Nothing fits in this time."
            return "<p class=\"nothing\">\(text)</p>"
        }
        return """
            <div class="wideTable">\(RankingTable(
                dimension: tab.dimension, metrics: metrics, rows: answer.rows, state: state, isCompared: state.comparison != nil,
                isSortable: true).html)</div>
            \(turning)
            """
    }

    /// From page to page of the table.
    private var turning: HTML {
        let first = state.turned * BreakdownPage.rows
        let shown = "\(Format.grouped(first + 1))–\(Format.grouped(first + answer.rows.count))"
        let back: HTML =
            state.turned > 0 ? "<a rel=\"prev\" href=\"\(url: state.with { $0.turned -= 1 }.query)\">Back</a>" : .empty
        let more: HTML =
            first + answer.rows.count < answer.rowCount
            ? "<a rel=\"next\" href=\"\(url: state.with { $0.turned += 1 }.query)\">More</a>" : .empty
        return """
            <p class="turning"><span>\(shown) of \(Format.grouped(answer.rowCount))</span>\(back)\(more)</p>
            """
    }
}

/// What such a page asks.
struct BreakdownQuestion {
    let tabs: [BreakdownPage.Tab]
    let tab: BreakdownPage.Tab
    let metrics: [Metric]
    let query: ReportQuery

    /// Rows that a file may have: visitors can make up any number of paths.
    static let mostRowsOfFile = 100_000

    /// The question of a page in a state.
    init?(_ tabs: [BreakdownPage.Tab], state: ReportState, goal: Goal?, isForFile: Bool) {
        guard let tab = tabs.first(where: { $0.name == state.tab }) ?? tabs.first else { return nil }
        self.tabs = tabs
        self.tab = tab
        metrics = BreakdownQuestion.metrics(tab.dimension, goal: goal)
        var parts: [Filter] = []
        if let filter = state.filter { parts.append(filter) }
        if let filter = tab.filter { parts.append(filter) }
        var query = ReportQuery(
            metrics: metrics, dimensions: [tab.dimension], range: state.range, goal: goal, comparison: state.comparison)
        if !state.search.isEmpty { parts.append(.test(BreakdownQuestion.search(state.search, tab.dimension))) }
        query.filter = parts.isEmpty ? nil : parts.count == 1 ? parts[0] : .and(parts)
        // Page views have a page of their own.
        if tab.dimension == .event { query.hidden = Hit.pageview }
        if let sort = state.sort, metrics.contains(sort) { query.order = [.init(.metric(sort), isDescending: true)] }
        if isForFile {
            query.limit = BreakdownQuestion.mostRowsOfFile
        } else {
            (query.limit, query.offset) = (BreakdownPage.rows, state.turned * BreakdownPage.rows)
        }
        self.query = query
    }

    /// People look for countries by name, which the database does not have.
    private static func search(_ text: String, _ dimension: Dimension) -> Filter.Test {
        guard dimension == .country else { return Filter.Test(dimension, .contains, [text]) }
        let codes = CountryName.codes(containing: text)
        return Filter.Test(dimension, .is, codes.isEmpty ? ["-"] : codes)
    }

    private static func metrics(_ dimension: Dimension, goal: Goal?) -> [Metric] {
        if let goal {
            let money: [Metric] = goal.revenue.isEmpty ? [] : [.revenue]
            return [.visitors, .conversions, .conversionRate] + money
        }
        switch dimension {
        case .page, .pageGroup, .title: return [.visitors, .pageviews, .bounceRate, .visitDuration]
        case .event, .searchTerm, .property, .fact: return [.visitors, .events]
        case .entryPage, .exitPage: return [.visitors, .visits, .bounceRate, .visitDuration]
        default: return [.visitors, .visits, .viewsPerVisit, .bounceRate, .visitDuration]
        }
    }
}

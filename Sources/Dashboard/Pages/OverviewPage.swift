import EventModel
import Platform
import Reports

/// `/dashboard/SITE`: how it goes, on one page.
struct OverviewPage {
    /// The site.
    let place: Place
    /// What the address says.
    let state: ReportState
    /// Its questions.
    let questions: OverviewQuestions
    /// Their answers, in that order.
    let answers: [ReportAnswer]
    /// The names of the site's goals.
    let goals: [String]
    /// The site's date of now.
    let today: LocalDate

    private var site: Site { place.site }

    /// The whole document.
    var html: HTML {
        ReportFrame(
            place: place, page: .overview, title: site.domain, state: state, goals: goals, answer: answers[0],
            content: content
        ).html
    }

    private var content: HTML {
        """
        <section class="card lead" aria-label="Totals and course">
        \(MetricTiles(metrics: questions.metrics, answer: answers[0], course: chart, shown: shown, state: state).html)
        \(intervals)\(TrafficChart(
            chart, metrics: questions.metrics, metric: shown, interval: questions.chartInterval,
            isGrowing: answers[0].last >= today).html)</section>
        <div class="cards">
        \(each: Array(questions.lists.enumerated()), card)</div>
        """
    }

    /// Hours have a question of their own.
    private var chart: ReportAnswer { questions.hasHours ? answers[1] : answers[0] }

    private var shown: Metric { questions.metrics.contains(state.metric) ? state.metric : .visitors }

    private var intervals: HTML {
        func link(_ interval: ReportQuery.Interval) -> HTML {
            let current: HTML = interval == questions.chartInterval ? " aria-current=\"true\"" : ""
            return """
                <a href="\(url: state.with { $0.interval = interval }.query)"\(current)>\(interval.title.description)</a>
                """
        }
        let possible = questions.intervals
        guard possible.count > 1 else { return .empty }
        return "<nav class=\"intervals\" aria-label=\"Steps of the chart\">\(each: possible, link)</nav>"
    }

    private func card(_ index: Int, _ list: OverviewQuestions.List) -> HTML {
        let answer = answers[index + (questions.hasHours ? 2 : 1)]
        // What nobody finds out here is not shown; what people look for first always is.
        if answer.rows.allSatisfy({ $0.keys == [""] }), !list.isAlwaysShown { return .empty }
        let address = place.address(list.page)
        let more = state.carried.with { $0.tab = list.dimension.name }
        return RankingCard(
            table: RankingTable(
                dimension: list.dimension, metrics: list.metrics(questions.asksForGoal), rows: answer.rows,
                state: state.carried,
                isCompared: state.comparison != nil),
            empty: list.empty, more: address + more.query
        ).html
    }
}

/// What the overview asks.
struct OverviewQuestions {
    /// A list of the page.
    struct List {
        var dimension: Dimension
        var metric: Metric
        /// Where all of it is.
        var page: SitePage
        var isAlwaysShown = false
        var empty: HTML = .empty

        /// What is shown of each row; with a goal, how many reached it.
        func metrics(_ asksForGoal: Bool) -> [Metric] {
            asksForGoal ? [.conversions, .conversionRate] : [.visitors, metric]
        }
    }

    let state: ReportState
    /// First and last day.
    let first: LocalDate
    let last: LocalDate
    let goal: Goal?
    /// The site's date of now.
    let today: LocalDate

    init(state: ReportState, goal: Goal?, today: LocalDate) {
        self.state = state
        self.goal = goal
        self.today = today
        (first, last) = state.range.dates(today: today)
    }

    var asksForGoal: Bool { goal != nil }

    /// The metrics of the tiles.
    var metrics: [Metric] {
        var metrics: [Metric] = [.visitors, .visits, .pageviews, .bounceRate, .visitDuration]
        if let goal {
            metrics = [.visitors, .visits, .conversions, .conversionRate]
            metrics.append(goal.revenue.isEmpty ? .bounceRate : .revenue)
        }
        return metrics
    }

    private var days: Int { last.number - first.number + 1 }

    /// Steps that make sense for so many days.
    var intervals: [ReportQuery.Interval] {
        switch days {
        case 1: [.hour]
        case 2...7: [.hour, .day]
        case 8...31: [.day, .week]
        default: [.day, .week, .month]
        }
    }

    /// The steps of the chart.
    var chartInterval: ReportQuery.Interval {
        if let interval = state.interval, intervals.contains(interval) { return interval }
        return days == 1 ? .hour : days > 120 ? .week : .day
    }

    var hasHours: Bool { chartInterval == .hour }

    /// The lists, in the order of the page.
    let lists: [List] = [
        List(
            dimension: .page, metric: .pageviews, page: .pages, isAlwaysShown: true,
            empty: "No page was viewed in this time."),
        List(
            dimension: .source, metric: .visits, page: .sources, isAlwaysShown: true,
            empty: "No visit began in this time."),
        List(dimension: .channel, metric: .visits, page: .sources),
        List(dimension: .country, metric: .visits, page: .locations),
        List(dimension: .entryPage, metric: .bounceRate, page: .pages),
        List(dimension: .exitPage, metric: .visits, page: .pages),
        List(dimension: .browser, metric: .visits, page: .devices),
        List(dimension: .os, metric: .visits, page: .devices),
        List(dimension: .device, metric: .visits, page: .devices),
        List(
            dimension: .event, metric: .events, page: .events, isAlwaysShown: true,
            empty: """
                Count what matters with one line in your pages: <code>footfall("signup", {plan: "pro"})</code>
                """),
    ]

    /// All questions: totals with their course, the hours where these are shown, then the lists.
    var queries: [ReportQuery] {
        func query(_ metrics: [Metric]) -> ReportQuery {
            ReportQuery(
                metrics: metrics, range: state.range, filter: state.filter, goal: goal, comparison: state.comparison)
        }
        var totals = query(metrics)
        totals.interval = hasHours ? .day : chartInterval
        totals.limit = 1000
        var queries = [totals]
        if hasHours {
            var hours = query(metrics)
            (hours.interval, hours.comparison, hours.limit) = (.hour, nil, 1000)
            queries.append(hours)
        }
        for list in lists {
            var question = query(list.metrics(asksForGoal))
            question.dimensions = [list.dimension]
            question.limit = 9
            if list.dimension == .event {
                // Page views have lists of their own.
                question.hidden = Hit.pageview
            }
            queries.append(question)
        }
        return queries
    }
}

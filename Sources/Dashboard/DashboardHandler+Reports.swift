import EventModel
import FastCGI
import Reports

/// The pages with numbers of some days.
extension DashboardHandler {
    /// What the address says, the goal that it names, and all goals. A goal that is gone is no longer part of the state.
    private func state(
        _ place: Place, _ request: Request
    ) throws(ReportError) -> (state: ReportState, goal: Goal?, goals: [Goal]) {
        var state = ReportState(query: request.query, locked: place.locked)
        let goals = try reports.goals(of: place.site)
        let goal = goals.first { $0.name == state.goal }
        if goal == nil { state.goal = "" }
        return (state, goal, goals)
    }

    func overviewPage(_ place: Place, _ request: Request) throws(ReportError) -> Response {
        guard try reports.hasData(place.site) else {
            var response = page(status: 200, WaitingPage(place: place, origin: origin(request)).html, in: place)
            response.addHeader("Refresh", "3")
            return response
        }
        let (state, goal, goals) = try state(place, request)
        let today = try reports.today(of: place.site)
        let questions = OverviewQuestions(state: state, goal: goal, today: today)
        let answers = try reports.answers(questions.queries, of: place.site)
        return page(
            status: 200,
            OverviewPage(
                place: place, state: state, questions: questions, answers: answers, goals: goals.map(\.name),
                today: today
            ).html, in: place)
    }

    func breakdownPage(_ kind: SitePage, _ place: Place, _ request: Request) throws(ReportError) -> Response {
        let (state, goal, goals) = try state(place, request)
        guard let question = try question(kind, place, state, goal, isForFile: false) else {
            return notFound(place.surroundings)
        }
        var queries = [question.query]
        if question.tab.dimension == .country { queries.append(BreakdownQuestion.map(question.query)) }
        let answers = try reports.answers(queries, of: place.site)
        let picture: HTML = answers.count > 1 ? map(answers[1], state) : .empty
        return page(
            status: 200,
            BreakdownPage(
                place: place, page: kind, tabs: question.tabs, tab: question.tab, state: state,
                metrics: question.metrics, answer: answers[0], goals: goals.map(\.name), picture: picture
            ).html, in: place)
    }

    private func question(
        _ kind: SitePage, _ place: Place, _ state: ReportState, _ goal: Goal?, isForFile: Bool
    ) throws(ReportError) -> BreakdownQuestion? {
        var properties: [String] = []
        // Properties belong to an event: those of the one that is looked at.
        // Of a locked link nothing is told that its filter does not let through, names of properties included.
        if kind == .events, place.locked.isEmpty {
            let names = state.filters.filter { $0.dimension == .event && $0.comparison == .is }.flatMap(\.values)
            if !names.isEmpty { properties = try reports.properties(of: place.site, events: names) }
        }
        return BreakdownQuestion(kind.tabs(properties: properties), state: state, goal: goal, isForFile: isForFile)
    }

    private func map(_ answer: ReportAnswer, _ state: ReportState) -> HTML {
        let values = answer.rows.map { row in
            (code: row.keys.first ?? "", value: Int(((row.values.first ?? nil) ?? 0).rounded()))
        }
        return WorldMap(
            values: values, link: { state.filtered(.country, $0).query },
            describe: { "\(CountryName.of($0)): \(Format.count($1, Metric.visitors.singular, Metric.visitors.plural))" }
        ).html
    }

    /// The table of a page, all of it, as a file.
    func file(_ kind: SitePage, _ place: Place, _ inquiry: Inquiry) throws(ReportError) -> Response {
        let request = inquiry.request
        let (state, goal, _) = try state(place, request)
        guard let question = try question(kind, place, state, goal, isForFile: true) else {
            return notFound(place.surroundings)
        }
        let answer = try reports.answers([question.query], of: place.site)[0]
        let csv = CSV(answer, dimension: question.tab.dimension, metrics: question.metrics)
        var response = Response(status: 200, type: "text/csv; charset=utf-8", body: csv.bytes)
        // A cut that the file itself does not show is one that nobody notices.
        let cut = answer.rowCount > answer.rows.count ? "-first-\(answer.rows.count)-of-\(answer.rowCount)" : ""
        let days = "\(answer.first)-\(answer.last)\(cut)"
        response.addHeader(
            "Content-Disposition",
            "attachment; filename=\"\(DashboardHandler.fileName(question.tab.name))-\(days).csv\"")
        response.addHeader("Cache-Control", "private, no-store")
        response.addSecurityHeaders()
        return response
    }

    /// Letters, digits and lines only: names of properties are the site's own.
    private static func fileName(_ name: String) -> String {
        String(
            decoding: name.utf8.map { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                    byte
                default: UInt8(ascii: "-")
                }
            }, as: UTF8.self)
    }

    func goalsPage(_ place: Place, _ request: Request) throws(ReportError) -> Response {
        var state = ReportState(query: request.query, locked: place.locked)
        state.goal = ""
        let goals = try reports.goals(of: place.site)
        let frame = ReportQuery(
            metrics: [.visitors], range: state.range, filter: state.filter, comparison: state.comparison)
        let queries = goals.map { goal in
            ReportQuery(
                metrics: GoalsPage.metrics, range: state.range, filter: state.filter, goal: goal,
                comparison: state.comparison)
        }
        let answers = try reports.answers([frame] + queries, of: place.site)
        return page(
            status: 200,
            GoalsPage(
                place: place, state: state, goals: goals, answers: Array(answers.dropFirst()), frame: answers[0]
            ).html, in: place)
    }
}

extension BreakdownQuestion {
    /// The same question for all countries at once.
    static func map(_ query: ReportQuery) -> ReportQuery {
        var query = query
        (query.metrics, query.order, query.offset, query.limit) = ([.visitors], [], 0, 300)
        query.comparison = nil
        return query
    }
}

/// Which breakdowns of a day are computed together.
struct Shape: Hashable, Sendable {
    /// Names it in caches and in `day_stat`.
    let name: String
    /// By what is broken down: one dimension each, or a pair.
    let breakdowns: [[Dimension]]
    /// Whether single events have to be looked at even without a filter about them.
    let needsEvents: Bool
    /// Property whose numbers are added up; empty for none.
    let revenue: String
    /// Whether the day is taken apart into steps of so many milliseconds; 0 for not.
    let step: Int64

    private init(_ name: String, _ breakdowns: [[Dimension]], needsEvents: Bool, revenue: String = "", step: Int64 = 0)
    {
        self.name = name
        self.breakdowns = breakdowns
        self.needsEvents = needsEvents
        self.revenue = revenue
        self.step = step
    }

    /// What the overview shows of visits; totals without events other than page views.
    static let visits = Shape(
        "visits", [[.source], [.channel], [.country], [.browser], [.os], [.device]], needsEvents: false)
    /// All else that is known of visits.
    static let details = Shape(
        "details",
        Dimension.named.filter { $0.level == .visit && $0 != .entryPage && $0 != .exitPage }.map { [$0] }
            .filter { !visits.breakdowns.contains($0) }, needsEvents: false)
    /// Where visits began and ended.
    static let edges = Shape("edges", [[.entryPage], [.exitPage]], needsEvents: false)
    /// What was viewed, by path: as long as the site has pages, so that nobody reads it for a total.
    static let pages = Shape("pages", [[.page]], needsEvents: true)
    /// What was done; all totals.
    static let events = Shape("events", [[.event]], needsEvents: true)
    /// What pages were about.
    static let topics = Shape("topics", [[.pageGroup], [.searchTerm]], needsEvents: true)
    /// The hours of the day.
    static let hours = Shape("hours", [], needsEvents: true, step: 3_600_000)
    /// The minutes of the day.
    static let minutes = Shape("minutes", [], needsEvents: true, step: 60_000)

    /// Those that are sealed.
    static let standard = [Shape.visits, .details, .edges, .pages, .events, .topics]

    /// The table of steps within a day's slice.
    static let steps = "step"

    /// The name of a breakdown's table for the step that begins at a moment.
    static func table(_ breakdown: String, at moment: Int64) -> String { "\(moment) \(breakdown)" }

    /// One breakdown of its own, of whole days or of steps of so many milliseconds.
    static func custom(
        _ dimensions: [Dimension], needsEvents: Bool, revenue: String = "", step: Int64 = 0
    ) -> Shape {
        let name = Dimension.name(ofBreakdown: dimensions)
        return Shape(
            "custom \(needsEvents ? "events" : "visits") \(name) revenue=\(Dimension.escaped(revenue)) step=\(step)",
            dimensions.isEmpty ? [] : [dimensions],
            needsEvents: needsEvents || dimensions.contains { $0.level == .event }, revenue: revenue, step: step)
    }

    /// The same with the sum of a property's numbers.
    func adding(revenue: String) -> Shape {
        Shape(
            "\(name) revenue=\(Dimension.escaped(revenue))", breakdowns, needsEvents: true, revenue: revenue, step: step
        )
    }

    /// The shape with a breakdown by these dimensions.
    ///
    /// - Parameter withEvents: whether events other than page views are asked for.
    static func of(_ dimensions: [Dimension], withEvents: Bool) -> Shape {
        if dimensions.isEmpty { return withEvents ? .events : .visits }
        if !withEvents || dimensions.contains(where: { $0.level == .event }) {
            for shape in standard where shape.breakdowns.contains(dimensions) { return shape }
        }
        return custom(dimensions, needsEvents: withEvents)
    }

    /// Whether its numbers are found in events when only `filter` counts.
    func readsEvents(_ filter: Filter?) -> Bool { needsEvents || (filter?.isAboutEvents ?? false) }
}

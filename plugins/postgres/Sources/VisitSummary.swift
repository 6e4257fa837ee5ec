/// A point in the order of a visit's events: by time, then by id.
struct EventOrder: Comparable, Hashable, Sendable {
    /// Milliseconds since 1970.
    var time: Int64
    /// The event's id.
    var id: UInt128

    static func < (left: EventOrder, right: EventOrder) -> Bool {
        left.time == right.time ? left.id < right.id : left.time < right.time
    }
}

/// What a visit takes over from its first event.
struct Attribution: Hashable, Sendable {
    var hostname: Int64?
    var source: Int64?
    var referrerHost: Int64?
    var referrerPath: Int64?
    /// Sets of facts, by what they describe.
    var facts: Int64?
    var device: Int64?
    var place: Int64?
    var acquisition: Int64?
    /// `nil` for 1.
    var weight: Int32?
    var viewportWidth: Int16?
    var country: String?
}

/// A visit, or any part of one, in a form that adds up: an associative, commutative sum over events.
///
/// The first event is a minimum, the last a maximum, the counts are sums; so parts of a visit may be put together in
/// any order and any grouping, which is what makes a visit a pure function of its events however they arrive.
struct VisitSummary: Hashable, Sendable {
    /// A page view and its page.
    struct Page: Hashable, Sendable {
        var order: EventOrder
        var path: Int64?
    }

    /// The first event.
    var first: EventOrder
    /// Time of the last event.
    var lastAt: Int64
    /// Pseudonym of the first event.
    var visitor: Int64
    /// The other pseudonym, where the identity period changed within the visit.
    var visitorAfter: Int64?
    /// What the first event brought along.
    var attribution: Attribution
    /// The first page view.
    var entry: Page?
    /// The last page view.
    var exit: Page?
    var pageviews: Int32
    /// Interactive custom events.
    var events: Int32
    /// Milliseconds.
    var engaged: Int32

    /// Events closer than this belong to one visit (DESIGN section 7).
    static let gap: Int64 = 30 * 60_000

    /// Whether a part that begins later than this one belongs to the same visit.
    func reaches(_ later: VisitSummary) -> Bool {
        later.first.time.subtractingReportingOverflow(lastAt).partialValue <= VisitSummary.gap
    }

    /// Adds another part.
    mutating func merge(_ other: VisitSummary) {
        if other.first < first {
            var earlier = other
            earlier.add(later: self)
            self = earlier
        } else {
            add(later: other)
        }
    }

    private mutating func add(later: VisitSummary) {
        if let after = later.visitorAfter, after != visitor {
            visitorAfter = after
        } else if later.visitor != visitor {
            visitorAfter = later.visitor
        }
        lastAt = max(lastAt, later.lastAt)
        if let page = later.entry, entry.map({ page.order < $0.order }) ?? true { entry = page }
        if let page = later.exit, exit.map({ $0.order < page.order }) ?? true { exit = page }
        pageviews = pageviews.addingUpToMaximum(later.pageviews)
        events = events.addingUpToMaximum(later.events)
        engaged = engaged.addingUpToMaximum(later.engaged)
    }
}

extension Int32 {
    /// The sum of two numbers that are not negative, or the greatest number: hostile input must not trap.
    func addingUpToMaximum(_ other: Int32) -> Int32 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}

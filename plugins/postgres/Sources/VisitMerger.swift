/// A visitor of a site.
struct VisitorKey: Hashable, Comparable, Sendable {
    var site: Int32
    var visitor: Int64

    static func < (left: VisitorKey, right: VisitorKey) -> Bool {
        left.site == right.site ? left.visitor < right.visitor : left.site < right.site
    }
}

/// A visit as a row of `session` has it.
struct StoredVisit: Hashable, Sendable {
    var site: Int32
    /// The row's number, unique within the site.
    var session: Int64
    var summary: VisitSummary

    /// The visitor in the row's key.
    var key: VisitorKey { VisitorKey(site: site, visitor: summary.visitor) }
}

/// A visit after new events were added to it.
struct MergedVisit: Sendable {
    /// The visit as it is now. It keeps the number of the earliest row that became part of it.
    var visit: StoredVisit
    /// The rows that it was made of: none for a new visit, several when an event closed the gap between them.
    var parts: [StoredVisit]
    /// Places of its new events in the batch.
    var events: [Int]
}

/// Puts events and stored visits of one visitor together: the one place that decides what a visit is.
enum VisitMerger {
    /// The visits that change, for a visitor (both pseudonyms, where the identity period has just changed) of whom
    /// `stored` holds every visit within reach of the events.
    ///
    /// - Parameters:
    ///   - places: the visitor's events in the batch, by their places in `all`; each has a visitor.
    static func merge(
        site: Int32, stored: [StoredVisit], events places: [Int], in all: [EncodedHit], newSession: () -> Int64
    ) -> [MergedVisit] {
        var items = stored.indices.map { Item(order: stored[$0].summary.first, place: $0, isStored: true) }
        for place in places { items.append(Item(order: all[place].order, place: place, isStored: false)) }
        // What is sorted are a few numbers; a summary has a dozen fields and a text.
        items.sort { $0.order < $1.order }
        var merged: [MergedVisit] = []
        var current: MergedVisit?
        func close() {
            guard var visit = current, !visit.events.isEmpty else { return }
            visit.visit.session = visit.parts.first?.session ?? newSession()
            merged.append(visit)
        }
        for item in items {
            guard let summary = item.isStored ? stored[item.place].summary : all[item.place].visit else { continue }
            if var open = current, open.visit.summary.reaches(summary) {
                // Out of `current` first, so that its arrays are not copied while two hold them.
                current = nil
                open.visit.summary.merge(summary)
                open.add(item, stored)
                current = open
            } else {
                close()
                var open = MergedVisit(
                    visit: StoredVisit(site: site, session: 0, summary: summary), parts: [], events: [])
                open.add(item, stored)
                current = open
            }
        }
        close()
        return merged
    }

    /// A part of a visit: a stored visit or an event, by its place.
    fileprivate struct Item {
        var order: EventOrder
        var place: Int
        var isStored: Bool
    }
}

extension MergedVisit {
    fileprivate mutating func add(_ item: VisitMerger.Item, _ stored: [StoredVisit]) {
        if item.isStored { parts.append(stored[item.place]) } else { events.append(item.place) }
    }
}

/// Which pseudonyms are one visitor, and the stretch of time in which that visitor's visits matter.
struct VisitorGroups {
    /// Pseudonyms that stand for one visitor.
    struct Group {
        var members: [VisitorKey]
        /// Reach of the events and visits known so far: from 30 minutes before the first to 30 after the last.
        var from: Int64
        var to: Int64
    }

    private(set) var groups: [Group] = []
    private var groupOf: [VisitorKey: Int] = [:]

    /// The place of the group in `groups`, which may be empty by now if it was joined with another.
    func group(of key: VisitorKey) -> Int? { groupOf[key] }

    /// Adds a moment at which this pseudonym was active.
    mutating func add(_ key: VisitorKey, from: Int64, to: Int64) {
        let reach = VisitorGroups.reach(from: from, to: to)
        guard let group = groupOf[key] else {
            groupOf[key] = groups.count
            groups.append(Group(members: [key], from: reach.from, to: reach.to))
            return
        }
        groups[group].from = min(groups[group].from, reach.from)
        groups[group].to = max(groups[group].to, reach.to)
    }

    /// Declares two pseudonyms to be one visitor; the first must have been added. Returns whether that is news.
    @discardableResult
    mutating func join(_ key: VisitorKey, _ other: VisitorKey) -> Bool {
        guard let group = groupOf[key], groupOf[other] != group else { return false }
        guard let absorbed = groupOf[other] else {
            groupOf[other] = group
            groups[group].members.append(other)
            return true
        }
        for member in groups[absorbed].members { groupOf[member] = group }
        groups[group].members += groups[absorbed].members
        groups[group].from = min(groups[group].from, groups[absorbed].from)
        groups[group].to = max(groups[group].to, groups[absorbed].to)
        groups[absorbed].members = []
        return true
    }

    /// Extends the group of two pseudonyms by a visit that was found. Returns whether more visits may be in reach now:
    /// those of a single pseudonym are more than 30 minutes apart, so for it there are none.
    mutating func extend(_ key: VisitorKey, by summary: VisitSummary) -> Bool {
        guard let group = groupOf[key] else { return false }
        let reach = VisitorGroups.reach(from: summary.first.time, to: summary.lastAt)
        let isWider = reach.from < groups[group].from || reach.to > groups[group].to
        groups[group].from = min(groups[group].from, reach.from)
        groups[group].to = max(groups[group].to, reach.to)
        return isWider && groups[group].members.count > 1
    }

    private static func reach(from: Int64, to: Int64) -> (from: Int64, to: Int64) {
        let (start, underflow) = from.subtractingReportingOverflow(VisitSummary.gap)
        let (end, overflow) = to.addingReportingOverflow(VisitSummary.gap)
        return (underflow ? .min : start, overflow ? .max : end)
    }
}

import Cryptography
import Database
import EventModel

/// A hit in the form of its row: texts as numbers, the rest clamped to what a column holds.
struct EncodedHit {
    let site: Int32
    let order: EventOrder
    let receivedAfter: Int32
    let name: Int64
    let title: Int64?
    let path: Int64?
    let attribution: Attribution
    let visitor: Int64?
    let user: Int64?
    let isPageview: Bool
    let isInteractive: Bool
    let engaged: Int32?
    let properties: [UInt8]?

    /// Fact by which the tracker's measure of engaged time travels; it has a column of its own.
    static let engagedFact = "engaged_ms"
    /// Fact by which an event says that the visitor did nothing for it; such an event does not save from a bounce.
    static let interactiveFact = "interactive"

    init(_ hit: Hit, _ memory: inout LoadMemory, new texts: inout NewTexts) throws(DatabaseError) {
        func number(_ text: String) -> Int64? { memory.number(of: text, site: hit.site.rawValue, new: &texts) }
        site = hit.site.rawValue
        order = EventOrder(time: hit.time.milliseconds, id: hit.id.value)
        receivedAfter = Int32(clamping: hit.receivedAt.milliseconds(since: hit.time))
        name = number(hit.name) ?? 0
        title = number(hit.title)
        path = number(hit.path)
        // A program makes no visits.
        visitor = hit.isBot ? nil : hit.visitor.map { Int64(bitPattern: $0.rawValue) }
        user = hit.user.map { Int64(bitPattern: $0.rawValue) }
        isPageview = hit.isPageview
        isInteractive =
            !hit.isPageview && !hit.facts.contains(Property(EncodedHit.interactiveFact, .flag(false)))
        engaged = EncodedHit.engaged(hit)
        let facts = try FactSets(hit.facts, site: site, &memory, new: &texts)
        attribution = Attribution(
            hostname: number(hit.hostname), source: number(hit.source),
            referrerHost: number(hit.referrerHost),
            referrerPath: number(hit.referrerPath),
            facts: facts.event, device: facts.device, place: facts.place, acquisition: facts.acquisition,
            weight: hit.weight == 1 ? nil : max(1, hit.weight),
            viewportWidth: hit.viewportWidth.map { Int16(clamping: max(0, $0)) },
            country: hit.country.isEmpty ? nil : hit.country)
        properties = hit.properties.isEmpty ? nil : try EncodedHit.json(hit.properties)
    }

    /// An event as it is stored, for whoever makes visits of it once more; its properties are not read for that.
    init(
        site: Int32, order: EventOrder, receivedAfter: Int32, name: Int64, title: Int64?, path: Int64?,
        attribution: Attribution, visitor: Int64?, user: Int64?, isPassive: Bool, engaged: Int32?
    ) {
        self.site = site
        self.order = order
        self.receivedAfter = receivedAfter
        self.name = name
        self.title = title
        self.path = path
        self.attribution = attribution
        self.visitor = visitor
        self.user = user
        isPageview = name == EncodedHit.pageview
        isInteractive = !isPageview && !isPassive
        self.engaged = engaged
        properties = nil
    }

    /// The number of the name of page views.
    private static let pageview = ContentHash.sixtyFourBits(of: Hit.pageview)

    /// The visit that would consist of this event alone; `nil` for an event without a visitor.
    var visit: VisitSummary? {
        guard let visitor else { return nil }
        let page = isPageview ? VisitSummary.Page(order: order, path: path) : nil
        return VisitSummary(
            first: order, lastAt: order.time, visitor: visitor, visitorAfter: nil, attribution: attribution,
            entry: page,
            exit: page, pageviews: isPageview ? 1 : 0, events: isInteractive ? 1 : 0, engaged: engaged ?? 0)
    }

    private static func engaged(_ hit: Hit) -> Int32? {
        guard case .number(let number) = hit.facts.first(where: { $0.name == engagedFact })?.value, number.isFinite
        else { return nil }
        return Int32(max(0, min(number, Double(Int32.max))))
    }

    static func json(_ properties: [Property]) throws(DatabaseError) -> [UInt8] {
        guard let json = JSONText.object(properties) else {
            throw DatabaseError(kind: .poison, message: "a property is not a finite number")
        }
        return json
    }
}

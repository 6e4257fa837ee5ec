/// What may be stored of an event: the only part that a journal, a store or a report is ever shown.
///
/// Empty text means "unknown". Every field is named in `Field`, with its meaning and sensitivity.
public struct Hit: Sendable, Equatable {
    /// The site that the event belongs to.
    public var site: SiteID
    /// The event's id: the client's, else made of nginx's request id and the event's place in the request.
    public var id: EventID
    /// `pageview`, or the name of a custom event.
    public var name: String
    /// When the gateway received the event.
    public var receivedAt: Timestamp
    /// When it happened: the client's clock corrected, or else `receivedAt`.
    public var time: Timestamp
    /// Host of the page, lower case.
    public var hostname: String
    /// Path of the page, beginning with a slash.
    public var path: String
    /// Title of the page.
    public var title: String
    /// Name of the site that sent the visitor here, such as `Google` or `example.org`; empty for direct entry.
    public var source: String
    /// Host of the referring page, empty for direct entry and for pages of the site itself.
    public var referrerHost: String
    /// Path of the referring page, without its query.
    public var referrerPath: String
    /// Country of the visitor, ISO 3166-1 alpha-2.
    public var country: String
    /// Width of the browser's viewport in CSS pixels.
    public var viewportWidth: Int32?
    /// Whether the event is a program's, and is kept apart from those of people.
    public var isBot: Bool
    /// Why the event is kept apart until a person has looked at it: a fixed word; empty for an event like any other.
    public var quarantine: String
    /// How many events this one stands for: more than 1 where only a sample is kept.
    public var weight: Int32
    /// Pseudonym of the visitor; `nil` where there is none (identity switched off, replayed event).
    public var visitor: VisitorID?
    /// The visitor's pseudonym in the period before, carried for 30 minutes after the change so that the loader
    /// can find the open visit. Never stored.
    public var visitorBefore: VisitorID?
    /// The site's user, where its server said so; `nil` for everybody else.
    public var user: UserID?
    /// The site's own properties of the event.
    public var properties: [Property]
    /// What plugins found out and declared as facts of their own.
    public var facts: [Property]

    /// An event of which nothing but its place and time is known yet.
    public init(site: SiteID, id: EventID, name: String, receivedAt: Timestamp, time: Timestamp) {
        self.site = site
        self.id = id
        self.name = name
        self.receivedAt = receivedAt
        self.time = time
        hostname = ""
        path = ""
        title = ""
        source = ""
        referrerHost = ""
        referrerPath = ""
        country = ""
        viewportWidth = nil
        isBot = false
        quarantine = ""
        weight = 1
        visitor = nil
        visitorBefore = nil
        user = nil
        properties = []
        facts = []
    }

    /// The name under which page views are counted.
    public static let pageview = "pageview"

    /// Whether the event is a page view, as against a custom event.
    public var isPageview: Bool { name == Hit.pageview }
}

extension Hit {
    /// The value of a fact, `nil` when nobody has found it out.
    public func fact(_ name: String) -> PropertyValue? {
        for fact in facts where fact.name == name { return fact.value }
        return nil
    }

    /// The text of a fact; empty when it is unknown or no text.
    public func text(ofFact name: String) -> String {
        guard case .text(let text)? = fact(name) else { return "" }
        return text
    }

    /// Sets a fact, in place of one of the same name. An empty text takes it away: unknown is not stored.
    public mutating func setFact(_ name: String, _ value: PropertyValue) {
        let isUnknown = value == .text("")
        guard let place = facts.firstIndex(where: { $0.name == name }) else {
            if !isUnknown { facts.append(Property(name, value)) }
            return
        }
        if isUnknown { facts.remove(at: place) } else { facts[place].value = value }
    }

    /// Sets a fact that is a text; empty takes it away.
    public mutating func setFact(_ name: String, _ text: String) {
        setFact(name, .text(text))
    }
}

/// A named value of an event.
public struct Property: Sendable, Equatable {
    /// The property's name.
    public var name: String
    /// Its value.
    public var value: PropertyValue

    /// A property of this name and value.
    public init(_ name: String, _ value: PropertyValue) {
        self.name = name
        self.value = value
    }
}

/// The kinds of values that a property can have; nested values are not accepted at the edge.
public enum PropertyValue: Sendable, Equatable {
    /// A text.
    case text(String)
    /// A number, finite.
    case number(Double)
    /// True or false.
    case flag(Bool)
}

/// One event on its way through the chain. A value: whoever holds it `inout` owns it alone.
public struct Event: Sendable {
    /// What may be stored.
    public var hit: Hit
    /// Who sent it: dies with the chain.
    public var visitor: Visitor

    /// An event as the edge hands it to the chain.
    public init(hit: Hit, visitor: Visitor) {
        self.hit = hit
        self.visitor = visitor
    }
}

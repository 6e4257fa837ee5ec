import EventModel

/// An event as a client sends it (DESIGN section 8), checked for types and sizes but not yet for sense.
struct WireEvent: Sendable, Equatable {
    /// `s`: the site's public key.
    var site = ""
    /// `n`: name of the event; a page view when missing.
    var name = Hit.pageview
    /// `u`: full URL of the page.
    var url = ""
    /// `r`: full URL of the referring page.
    var referrer = ""
    /// `t`: title of the page.
    var title = ""
    /// `w`: width of the viewport in CSS pixels.
    var width: Int32?
    /// `i`: the client's id of the event.
    var id = ""
    /// `p`: properties.
    var properties: [Property] = []
    /// `ts` and `st`: when it happened and when it was sent, in milliseconds of the client's clock.
    var clock = ClientClock()
    /// `o`, `c`, `b`, `tp`: opted out, consent, automation, points of touch.
    var signals: Signals = []
    /// `k`: the token of the site's script.
    var token = ""
    /// `address`: the visitor's address, where a server sends for a visitor.
    var address = ""
    /// `user_agent`: the visitor's browser, likewise.
    var userAgent = ""
    /// `user`: the site's own id of the user, likewise.
    var user = ""

    /// Who sends, and so which keys are read.
    enum Origin {
        /// A page: where it comes from is the request's own address.
        case browser
        /// A server with a secret key, which may speak for its visitors.
        case server
    }

    /// Largest sizes in bytes, and counts.
    enum Limit {
        static let site = 64
        static let name = 120
        static let url = 8192
        static let title = 1024
        static let id = 64
        static let properties = 30
        static let propertyName = 100
        static let propertyValue = 2000
        static let eventsPerRequest = 100
        static let eventsPerBatch = 5000
        static let userAgent = 1024
        static let token = 64
        static let user = 128
    }
}

extension WireEvent {
    /// Reads one event, or an array of them, as a page sends them. Throws the first thing that is wrong.
    static func decode(_ body: [UInt8]) throws(Rejection) -> [WireEvent] {
        var events: [WireEvent] = []
        try scan(body, limit: Limit.eventsPerRequest) { scanner, index in
            events.append(try event(&scanner, from: .browser, index: index))
        }
        return events
    }

    /// Goes through the events of a body: one, an array of them, or, where `lines` allows it, several with nothing but
    /// space between (NDJSON). `each` reads the event that comes next; its place is `nil` where there is only one.
    static func scan(
        _ body: [UInt8], limit: Int, lines: Bool = false, each: (inout JSONScanner, Int?) throws -> Void
    ) throws(Rejection) {
        do {
            var scanner = JSONScanner(body)
            var count = 0
            let isArray = try scanner.kind() == .array
            if isArray { scanner.enter() }
            while try isArray ? scanner.hasElement(isFirst: count == 0) : count == 0 || lines && !scanner.isAtEnd() {
                guard count < limit else { throw Rejection(.malformed, "has more than \(limit) events") }
                try each(&scanner, count == 0 && !isArray && !lines ? nil : count)
                count += 1
            }
            try scanner.end()
            guard count > 0 else { throw Rejection(.malformed, "has no event") }
        } catch let rejection as Rejection {
            throw rejection
        } catch let malformed as JSONScanner.Malformed {
            throw Rejection(.malformed, "is not JSON at byte \(malformed.offset)")
        } catch {
            throw Rejection(.malformed, "cannot be read")
        }
    }

    /// The event that comes next. Throws what is wrong with it, or `Malformed`.
    static func event(_ scanner: inout JSONScanner, from origin: Origin, index: Int?) throws -> WireEvent {
        do {
            guard try scanner.kind() == .object else { throw Rejection(.malformed, "must be an object") }
            scanner.enter()
            var event = WireEvent()
            var isFirst = true
            while let key = try scanner.nextKey(isFirst: isFirst) {
                isFirst = false
                if try scanner.kind() == .null {
                    try scanner.skip()
                } else {
                    try event.read(key, from: &scanner, origin)
                }
            }
            return event
        } catch var rejection as Rejection {
            rejection.index = index
            throw rejection
        }
    }

    private mutating func read(_ key: String, from scanner: inout JSONScanner, _ origin: Origin) throws {
        switch key {
        case "s": site = try text(key, Limit.site, &scanner)
        case "n": name = try text(key, Limit.name, &scanner)
        case "u": url = try text(key, Limit.url, &scanner)
        // What the browser cannot help (the length of a foreign page's address, a title) is cut, not refused.
        case "r": referrer = try text(key, nil, &scanner).cut(bytes: Limit.url)
        case "t": title = try text(key, nil, &scanner).cut(bytes: Limit.title)
        case "i": id = try text(key, Limit.id, &scanner)
        case "w": width = try width(key, &scanner)
        case "ts": clock.happenedAt = try moment(key, &scanner)
        case "st": clock.sentAt = try moment(key, &scanner)
        case "o", "c", "b", "tp": try readSignal(key, &scanner)
        case "p": properties = try WireEvent.properties(&scanner)
        case "k" where origin == .browser: token = try text(key, Limit.token, &scanner)
        case "address" where origin == .server: address = try text(key, Limit.id, &scanner)
        case "user_agent" where origin == .server:
            userAgent = try text(key, nil, &scanner).prefix(bytes: Limit.userAgent)
        case "user" where origin == .server: user = try user(key, &scanner)
        default: try scanner.skip()
        }
    }

    /// Texts, and whole numbers, which is what databases number their users with.
    private func user(_ key: String, _ scanner: inout JSONScanner) throws -> String {
        guard try scanner.kind() == .number else { return try text(key, Limit.user, &scanner) }
        guard let number = Int64(exactly: try scanner.number()), number.magnitude < 1 << 53 else {
            throw Rejection(field: key, "must be a text, or a whole number below 2 to the power of 53")
        }
        return "\(number)"
    }

    private func text(_ key: String, _ limit: Int?, _ scanner: inout JSONScanner) throws -> String {
        guard try scanner.kind() == .string else { throw Rejection(field: key, "must be a text") }
        let text = try scanner.string()
        if let limit, text.utf8.count > limit { throw Rejection(field: key, "is longer than \(limit) bytes") }
        return text
    }

    private func width(_ key: String, _ scanner: inout JSONScanner) throws -> Int32? {
        guard try scanner.kind() == .number else { throw Rejection(field: key, "must be a number") }
        let number = try scanner.number()
        // Zero is what a hidden page reports; no screen is wider than the limit.
        return number >= 1 && number <= 100_000 ? Int32(number) : nil
    }

    /// Any number is a moment; what is none of this world is for the plugin `clock` to judge.
    private func moment(_ key: String, _ scanner: inout JSONScanner) throws -> Int64? {
        guard try scanner.kind() == .number else { throw Rejection(field: key, "must be a number of milliseconds") }
        return Int64(exactly: try scanner.number().rounded())
    }

    private mutating func readSignal(_ key: String, _ scanner: inout JSONScanner) throws {
        if key == "c" {
            guard try scanner.kind() == .string else {
                throw Rejection(field: key, "must be \"granted\" or \"denied\"")
            }
            switch try scanner.string() {
            case "granted": signals.insert(.consentGranted)
            case "denied": signals.insert(.consentDenied)
            case "unknown", "": break
            default: throw Rejection(field: key, "must be \"granted\" or \"denied\"")
            }
            return
        }
        let number: Double
        switch try scanner.kind() {
        case .number: number = try scanner.number()
        case .flag: number = try scanner.flag() ? 1 : 0
        default: throw Rejection(field: key, "must be a number")
        }
        setSignal(key, number)
    }

    /// `b` holds the code of what was seen, 150 to 153, as other trackers number it; lower ones are the gateway's to say.
    private mutating func setSignal(_ key: some StringProtocol, _ number: Double) {
        switch (key, number) {
        case ("o", 1...): signals.insert(.optedOut)
        case ("b", 153): signals.insert(.webDriver)
        case ("b", 150...152): signals.insert(.automation)
        case ("tp", 2...): signals.insert(.touch)
        default: break
        }
    }

    private static func properties(_ scanner: inout JSONScanner) throws -> [Property] {
        guard try scanner.kind() == .object else { throw Rejection(field: "p", "must be an object") }
        scanner.enter()
        var properties: [Property] = []
        var isFirst = true
        while let key = try scanner.nextKey(isFirst: isFirst) {
            isFirst = false
            let name = key
            guard !name.isEmpty, name.utf8.count <= Limit.propertyName else {
                throw Rejection(field: "p", "has a name that is empty or longer than \(Limit.propertyName) bytes")
            }
            guard let value = try value(of: "p.\(name)", &scanner) else { continue }
            // Of doubled names the last one counts, as in JavaScript.
            properties.removeAll { $0.name == name }
            properties.append(Property(name, value))
            guard properties.count <= Limit.properties else {
                throw Rejection(field: "p", "has more than \(Limit.properties) properties")
            }
        }
        return properties
    }

    private static func value(of field: String, _ scanner: inout JSONScanner) throws -> PropertyValue? {
        switch try scanner.kind() {
        case .number: return .number(try scanner.number())
        case .flag: return .flag(try scanner.flag())
        case .null:
            try scanner.skip()
            return nil
        case .string:
            let text = try scanner.string()
            guard text.utf8.count <= Limit.propertyValue else {
                throw Rejection(field: field, "is longer than \(Limit.propertyValue) bytes")
            }
            return .text(text)
        case .object, .array:
            throw Rejection(field: field, "must be a text, a number, true or false")
        }
    }
}

extension WireEvent {
    /// An event from the query of the pixel: `s`, `u`, `r`, `n`, `t`, `w`, `i`, `ts`, `st`, `o`, `c`, `b`, `tp`; other names are ignored.
    init(query: String) {
        for pair in query.split(separator: "&").prefix(50) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            let value = String(parts[1]).percentDecoded(plusIsSpace: true).withoutControlCharacters
            switch parts[0] {
            case "s": site = value.prefix(bytes: Limit.site)
            case "n": if !value.isEmpty { name = value.prefix(bytes: Limit.name) }
            case "u": url = value.cut(bytes: Limit.url)
            case "r": referrer = value.cut(bytes: Limit.url)
            case "t": title = value.cut(bytes: Limit.title)
            case "i": id = value.prefix(bytes: Limit.id)
            case "ts": clock.happenedAt = Int64(value)
            case "st": clock.sentAt = Int64(value)
            case "c" where value == "granted": signals.insert(.consentGranted)
            case "c" where value == "denied": signals.insert(.consentDenied)
            case "o", "b", "tp": setSignal(parts[0], Double(value) ?? 0)
            case "w": width = Int32(value).flatMap { (1...100_000).contains($0) ? $0 : nil }
            default: continue
            }
        }
    }
}

extension Field {
    /// The field's value as text, for traces and for comparing events; empty for what is unknown.
    ///
    /// Shows what is sensitive: only for whoever may see the event itself.
    public func text(of event: Event) -> String {
        switch self {
        case .address, .userAgent, .pageURL, .referrerURL, .acceptLanguage, .clientHints, .place, .user,
            .signals, .clientClock:
            text(of: event.visitor)
        default: text(of: event.hit)
        }
    }

    private func text(of visitor: Visitor) -> String {
        switch self {
        case .address: visitor.address.reveal().map(\.description) ?? ""
        case .userAgent: visitor.userAgent.reveal()
        case .pageURL: visitor.pageURL.reveal()
        case .referrerURL: visitor.referrerURL.reveal()
        case .acceptLanguage: visitor.acceptLanguage.reveal()
        case .clientHints: visitor.clientHints.reveal().description
        case .place: visitor.place.reveal().description
        case .user: visitor.user.reveal()
        case .signals: visitor.signals.words.joined(separator: ", ")
        case .clientClock: visitor.clock.description
        default: ""
        }
    }

    private func text(of hit: Hit) -> String {
        switch self {
        case .site: "\(hit.site.rawValue)"
        case .id: String(hit.id.value, radix: 16)
        case .name: hit.name
        case .receivedAt: "\(hit.receivedAt.milliseconds)"
        case .time: "\(hit.time.milliseconds)"
        case .hostname: hit.hostname
        case .path: hit.path
        case .title: hit.title
        case .source: hit.source
        case .referrerHost: hit.referrerHost
        case .referrerPath: hit.referrerPath
        case .country: hit.country
        case .viewportWidth: hit.viewportWidth.map { "\($0)" } ?? ""
        case .isBot: hit.isBot ? "true" : ""
        case .quarantine: hit.quarantine
        case .weight: hit.weight == 1 ? "" : "\(hit.weight)"
        case .visitorID: hit.visitor.map { String($0.rawValue, radix: 16) } ?? ""
        case .visitorBefore: hit.visitorBefore.map { String($0.rawValue, radix: 16) } ?? ""
        case .userID: hit.user.map { String($0.rawValue, radix: 16) } ?? ""
        case .properties: hit.properties.map { "\($0.name)=\($0.value)" }.joined(separator: ", ")
        default: ""
        }
    }
}

extension PropertyValue: CustomStringConvertible {
    /// The value as text; a whole number without a fraction.
    public var description: String {
        switch self {
        case .text(let text): text
        case .number(let number): Int64(exactly: number).map { "\($0)" } ?? "\(number)"
        case .flag(let flag): "\(flag)"
        }
    }
}

extension ClientHints: CustomStringConvertible {
    /// The headers as they came.
    public var description: String {
        if isEmpty { return "" }
        return [brands, platform, isMobile.map { $0 ? "mobile" : "not mobile" } ?? ""]
            .filter { !$0.isEmpty }.joined(separator: "; ")
    }
}

extension EdgePlace: CustomStringConvertible {
    /// What nginx says, then what headers say.
    public var description: String {
        var parts = [country, region, city].filter { !$0.isEmpty }
        parts += byHeader.map { "\($0.name)=\($0.value)" }
        return parts.joined(separator: ", ")
    }
}

extension ClientClock: CustomStringConvertible {
    /// Milliseconds since 1970.
    public var description: String {
        [("happened at", happenedAt), ("sent at", sentAt)].compactMap { word, moment in moment.map { "\(word) \($0)" } }
            .joined(separator: ", ")
    }
}

extension Signals {
    private static let names: [(Signals, String)] = [
        (.doNotTrack, "do not track"), (.globalPrivacyControl, "global privacy control"), (.optedOut, "opted out"),
        (.consentGranted, "consent granted"), (.consentDenied, "consent denied"), (.prefetch, "prefetch"),
        (.webDriver, "webdriver"), (.automation, "automation"), (.touch, "touch"),
        (.fetchMetadata, "fetch metadata"), (.navigation, "navigation"), (.secure, "https"),
        (.fromServer, "from a server"), (.hostingNetwork, "hosting network"),
        (.anonymousNetwork, "anonymous network"), (.pixel, "pixel"),
    ]

    /// The signals that are there, in words.
    public var words: [String] { Signals.names.filter { contains($0.0) }.map(\.1) }
}

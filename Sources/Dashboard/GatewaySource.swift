public import EventModel
public import FastCGI

/// What pages ask the gateway's other process, and its configuration.
public struct GatewaySource: Sendable {
    /// The state of the process that takes events; with a site, it begins to trace that site's next events for a minute.
    /// `nil` when the process does not answer.
    public var state: @Sendable (_ tracing: SiteID?) -> IngestState?
    /// Where the limit of a site stands; `nil` when the process does not answer.
    public var limit: @Sendable (SiteID) -> LimitState?
    /// What the chain keeps of visitors: asked at every view, because a reload of the configuration changes it.
    public var privacyRecord: @Sendable () -> PrivacyRecord
    /// Whether anybody may read that record; asked at every view, too.
    public var isRecordPublic: @Sendable () -> Bool

    /// Whether visitors may see and erase at `/footfall/privacy/DOMAIN/mine` what is kept of them; asked at every view, too.
    public var isSelfServiceOpen: @Sendable () -> Bool
    /// Who of a site's visitors sent a request.
    public var recognise: @Sendable (Request, SiteID) -> Recognition

    /// Who of a site's visitors somebody is.
    public enum Recognition: Sendable, Equatable {
        case visitor(VisitorID)
        /// Nothing is kept under a pseudonym of this person.
        case nobody
        /// The process that has the salts does not answer.
        case away
    }

    /// A gateway that answers so.
    public init(
        privacyRecord: @escaping @Sendable () -> PrivacyRecord, isRecordPublic: @escaping @Sendable () -> Bool,
        limit: @escaping @Sendable (SiteID) -> LimitState? = { _ in nil },
        isSelfServiceOpen: @escaping @Sendable () -> Bool = { false },
        recognise: @escaping @Sendable (Request, SiteID) -> Recognition = { _, _ in .away },
        state: @escaping @Sendable (_ tracing: SiteID?) -> IngestState?
    ) {
        self.privacyRecord = privacyRecord
        self.isRecordPublic = isRecordPublic
        self.limit = limit
        self.isSelfServiceOpen = isSelfServiceOpen
        self.recognise = recognise
        self.state = state
    }
}

public import EventModel

/// What pages ask the gateway's other process, and its configuration.
public struct GatewaySource: Sendable {
    /// The state of the process that takes events; with a site, it begins to trace that site's next events for a minute.
    /// `nil` when the process does not answer.
    public var state: @Sendable (_ tracing: SiteID?) -> IngestState?
    /// What the chain keeps of visitors, and whether anybody may read that: asked at every view, because a reload of the
    /// configuration changes it.
    public var record: @Sendable () -> (record: PrivacyRecord, isPublic: Bool)

    /// What the chain keeps of visitors.
    public var privacyRecord: PrivacyRecord { record().record }

    /// Whether anybody may read that record.
    public var isRecordPublic: Bool { record().isPublic }

    /// A gateway that answers so.
    public init(
        record: @escaping @Sendable () -> (record: PrivacyRecord, isPublic: Bool),
        state: @escaping @Sendable (_ tracing: SiteID?) -> IngestState?
    ) {
        self.record = record
        self.state = state
    }
}

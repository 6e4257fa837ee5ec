/// What the process that takes events tells the one that serves pages, over its socket (`/state`).
public struct IngestState: Sendable, Equatable, Codable {
    /// Journal entries, of all sites, that not every store has yet.
    public var pending: Int
    /// What operators should know of the plugins: how old their data are.
    public var notes: [String]
    /// What the chain at work keeps of visitors.
    public var record: PrivacyRecord
    /// The newest events of the site that is looked at, newest first, masked; empty where nobody looks.
    public var traces: [EventTrace]

    /// A state of these numbers.
    public init(pending: Int, notes: [String], record: PrivacyRecord, traces: [EventTrace]) {
        self.pending = pending
        self.notes = notes
        self.record = record
        self.traces = traces
    }
}

/// How many events a site may bring, and how many it has: for its page (`/limit`).
public struct LimitState: Sendable, Equatable, Codable {
    /// Most events in a second, over a longer time; `nil` where there is no limit.
    public var eventsPerSecond: Int?
    /// Whether that is the site's own setting, not the gateway's.
    public var isOwn: Bool
    /// Most events that may come at once; 0 where there is no limit.
    public var burst: Int
    /// Events that may still come at this moment; 0 where there is no limit.
    public var left: Int
    /// Events of the site that were refused for this limit, or that of a secret key, since the gateway's start.
    public var refused: Int
    /// Events of the site that were put into quarantine since then, because they could not show a token of its script.
    public var forged: Int
    /// Whether events without the script's token are put into quarantine.
    public var needsScriptToken: Bool

    /// A state of these numbers.
    public init(
        eventsPerSecond: Int?, isOwn: Bool, burst: Int, left: Int, refused: Int, forged: Int, needsScriptToken: Bool
    ) {
        self.eventsPerSecond = eventsPerSecond
        self.isOwn = isOwn
        self.burst = burst
        self.left = left
        self.refused = refused
        self.forged = forged
        self.needsScriptToken = needsScriptToken
    }
}

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

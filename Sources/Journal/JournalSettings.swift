/// How a journal behaves; the units stand in the names.
public struct JournalSettings: Sendable {
    /// Size of a segment file.
    public var segmentBytes = 64 << 20
    /// Most bytes of all segments together; when they are reached, senders are asked to come again.
    public var maxBytes = 8 << 30
    /// Bytes of the disk that are left to others.
    public var minFreeBytes = 1 << 30
    /// A file that only takes up room, so that there is some to go on with when the disk is full.
    public var reserveBytes = 64 << 20
    /// How long a segment is kept after every store has it, for a database that is restored to an earlier moment.
    public var retainMilliseconds = 3_600_000
    /// Age at which a segment is followed by another one, if loaded ones are not kept for longer: only whole segments are
    /// deleted.
    public var segmentMilliseconds = 3_600_000
    /// A commit that takes longer makes the journal refuse what comes meanwhile.
    public var maxCommitMilliseconds = 2000
    /// Who has waited so long is told to come again; what became of the events is then unknown to the sender.
    public var patienceMilliseconds = 2000
    /// Longest time between a write that is acknowledged as such and the sync that follows.
    public var syncMilliseconds = 200

    /// Every default.
    public init() {}

    /// Most bytes of entries in one frame, and so in memory ahead of the disk.
    var frameBytes: Int { min(4 << 20, max(segmentBytes / 4, 64 << 10)) }
}

/// What became of entries that were handed to a journal.
public enum AppendOutcome: Sendable, Equatable {
    /// They are as safe as the level asked for: the client may be told so.
    case accepted
    /// There is no room, or the disk is too slow: the client is asked to come again.
    case full
    /// It took too long, or the disk failed: nobody knows. The client is asked to come again, and recognised by its ids.
    case unknown
    /// The journal is closing down.
    case closed
}

/// Why a journal cannot do what it is asked.
public enum JournalError: Error, Sendable, Equatable, CustomStringConvertible {
    /// No room: on the disk, or within the journal's own bounds.
    case full(String)
    /// The disk refuses.
    case failed(String)

    /// One line for the operator.
    public var description: String {
        switch self {
        case .full(let message), .failed(let message): message
        }
    }
}

public import EventModel

/// What became of hits that were handed to a journal.
public enum AppendOutcome: Sendable, Equatable {
    /// They are as safe as the journal promises: the client may be told so.
    case accepted
    /// There is no room until the stores catch up: the client is asked to come again.
    case full
    /// The journal is closing down.
    case closed
}

/// Keeps hits between the request that brought them and the stores that load them, in order.
///
/// Hits are numbered from 1 in the order of their arrival, one by one. Several stores read at their own pace, each
/// with its own position; what all have passed may be forgotten.
public protocol HitJournal: Sendable {
    /// Names this journal in the stores' positions.
    var id: JournalID { get }

    /// Hands over the hits of one request. `acknowledge` is called once, on this thread or another, when their fate
    /// is decided.
    func append(_ hits: [Hit], acknowledge: @escaping @Sendable (AppendOutcome) -> Void)

    /// The hits after `position`, at most `count`, as soon as there are any; `nil` when `milliseconds` passed without,
    /// or when the journal is closed and has no more.
    func read(after position: UInt64, atMost count: Int, milliseconds: Int) -> Batch?

    /// Says that every store has passed `position`.
    func release(through position: UInt64)

    /// Takes no more hits; those that it has can still be read.
    func close()

    /// Hits that not every store has passed yet.
    var pending: Int { get }

    /// Whether `close` was called.
    var isClosed: Bool { get }
}

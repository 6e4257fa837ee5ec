import EventModel
import Synchronization

/// Everything that a list of answers depends on.
struct AnswerKey: Hashable, Sendable {
    var site: SiteID
    var timeZone: String
    var queries: [ReportQuery]
    var frames: [FrameKey]
    /// Which hour or minute it is, where the answers have a row for each up to now.
    var step: Int64
    var identity: VisitorIdentity
}

struct FrameKey: Hashable, Sendable {
    var first: LocalDate
    var last: LocalDate
    var today: LocalDate
    var versions: [Int64]
    var before: [Int64]
    var cut: Int64
}

/// The last answers, as they are: reading them from bytes would take longer than all the rest of a page.
final class AnswerCache: Sendable {
    /// Answers, and when they may be shown, in milliseconds since 1970. A clock that was put back does not make them last.
    struct Kept {
        var answers: [ReportAnswer]
        var fresh: Range<Int64>?

        func isFresh(_ now: Int64) -> Bool { fresh?.contains(now) ?? true }
    }

    private struct State {
        var young: [AnswerKey: Kept] = [:]
        var old: [AnswerKey: Kept] = [:]
        var rows = 0
    }

    private let state = Mutex(State())
    /// Rows of the young generation; about 150 bytes each.
    private static let limit = 20_000

    func value(_ key: AnswerKey, now: Int64) -> [ReportAnswer]? {
        state.withLock { state in
            if let kept = state.young[key] { return kept.isFresh(now) ? kept.answers : nil }
            guard let kept = state.old[key], kept.isFresh(now) else { return nil }
            AnswerCache.insert(kept, key, &state)
            return kept.answers
        }
    }

    func removeAll() {
        state.withLock { $0 = State() }
    }

    func insert(_ kept: Kept, for key: AnswerKey) {
        state.withLock { AnswerCache.insert(kept, key, &$0) }
    }

    private static func insert(_ kept: Kept, _ key: AnswerKey, _ state: inout State) {
        let rows = kept.answers.reduce(10) { $0 + $1.rows.count + 10 }
        guard rows < limit / 4 else { return }
        if state.rows + rows > limit {
            state.old = state.young
            state.young = [:]
            state.rows = 0
        }
        state.young[key] = kept
        state.rows += rows
    }
}

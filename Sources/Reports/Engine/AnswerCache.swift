import EventModel
import Synchronization

/// Everything that a list of answers depends on.
struct AnswerKey: Hashable, Sendable {
    var site: SiteID
    var timeZone: String
    var queries: [ReportQuery]
    var frames: [FrameKey]
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
    private struct State {
        var young: [AnswerKey: [ReportAnswer]] = [:]
        var old: [AnswerKey: [ReportAnswer]] = [:]
        var rows = 0
    }

    private let state = Mutex(State())
    /// Rows of the young generation; about 150 bytes each.
    private static let limit = 20_000

    func value(_ key: AnswerKey) -> [ReportAnswer]? {
        state.withLock { state in
            if let value = state.young[key] { return value }
            guard let value = state.old[key] else { return nil }
            AnswerCache.insert(value, key, &state)
            return value
        }
    }

    func insert(_ answers: [ReportAnswer], for key: AnswerKey) {
        state.withLock { AnswerCache.insert(answers, key, &$0) }
    }

    private static func insert(_ answers: [ReportAnswer], _ key: AnswerKey, _ state: inout State) {
        let rows = answers.reduce(10) { $0 + $1.rows.count + 10 }
        guard rows < limit / 4 else { return }
        if state.rows + rows > limit {
            state.old = state.young
            state.young = [:]
            state.rows = 0
        }
        state.young[key] = answers
        state.rows += rows
    }
}

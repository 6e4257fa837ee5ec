public import Configuration
public import EventModel
public import PluginAPI
import Synchronization

/// Says when an event happened that was sent later: from the two moments of the client's clock, whatever that clock shows.
public struct EventClock: Enricher {
    /// The plugin's name in the configuration.
    public static let name: StaticString = "clock"
    /// What it does.
    public static let summary: StaticString = "when an event happened that was sent later, whatever its clock shows"

    /// How far back an event may lie.
    public struct Settings: ValidatedSettings {
        /// Days before its receipt beyond which an event's own time is not believed.
        public var max_late_days = 30

        /// Every default.
        public init() {}

        /// Within what a store takes.
        public func problems() -> [SettingProblem] {
            (1...400).contains(max_late_days)
                ? []
                : [
                    SettingProblem(
                        "max_late_days",
                        "must be from 1 to 400, not \(max_late_days), and below the store's maximum_age_days")
                ]
        }
    }

    /// Reads the client's moments and who sent them, writes the time.
    public static func declaration(for settings: Settings) -> Declaration {
        Declaration(reads: [.clientClock, .receivedAt, .time, .signals], writes: [.time])
    }

    private let maximumAge: Int64
    private let ignored = Ignored()

    /// Ready at once.
    public init(_ settings: Settings, in context: PluginContext) throws(PluginError) {
        maximumAge = Int64(settings.max_late_days) * 24 * 60 * 60 * 1000
    }

    /// How many events had moments that could not be used, and so kept the time of their receipt.
    public var counts: [PluginCount] {
        [
            PluginCount("too_late", ignored.tooLate.load(ordering: .relaxed)),
            PluginCount("clock_set_back", ignored.clockSetBack.load(ordering: .relaxed)),
            PluginCount("in_future", ignored.inFuture.load(ordering: .relaxed)),
        ]
    }

    /// Moves the event's time back by its delay. An event without a usable delay keeps the time that the edge gave it.
    public func enrich(_ event: inout Event) throws(PluginError) {
        guard let delay = delay(of: event), delay > 0 else { return }
        // The last seconds are left for the order of one request's events: cutting them off would put them at one moment.
        guard delay <= maximumAge - EventClock.orderReserve else {
            ignored.tooLate.add(1, ordering: .relaxed)
            return
        }
        // The edge puts the events of one request a millisecond after each other; moving each keeps that.
        let received = event.hit.receivedAt
        let moved = event.hit.time.advanced(byMilliseconds: -delay)
        event.hit.time = min(max(moved, received.advanced(byMilliseconds: -maximumAge)), received)
    }

    /// Milliseconds by which a request spreads its events at most: the edge takes 5,000 of them.
    private static let orderReserve: Int64 = 10_000

    /// Milliseconds between the event and its receipt; `nil` when the client has not said it in a way to be believed.
    private func delay(of event: Event) -> Int64? {
        let clock = event.visitor.clock
        guard let happenedAt = clock.happenedAt else { return nil }
        let happened = Timestamp(milliseconds: happenedAt)
        if let sentAt = clock.sentAt {
            // Two moments of one clock: by how much it is wrong cancels out.
            let delay = Timestamp(milliseconds: sentAt).milliseconds(since: happened)
            if delay < 0 { ignored.clockSetBack.add(1, ordering: .relaxed) }
            return delay
        }
        // A page that says one moment has sent the event at once. Its clock may be wrong by anything, and by how much tells
        // one machine from another. Servers keep their clocks right, and report what happened before.
        guard event.visitor.signals.contains(.fromServer) else { return nil }
        let delay = event.hit.receivedAt.milliseconds(since: happened)
        if delay < 0 { ignored.inFuture.add(1, ordering: .relaxed) }
        return delay
    }
}

/// Events whose moments could not be used, by the reason.
private final class Ignored: Sendable {
    let tooLate = Atomic(0)
    let clockSetBack = Atomic(0)
    let inFuture = Atomic(0)
}

import FastCGI
import Platform

/// Hands lines to the gateway, several at once, so that they share the journal's commits.
final class Courier {
    private let socket: String
    private let pause: (_ milliseconds: Int) -> Bool
    private let log: Log
    private var connections: [Client?] = []
    /// Whether it was said that the gateway does not take anything.
    private var hasSaidWaiting = false

    /// Lines that are on their way at a time.
    static let width = 16
    /// So often a line may end the gateway, or make it answer 500, while it is the only one.
    static let attempts = 5
    private static let pauses = 200...10_000
    /// Milliseconds; longer than the gateway may take to make an event safe.
    private static let timeout: Int32 = 10_000

    /// What became of a line.
    enum Fate {
        /// The gateway has it.
        case taken
        /// The gateway will never take it.
        case refused
        /// It ends the gateway, or makes it fail.
        case harmful
    }

    private enum Reply {
        case fate(Fate)
        /// The gateway wants it later, or is not there.
        case later
        /// The gateway failed at it, or at one that came with it.
        case failed
    }

    /// `pause` waits so long and returns whether to stop.
    init(socket: String, log: Log, pause: @escaping (_ milliseconds: Int) -> Bool) {
        self.socket = socket
        self.log = log
        self.pause = pause
    }

    /// Hands in the lines, at most `width`, and waits for as long as the gateway takes nothing. Returns their fates in
    /// order; `nil` when told to stop before.
    func deliver(_ lines: [SpoolLine]) -> [Fate]? {
        if pause(0) { return nil }
        var fates: [Fate?] = exchange(lines).map { reply in
            if case .fate(let fate) = reply { fate } else { nil }
        }
        // What went wrong together is tried one by one, so that a line which ends the gateway drags nobody along.
        for index in lines.indices where fates[index] == nil {
            guard let fate = deliverAlone(lines[index]) else { return nil }
            fates[index] = fate
        }
        return fates.compactMap(\.self)
    }

    private func deliverAlone(_ line: SpoolLine) -> Fate? {
        var failures = 0
        var wait = Courier.pauses.lowerBound
        while true {
            // A connection of before may have ended without a fault of this line.
            connections = []
            switch exchange([line]).first {
            case .fate(let fate):
                if hasSaidWaiting { log.info("the gateway takes events again") }
                hasSaidWaiting = false
                return fate
            case .failed:
                failures += 1
                if failures == Courier.attempts { return .harmful }
            case .later, nil:
                if !hasSaidWaiting, wait > 1000 {
                    log.warning("the gateway on \(socket) does not take events now; waiting")
                    hasSaidWaiting = true
                }
            }
            if pause(wait) { return nil }
            wait = min(wait * 2, Courier.pauses.upperBound)
        }
    }

    /// Sends all, then waits for all. The replies are in order.
    private func exchange(_ lines: [SpoolLine]) -> [Reply] {
        while connections.count < lines.count { connections.append(nil) }
        var sent: [Client?] = []
        for (index, line) in lines.enumerated() {
            let client = connections[index] ?? (try? Client(socket: socket, timeoutMilliseconds: Courier.timeout))
            let isSent = client?.send(line.parameters, body: line.body, keepsConnection: true) ?? false
            sent.append(isSent ? client : nil)
        }
        return sent.enumerated().map { index, client in
            connections[index] = nil
            guard let client else { return .later }
            switch client.receive() {
            case .answered(let answer):
                connections[index] = client
                return Courier.reply(to: answer)
            case .closed: return .failed
            case .timedOut: return .later
            }
        }
    }

    private static func reply(to answer: Client.Answer) -> Reply {
        // The pixel is answered 200 whatever happens; a header tells.
        if answer.header("Retry-After") != nil { return .later }
        switch answer.status {
        case 200..<300: return .fate(answer.header("X-Footfall-Refused") == nil ? .taken : .refused)
        case 429, 503: return .later
        case 500...: return .failed
        default: return .fate(.refused)
        }
    }
}

import Platform
import Synchronization

/// Values in Redis, shared by all processes and kept over restarts.
///
/// Redis may be slow, frozen or gone: then every question here is answered "not found" at once. The first thread that
/// notices pays the time limit; from then on a thread of its own looks for Redis in the background and nobody waits.
final class RedisTier: Sendable {
    private static let idleLimit = 8
    private static let longestPause = 5000
    /// All keys of cached values begin with this, so that a Redis can be shared, also with our own limits (`footfall:limit:`).
    private static let prefix = "footfall:cache:"
    /// Larger values would block Redis for others longer than they save us.
    private static let largestValue = 4 << 20

    private let address: RedisAddress
    private let timeoutMilliseconds: Int
    private let log: Log
    /// What goes on without it, for the log.
    private let users: String
    private let state = Mutex(State())

    private struct State {
        var idle: [RedisConnection] = []
        var isAway = false
        var isProbing = false
        var prober: Thread?
        var errors = 0
        var lastRefusal = ""
    }

    /// A tier on this server. Nothing is sent before the first question.
    init(_ address: RedisAddress, timeoutMilliseconds: Int, users: String = "reports", log: Log) {
        self.address = address
        self.users = users
        self.timeoutMilliseconds = timeoutMilliseconds
        self.log = log
    }

    deinit {
        // It sees within a moment that nobody wants Redis any more.
        state.withLock { $0.prober }?.join()
    }

    /// The value of a key; `nil` when there is none or Redis does not answer in time.
    func value(_ key: CacheKey) -> [UInt8]? {
        guard case .bytes(let bytes) = send([Array("GET".utf8), name(key)]) else { return nil }
        return bytes
    }

    /// Keeps a value for so many seconds, if Redis takes it.
    func insert(_ value: [UInt8], for key: CacheKey, seconds: Int) {
        guard value.count <= RedisTier.largestValue else { return }
        _ = send([Array("SET".utf8), name(key), value, Array("EX".utf8), Array("\(max(1, seconds))".utf8)])
    }

    /// Steps in which all cached values are removed: a thousand million keys. A Redis that never comes to an end has one.
    private static let mostSteps = 1_000_000

    /// Removes all cached values, some at a time, so that a Redis with many others is held up for a moment only. Does nothing
    /// more when Redis goes away meanwhile: the keys' own time ends what is left.
    func removeAll() {
        let script = """
            local step = redis.call('SCAN', ARGV[1], 'MATCH', ARGV[2], 'COUNT', 1000)
            for _, key in ipairs(step[2]) do redis.call('UNLINK', key) end
            return step[1]
            """
        var cursor = Array("0".utf8)
        for _ in 0..<RedisTier.mostSteps {
            let arguments = [
                Array("EVAL".utf8), Array(script.utf8), Array("0".utf8), cursor, Array("\(Self.prefix)*".utf8),
            ]
            guard case .bytes(let next) = send(arguments), next != Array("0".utf8) else { return }
            cursor = next
        }
    }

    /// Adds what this tier knows of itself.
    func report(to counters: inout CacheCounters) {
        let (errors, isAway) = state.withLock { ($0.errors, $0.isAway) }
        counters.redisErrors = errors
        counters.isRedisAway = isAway
    }

    /// Sends a command of several words; `nil` when Redis does not answer in time.
    func command(_ words: [String]) -> RedisReply? { send(words.map { Array($0.utf8) }) }

    /// Whether Redis is left alone at the moment.
    var isAway: Bool { state.withLock { $0.isAway } }

    private func name(_ key: CacheKey) -> [UInt8] { Array((RedisTier.prefix + key.text).utf8) }

    private func send(_ arguments: [[UInt8]]) -> RedisReply? {
        let (idle, isAway) = state.withLock { state in (state.isAway ? nil : state.idle.popLast(), state.isAway) }
        if isAway {
            probe()
            return nil
        }
        do throws(RedisError) {
            let connection =
                if let idle { idle } else {
                    try RedisConnection(address, timeoutMilliseconds: timeoutMilliseconds)
                }
            let reply = try connection.command(arguments)
            giveBack(connection)
            if case .refusal(let message) = reply { note(refusal: message) }
            return reply
        } catch {
            giveUp(error)
            return nil
        }
    }

    private func giveBack(_ connection: RedisConnection) {
        state.withLock { state in
            guard !state.isAway, state.idle.count < RedisTier.idleLimit else { return }
            state.idle.append(connection)
        }
    }

    /// Redis answered, but with a no (`OOM`, `NOAUTH`, `LOADING`): said once per reason, not once per report.
    private func note(refusal: String) {
        let reason = refusal.split(separator: " ", maxSplits: 1).first.map(String.init) ?? ""
        let isNew = state.withLock { state in
            state.errors += 1
            defer { state.lastRefusal = reason }
            return state.lastRefusal != reason
        }
        if isNew { log.warning("redis: refuses to work (\(reason)); \(users) go on without it") }
    }

    private func giveUp(_ error: RedisError) {
        // Connections of the same age have most likely died of the same cause.
        let (isNew, dropped) = state.withLock { state in
            state.errors += 1
            defer {
                state.isAway = true
                state.idle = []
            }
            return (!state.isAway, state.idle)
        }
        _ = dropped  // Closed here, outside of the lock.
        if isNew { log.warning("redis: away (\(error)); \(users) go on without it") }
        probe()
    }

    /// Looks for Redis in the background until it is back, if nobody does so already.
    private func probe() {
        let (isFirst, former) = state.withLock { state in
            defer { state.isProbing = true }
            return (!state.isProbing, state.isProbing ? nil : state.prober)
        }
        guard isFirst else { return }
        // It has done its work; only its stack is still there to be given back.
        former?.join()
        do {
            let prober = try Thread(name: "redis-probe") { [weak self] in
                var pause = 100
                while true {
                    // In small steps, and without holding on to the tier: it may be let go of meanwhile.
                    for _ in 0..<(pause / 100) {
                        Clock.sleep(milliseconds: 100)
                        if self == nil { return }
                    }
                    pause = min(pause * 2, RedisTier.longestPause)
                    guard let tier = self else { return }
                    if tier.isBack() { return }
                }
            }
            state.withLock { $0.prober = prober }
        } catch {
            // No thread to be had: the next question tries again.
            state.withLock { $0.isProbing = false }
        }
    }

    private func isBack() -> Bool {
        do throws(RedisError) {
            let connection = try RedisConnection(address, timeoutMilliseconds: timeoutMilliseconds)
            try connection.require(["PING"])
            state.withLock { state in
                state.isAway = false
                state.isProbing = false
                state.idle = [connection]
            }
            log.info("redis: back")
            return true
        } catch {
            return false
        }
    }
}

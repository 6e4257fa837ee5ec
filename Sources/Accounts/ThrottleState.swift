import Cryptography
import EventModel

/// What `Throttle` remembers, and its rules: a value without clock or lock. Times are nanoseconds.
struct ThrottleState {
    /// How many are remembered at most: some ten megabytes.
    struct Limits {
        var accounts = 50_000
        var networks = 40_000
        var knownNetworks = 10_000
    }

    /// Who tries, without saying who it is.
    struct Attempt {
        /// 128 bits of the hash of the e-mail address in small letters.
        let account: UInt128
        /// IPv4 /24, IPv6 /64: what one person has at hand.
        let network: IPAddress
        /// Both together.
        let pair: UInt128

        init(account: String, address: IPAddress) {
            self.account = ContentHash.bits128(of: Array(account.lowercased().utf8))
            network =
                switch address {
                case .v4(let bits): .v4(bits & 0xffff_ff00)
                case .v6: address.network
                }
            pair = ContentHash.bits128(of: Array(account.lowercased().utf8) + [0] + network.bytes)
        }
    }

    private static let second: UInt64 = 1_000_000_000
    private static let hour = 3600 * second
    private static let month = 30 * 24 * hour

    /// Failures of an account that cost no waiting.
    private static let freeFailures = 5
    /// The longest wait after a failure.
    private static let longestWait = 300 * second

    private var accounts: BoundedTable<UInt128, Account>
    private var networks: BoundedTable<IPAddress, Bucket>
    /// When somebody last signed in from there.
    private var known: BoundedTable<IPAddress, UInt64>
    /// When this very account last signed in from this very network.
    private var atHome: BoundedTable<UInt128, UInt64>
    /// What fails at home counts there: strangers elsewhere cannot make its owner wait.
    private var homes: BoundedTable<UInt128, Account>
    private var everybody = Bucket(capacity: 300, perMinute: 60)
    private var latest: UInt64 = 0

    init(limits: Limits) {
        accounts = BoundedTable(limit: limits.accounts)
        networks = BoundedTable(limit: limits.networks)
        known = BoundedTable(limit: limits.knownNetworks)
        atHome = BoundedTable(limit: limits.knownNetworks)
        homes = BoundedTable(limit: limits.knownNetworks)
    }

    var remembered: Int { accounts.count + networks.count + known.count + atHome.count + homes.count }

    private func isAtHome(_ attempt: Attempt, _ now: UInt64) -> Bool {
        atHome[attempt.pair].map { now - $0 < ThrottleState.month } ?? false
    }

    private func account(of attempt: Attempt, _ now: UInt64) -> Account {
        (isAtHome(attempt, now) ? homes[attempt.pair] : accounts[attempt.account]) ?? Account()
    }

    private mutating func keep(_ account: Account, of attempt: Attempt, _ now: UInt64) {
        let kept = account.isWorthKeeping ? account : nil
        if isAtHome(attempt, now) {
            homes[attempt.pair] = kept
        } else {
            accounts[attempt.account] = kept
        }
    }

    mutating func permission(_ attempt: Attempt, now: UInt64) -> Throttle.Permission {
        let now = moved(to: now)
        var account = account(of: attempt, now)
        var network = networks[attempt.network] ?? ThrottleState.newNetwork
        let isKnown = known[attempt.network].map { now - $0 < ThrottleState.month } ?? false
        let wait = max(account.wait(now), network.wait(now), isKnown ? 0 : everybody.wait(now))
        guard wait == 0 else { return .wait(seconds: Int((wait + ThrottleState.second - 1) / ThrottleState.second)) }
        account.underWay.begin(now)
        network.underWay.begin(now)
        everybody.underWay.begin(now)
        keep(account, of: attempt, now)
        networks[attempt.network] = network
        return .allowed
    }

    mutating func failed(_ attempt: Attempt, now: UInt64) {
        let now = moved(to: now)
        var account = account(of: attempt, now)
        account.fail(now)
        keep(account, of: attempt, now)
        var network = networks[attempt.network] ?? ThrottleState.newNetwork
        network.take(now)
        networks[attempt.network] = network
        everybody.take(now)
    }

    mutating func succeeded(_ attempt: Attempt, now: UInt64) {
        withdrawn(attempt, now: now)
        var account = account(of: attempt, latest)
        account.failures = 0
        keep(account, of: attempt, latest)
        known[attempt.network] = latest
        atHome[attempt.pair] = latest
    }

    mutating func withdrawn(_ attempt: Attempt, now: UInt64) {
        let now = moved(to: now)
        var account = account(of: attempt, now)
        account.underWay.end(now)
        keep(account, of: attempt, now)
        if var network = networks[attempt.network] {
            network.underWay.end(now)
            networks[attempt.network] = network.isWorthKeeping(now) ? network : nil
        }
        everybody.underWay.end(now)
    }

    private static let newNetwork = Bucket(capacity: 30, perMinute: 10)

    /// Threads read the clock before they come in, so that it may go back a little here.
    private mutating func moved(to now: UInt64) -> UInt64 {
        // Half of the range is three hundred years; the rest is room for sums.
        latest = max(latest, min(now, .max / 2))
        return latest
    }

    /// Attempts that were allowed and have not been reported, by the minute in which they began. Those of the minute before
    /// the last are taken for lost, so that one that is never reported does not count for ever.
    private struct UnderWay {
        private var minute: UInt64 = 0
        private var recent = 0
        private var before = 0

        var isNone: Bool { recent == 0 && before == 0 }

        func count(_ now: UInt64) -> Int {
            let counts = moved(to: now)
            return counts.recent + counts.before
        }

        mutating func begin(_ now: UInt64) {
            self = moved(to: now)
            recent += 1
        }

        /// One of the older ones: nobody says which it was.
        mutating func end(_ now: UInt64) {
            self = moved(to: now)
            if before > 0 { before -= 1 } else { recent = max(0, recent - 1) }
        }

        private func moved(to now: UInt64) -> UnderWay {
            let present = now / (60 * second)
            guard present > minute else { return self }
            var counts = UnderWay()
            counts.minute = present
            counts.before = present == minute + 1 ? recent : 0
            return counts
        }
    }

    /// The failures of an account, which need not exist.
    private struct Account {
        var failures = 0
        private var lastFailure: UInt64 = 0
        var underWay = UnderWay()

        var isWorthKeeping: Bool { failures > 0 || !underWay.isNone }

        mutating func fail(_ now: UInt64) {
            failures = failures(now) + 1
            lastFailure = now
            underWay.end(now)
        }

        /// The failures that still count.
        private func failures(_ now: UInt64) -> Int { now - lastFailure < hour ? failures : 0 }

        func wait(_ now: UInt64) -> UInt64 {
            let failures = failures(now)
            let underWay = underWay.count(now)
            // What may fail has failed until the opposite is known: beyond the free ones, one attempt at a time.
            if underWay > 0, failures + underWay >= freeFailures { return second }
            guard failures > freeFailures else { return 0 }
            // 1, 2, 4 … 256 seconds; after that no doubling changes anything.
            let wait = min(longestWait, second << UInt64(min(failures - freeFailures - 1, 9)))
            return max(lastFailure + wait, now) - now
        }
    }

    /// A bucket of failures that refills steadily. Of its level is only kept when it will be full again.
    private struct Bucket {
        private let capacity: Int
        /// What one failure takes to be refilled.
        private let interval: UInt64
        private var fullAt: UInt64 = 0
        var underWay = UnderWay()

        init(capacity: Int, perMinute: Int) {
            self.capacity = capacity
            interval = 60 * second / UInt64(perMinute)
        }

        func isWorthKeeping(_ now: UInt64) -> Bool { fullAt > now || !underWay.isNone }

        /// Takes one failure out. An empty bucket stays empty.
        mutating func take(_ now: UInt64) {
            fullAt = min(max(fullAt, now) + interval, now + UInt64(capacity) * interval)
            underWay.end(now)
        }

        /// How long until one more failure is in it than attempts are under way.
        func wait(_ now: UInt64) -> UInt64 {
            let wanted = max(fullAt, now) + UInt64(underWay.count(now) + 1) * interval
            let there = now + UInt64(capacity) * interval
            return wanted > there ? wanted - there : 0
        }
    }
}

/// A dictionary of limited size, from which those that were not written for the longest time go first: a tenth at once, so
/// that looking for them costs little on average.
struct BoundedTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let limit: Int
    private var entries: [Key: (value: Value, written: UInt64)] = [:]
    private var writes: UInt64 = 0

    /// An empty one of at most `limit` entries, at least one.
    init(limit: Int) {
        self.limit = max(1, limit)
    }

    var count: Int { entries.count }

    subscript(key: Key) -> Value? {
        get { entries[key]?.value }
        set {
            guard let newValue else {
                entries[key] = nil
                return
            }
            writes += 1
            entries[key] = (newValue, writes)
            if entries.count > limit { dropOldest() }
        }
    }

    private mutating func dropOldest() {
        let kept = limit - limit / 10
        // No two entries were written at once.
        let oldest = entries.values.map(\.written).sorted().prefix(entries.count - kept)
        guard let last = oldest.last else { return }
        entries = entries.filter { $0.value.written > last }
    }
}

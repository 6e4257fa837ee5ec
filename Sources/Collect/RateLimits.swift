import Cryptography
public import EventModel
import Platform
import Synchronization

/// How many events may come in a second: of a site, with a secret key, from a prefix of addresses.
///
/// In memory, and so at once; `drain` and `setUsed` let somebody else share what was taken with other gateways, in his own
/// time. An address is never kept: a bucket's name is a hash under a key that lives in this process's memory only.
public final class RateLimits: Sendable {
    /// What is limited.
    public enum Limit: String, Sendable, CaseIterable, Codable {
        /// The events of a site.
        case site
        /// The events that a secret key sends.
        case key
        /// The events from a prefix of addresses: /24 of IPv4, /56 of IPv6, which is what one customer has.
        case address

        fileprivate var place: Int {
            switch self {
            case .site: 0
            case .key: 1
            case .address: 2
            }
        }
    }

    /// The limits of the gateway; 0 for none.
    public struct Settings: Sendable, Equatable {
        /// Events a second of a site that has no limit of its own.
        public var siteEventsPerSecond: Int
        /// Events a second of a secret key.
        public var keyEventsPerSecond: Int
        /// Events a second of a prefix of addresses.
        public var addressEventsPerSecond: Int
        /// So many seconds' worth may come at once.
        public var burstSeconds: Int

        /// No limits, unless they are given.
        public init(
            siteEventsPerSecond: Int = 0, keyEventsPerSecond: Int = 0, addressEventsPerSecond: Int = 0,
            burstSeconds: Int = 10
        ) {
            self.siteEventsPerSecond = siteEventsPerSecond
            self.keyEventsPerSecond = keyEventsPerSecond
            self.addressEventsPerSecond = addressEventsPerSecond
            self.burstSeconds = burstSeconds
        }
    }

    /// Where a limit stands after somebody has asked for tokens.
    public struct Standing: Sendable, Equatable {
        /// Which limit.
        public var limit: Limit
        /// How much it allows.
        public var rate: TokenRate
        /// Whether the tokens were there.
        public var isGranted: Bool
        /// Events that may still come now.
        public var left: Int
        /// Seconds until what was asked for will be there; where it was, until the bucket is full.
        public var seconds: Int
    }

    /// What was taken from a bucket, for other gateways.
    public struct Taking: Sendable, Equatable {
        /// Which limit.
        public var limit: Limit
        /// The bucket.
        public var name: UInt64
        /// How much, in nanoseconds that it takes to come again.
        public var nanoseconds: UInt64
        /// Most that the bucket may owe, likewise.
        public var most: UInt64
    }

    /// Buckets of addresses that are remembered: 3 MB when all are in use.
    public static let addressLimit = 131_072

    private let settings: Settings
    private let tables: [TokenBuckets]
    private let addressRate: TokenRate?
    private let keyRate: TokenRate?
    private let siteRate: TokenRate?
    private let memory = SecretMemory()
    private let secret: Published<SecretBytes?>
    private let refused = RefusedCounts()
    private let now: @Sendable () -> UInt64

    private final class RefusedCounts: Sendable {
        let site = Atomic(0)
        let key = Atomic(0)
        let address = Atomic(0)

        func add(_ limit: Limit) {
            switch limit {
            case .site: site.add(1, ordering: .relaxed)
            case .key: key.add(1, ordering: .relaxed)
            case .address: address.add(1, ordering: .relaxed)
            }
        }

        func of(_ limit: Limit) -> Int {
            switch limit {
            case .site: site.load(ordering: .relaxed)
            case .key: key.load(ordering: .relaxed)
            case .address: address.load(ordering: .relaxed)
            }
        }
    }

    /// Limits with every bucket full.
    public convenience init(_ settings: Settings) {
        self.init(settings) { Clock.monotonicNanoseconds() }
    }

    init(_ settings: Settings, now: @escaping @Sendable () -> UInt64) {
        self.settings = settings
        self.now = now
        let seconds = settings.burstSeconds
        addressRate = TokenRate(perSecond: settings.addressEventsPerSecond, seconds: seconds)
        keyRate = TokenRate(perSecond: settings.keyEventsPerSecond, seconds: seconds)
        siteRate = TokenRate(perSecond: settings.siteEventsPerSecond, seconds: seconds)
        tables = [
            TokenBuckets(limit: 16_384), TokenBuckets(limit: 16_384), TokenBuckets(limit: RateLimits.addressLimit),
        ]
        secret = Published(SecretBytes(randomIn: memory))
    }

    // MARK: Taking

    // `paid`: tokens that the same request has taken already, before it was known how many events it has.

    /// Takes tokens for a request from this address. `nil` where there is no limit, or no address.
    func take(_ events: Int, address: IPAddress?, paid: Int = 0) -> Standing? {
        guard let address, let addressRate, let name = name(of: address) else { return nil }
        return take(events, .address, name, addressRate, paid: paid)
    }

    /// Takes tokens for a request from this address. Returns the limit where they are not there.
    func met(address: IPAddress?, events: Int = 1, paid: Int = 0) -> Standing? {
        guard let standing = take(events, address: address, paid: paid), !standing.isGranted else { return nil }
        return standing
    }

    /// Takes tokens for events that come with a secret key.
    func take(_ events: Int, key: SendingKey, paid: Int = 0) -> Standing? {
        guard let keyRate, let name = name(.key, UInt64(UInt32(bitPattern: key.number))) else { return nil }
        return take(events, .key, name, keyRate, paid: paid)
    }

    /// Takes tokens for events of a site.
    public func take(_ events: Int, site: Site) -> Standing? {
        guard let rate = rate(of: site), let name = name(.site, UInt64(UInt32(bitPattern: site.id.rawValue))) else {
            return nil
        }
        return take(events, .site, name, rate)
    }

    /// Where the limit of a site stands.
    public func look(site: Site) -> Standing? {
        guard let rate = rate(of: site), let name = name(.site, UInt64(UInt32(bitPattern: site.id.rawValue))) else {
            return nil
        }
        return look(.site, name, rate)
    }

    private func rate(of site: Site) -> TokenRate? {
        guard let own = site.eventsPerSecond else { return siteRate }
        return TokenRate(perSecond: own, seconds: settings.burstSeconds)
    }

    private func take(
        _ events: Int, _ limit: Limit, _ name: UInt64, _ rate: TokenRate, paid: Int = 0
    ) -> Standing {
        let grant = tables[limit.place].take(events, from: name, rate, paid: paid, now: now())
        if !grant.isGranted { refused.add(limit) }
        return standing(limit, rate, grant)
    }

    private func look(_ limit: Limit, _ name: UInt64, _ rate: TokenRate) -> Standing {
        standing(limit, rate, tables[limit.place].look(1, at: name, rate, now: now()))
    }

    private func standing(_ limit: Limit, _ rate: TokenRate, _ grant: TokenGrant) -> Standing {
        let wait = grant.isGranted ? grant.untilFull : max(1, grant.wait)
        return Standing(
            limit: limit, rate: rate, isGranted: grant.isGranted, left: grant.left,
            seconds: Int(clamping: (wait + 999_999_999) / 1_000_000_000))
    }

    // MARK: Names

    private func name(of address: IPAddress) -> UInt64? {
        switch address {
        case .v4(let bits): name(.address, UInt64(bits >> 8))
        // The highest bit of 56 keeps them apart from those of IPv4.
        case .v6(let bits): name(.address, UInt64(truncatingIfNeeded: bits >> 72) | 1 << 63)
        }
    }

    private func name(_ limit: Limit, _ number: UInt64) -> UInt64? {
        guard let secret = secret.value else { return nil }
        return SipHash.withMessage(capacity: 9) { message in
            message.append(UInt8(truncatingIfNeeded: limit.place))
            message.append(number)
            return message.hash(key: secret)
        }
    }

    /// Names the buckets under another key from now on: the one that all gateways have. Every bucket is full again, and the
    /// old ones are forgotten as time goes by.
    public func rename(under key: [UInt8]) {
        guard key.count == SecretBytes.count else { return }
        let bytes = SecretBytes(in: memory) { (span: inout MutableRawSpan) in
            for (place, byte) in key.enumerated() { span.storeBytes(of: byte, toByteOffset: place, as: UInt8.self) }
        }
        if let bytes { secret.publish(bytes) }
    }

    // MARK: Sharing

    /// What was taken since the last time, of the buckets that others should know of.
    public func drain() -> [Taking] {
        Limit.allCases.flatMap { limit in
            tables[limit.place].drain().map { name, tokens, rate in
                Taking(limit: limit, name: name, nanoseconds: UInt64(tokens) * rate.nanoseconds, most: rate.most)
            }
        }
    }

    /// What all gateways together have taken of a bucket; never more than it may owe.
    public func setUsed(_ nanoseconds: UInt64, of taking: Taking) {
        tables[taking.limit.place].setUsed(nanoseconds, most: taking.most, of: taking.name, now: now())
    }

    // MARK: Counts

    /// Requests that were refused since the start, by the limit that was met.
    public func refusedRequests(_ limit: Limit) -> Int { refused.of(limit) }

    /// Buckets that are remembered.
    public func buckets(_ limit: Limit) -> Int { tables[limit.place].count }
}

/// A change of one count in the ledger: so many events of a site ended like this, on the day of their receipt.
///
/// What was stored, double or dead is counted by the store that knows it; what ended before travels with the hits.
public struct LedgerDelta: Sendable, Hashable {
    /// How an event can end without being handed to a store.
    public enum Outcome: UInt8, Sendable, CaseIterable {
        /// It could never have been stored; its sender was told why.
        case rejected = 1
        /// A privacy filter ended it.
        case dropped = 2

        /// The word in the table `ledger`.
        public var word: String {
            switch self {
            case .rejected: "rejected"
            case .dropped: "dropped"
            }
        }
    }

    /// The site; 0 where the sender named none that exists.
    public var site: SiteID
    /// Day of the receipt: days since 1970-01-01, UTC.
    public var day: Int32
    /// How the events ended.
    public var outcome: Outcome
    /// Why: a fixed word of ours, never a text of the sender.
    public var reason: String
    /// How many events.
    public var count: UInt32

    /// A change of a count.
    public init(site: SiteID, receivedAt: Timestamp, outcome: Outcome, reason: String, count: UInt32 = 1) {
        self.site = site
        day = Int32(clamping: receivedAt.milliseconds.floorDivided(by: 86_400_000))
        self.outcome = outcome
        self.reason = reason
        self.count = count
    }

    init(site: SiteID, day: Int32, outcome: Outcome, reason: String, count: UInt32) {
        self.site = site
        self.day = day
        self.outcome = outcome
        self.reason = reason
        self.count = count
    }

    /// Beginning of the day.
    public var dayStart: Timestamp { Timestamp(milliseconds: Int64(day) * 86_400_000) }
}

extension SiteID {
    /// Stands for "no site of ours" in the ledger; the database numbers sites from 1.
    public static let unknown = SiteID(rawValue: 0)
}

extension Int64 {
    /// Division that rounds towards negative infinity, as calendars need it before 1970.
    fileprivate func floorDivided(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}

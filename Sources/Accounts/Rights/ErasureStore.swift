public import Database
public import EventModel

/// What people have asked to be erased, and how far that is.
///
/// A request is a row of `erasure`; the jobs do the work (`footfall person erase` does the first part at once). Who asked is
/// for the caller to write into the audit log.
public struct ErasureStore {
    private let connection: Connection

    /// A store on this connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Asks for an erasure; returns its number. Events that were received before `now`, in milliseconds since 1970, are gone
    /// from every report within seconds, and from the disk within a day. Whoever asks for the same again before anything was
    /// done is given the same number.
    @discardableResult
    public func request(_ selector: EventSelector, of site: SiteID, now: Int64) throws(DatabaseError) -> Int32 {
        var visitor: Int64?
        var user: Int64?
        var period: Range<Timestamp>?
        let kind: String
        switch selector {
        case .visitor(let asked):
            kind = "visitor"
            visitor = Int64(bitPattern: asked.rawValue)
        case .user(let asked):
            kind = "user"
            user = Int64(bitPattern: asked.rawValue)
        case .period(let asked):
            kind = "period"
            period = asked
        }
        let rows = try connection.query(
            """
            SELECT ask_erasure(\(site.rawValue), \(kind), \(visitor), \(user), \(timestamp: period?.lowerBound.milliseconds),
                \(timestamp: period?.upperBound.milliseconds), \(timestamp: now))
            """)
        return try rows[0].value(0)
    }

    /// Asks for the erasure of a visitor who needs no sign-in for it. Returns `nil`, and does nothing, when the site's visitors
    /// have asked for so many within an hour that they cannot all be people (`mostInAnHour`).
    public func requestOwn(_ visitor: VisitorID, of site: SiteID, now: Int64) throws(DatabaseError) -> Int32? {
        let rows = try connection.query(
            """
            SELECT requested_at > \(timestamp: now - 3_600_000) FROM erasure
            WHERE site_id = \(site.rawValue) AND kind = 'visitor'
            ORDER BY erasure_id DESC LIMIT 1 OFFSET \(Int64(Self.mostInAnHour - 1))
            """)
        if let row = rows.first, try row.value(0) { return nil }
        return try request(.visitor(visitor), of: site, now: now)
    }

    /// Most erasures of visitors of a site within an hour that nobody has to sign in for.
    public static let mostInAnHour = 200

    /// The erasures of a site, newest first, at most `limit`.
    public func list(of site: SiteID, limit: Int = 100) throws(DatabaseError) -> [Erasure] {
        try read("WHERE site_id = \(site.rawValue) ORDER BY erasure_id DESC LIMIT \(limit)")
    }

    /// One erasure; `nil` when there is none of this number.
    public func erasure(_ number: Int32) throws(DatabaseError) -> Erasure? {
        try read("WHERE erasure_id = \(number)").first
    }

    private func read(_ which: SQL) throws(DatabaseError) -> [Erasure] {
        let rows = try connection.query(
            """
            SELECT erasure_id, site_id, kind, requested_at, invisible_at, settled_at, done_at, is_log_clean, events, visits,
                dead_letters, late_events, failures
            FROM erasure \(which)
            """)
        var erasures: [Erasure] = []
        for row in rows {
            erasures.append(
                Erasure(
                    number: try row.value(0), site: SiteID(rawValue: try row.value(1)),
                    kind: Erasure.Kind(rawValue: try row.value(2)) ?? .period,
                    requestedAt: try row.milliseconds(3), invisibleAt: try row.optionalMilliseconds(4),
                    settledAt: try row.optionalMilliseconds(5), doneAt: try row.optionalMilliseconds(6),
                    isLogClean: try row.value(7), events: try row.value(8), visits: try row.value(9),
                    deadLetters: try row.value(10), lateEvents: try row.value(11), failures: try row.value(12)))
        }
        return erasures
    }
}

/// An erasure: what was erased and when, and nothing about whom. Moments are milliseconds since 1970.
public struct Erasure: Sendable, Equatable {
    /// What it is about.
    public enum Kind: String, Sendable {
        case visitor, user, period
    }

    /// Its number.
    public var number: Int32
    /// Of which site.
    public var site: SiteID
    /// What it is about.
    public var kind: Kind
    /// When it was asked for.
    public var requestedAt: Int64
    /// When no table and no report had it any more; `nil` as long as that is to come.
    public var invisibleAt: Int64?
    /// When nothing more could come out of a journal.
    public var settledAt: Int64?
    /// When it was off the disk.
    public var doneAt: Int64?
    /// Whether it was out of PostgreSQL's log of changes as well by then; `nil` before. False where the server's settings keep
    /// files of the log: how long is for them.
    public var isLogClean: Bool?
    /// Events that were erased.
    public var events: Int64
    /// Visits that were erased, or are shorter now.
    public var visits: Int64
    /// Events that were erased before they could be stored, or in quarantine.
    public var deadLetters: Int64
    /// Events that came out of a journal later, and were not stored.
    public var lateEvents: Int64
    /// How often it has been tried in vain by now; the log of the web process says why.
    public var failures: Int32
}

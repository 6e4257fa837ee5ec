import Database
import EventModel

/// What comes in for a site, and what is kept of its visitors.
extension AccountService {
    /// Sets most events in a second, whether only the site's own script may send, and makes another secret for it.
    public func setLimits(
        of site: OwnedSite, eventsPerSecond: Int?, needsScriptToken: Bool, renewsSecret: Bool, _ actor: Actor
    ) throws(AccountError) {
        try changeSite(site, .siteChanged, "limits", actor) { (connection) throws(DatabaseError) in
            let store = SiteStore(connection)
            try store.setEventsPerSecond(eventsPerSecond, of: site.site.id)
            if renewsSecret { try store.renewScriptSecret(of: site.site.id) }
            try store.setNeedsScriptToken(needsScriptToken, of: site.site.id)
        }
    }

    /// Sets for how many whole months events are kept; `nil` for what the gateway is set to.
    public func setRetention(of site: OwnedSite, months: Int?, _ actor: Actor) throws(AccountError) {
        if let months, let most = settings.mostMonths, months > most {
            throw .invalid("the strict mode keeps events for \(most) months at most")
        }
        let words = months.map { "\($0) months" } ?? "as the gateway is set"
        try changeSite(site, .siteChanged, "retention \(words)", actor) { (connection) throws(DatabaseError) in
            try SiteStore(connection).setRetention(months: months, of: site.site.id)
        }
    }

    /// Whose data, or which.
    public enum Selection: Sendable, Equatable {
        /// A user of the site, by the id that its server sends.
        case user(String)
        /// Local dates of the site, `YYYY-MM-DD`, both included.
        case days(from: String, through: String)

        fileprivate func selector(of site: SiteID, _ connection: Connection) throws(DatabaseError) -> EventSelector {
            switch self {
            case .user(let id): try SelectorReader(connection).user(id, of: site)
            case .days(let first, let last):
                try SelectorReader(connection).period(from: first, through: last, of: site)
            }
        }

        /// What the audit log says: days, but no user.
        fileprivate var words: String {
            switch self {
            case .user: "a user"
            case .days(let first, let last): "\(first) to \(last)"
            }
        }
    }

    /// What is kept, as lines of JSON; at most so many of all.
    public func export(
        _ selection: Selection, of site: OwnedSite, limit: Int, _ actor: Actor
    ) throws(AccountError) -> (lines: [String], isAll: Bool) {
        // Written down first, and by itself: the export is one moment's, in a transaction of its own that only reads.
        try changeSite(site, .dataExported, selection.words, actor) { (connection) throws(DatabaseError) in
            _ = try selection.selector(of: site.site.id, connection)
        }
        return try read(for: .site(site.site.id.rawValue)) { (connection) throws(DatabaseError) in
            let selector = try selection.selector(of: site.site.id, connection)
            return try PersonalExport(selector, of: site.site.id, on: connection).lines(atMost: limit)
        }
    }

    /// Asks for an erasure; jobs carry it out.
    public func erase(_ selection: Selection, of site: OwnedSite, _ actor: Actor) throws(AccountError) {
        let now = self.now
        try changeSite(site, .dataErased, selection.words, actor) { (connection) throws(DatabaseError) in
            let selector = try selection.selector(of: site.site.id, connection)
            _ = try ErasureStore(connection).request(selector, of: site.site.id, now: now.milliseconds)
        }
        wakeErasures()
    }

    /// The latest erasures of a site, newest first.
    public func erasures(of site: OwnedSite) throws(AccountError) -> [Erasure] {
        try read(for: .site(site.site.id.rawValue)) { (connection) throws(DatabaseError) in
            try ErasureStore(connection).list(of: site.site.id, limit: 10)
        }
    }
}

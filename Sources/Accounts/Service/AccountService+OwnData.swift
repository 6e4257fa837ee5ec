import Database
public import EventModel

/// What visitors may ask about themselves, without a name.
extension AccountService {
    /// Lines of an export of one's own; more than anybody does in a day.
    private static let mostOwnLines = 20_000

    /// The site of a domain, for a visitor of its pages.
    public func visitedSite(domain: String) throws(AccountError) -> SiteID? {
        try read(for: .nobody) { (connection) throws(DatabaseError) in
            try SiteReader(connection).number(domain: domain)
        }
    }

    /// What is kept of a visitor, as lines of JSON.
    public func exportOwn(_ visitor: VisitorID, of site: SiteID) throws(AccountError) -> [String] {
        try read(for: .site(site.rawValue)) { (connection) throws(DatabaseError) in
            try PersonalExport(.visitor(visitor), of: site, on: connection).lines(atMost: AccountService.mostOwnLines)
                .lines
        }
    }

    /// Asks for the erasure of what is kept of a visitor; returns its number, or `nil` where too many have asked within an
    /// hour. It is in the list of the site's erasures, which says nothing about whom; the audit log, which is about members,
    /// has no line of it.
    public func eraseOwn(_ visitor: VisitorID, of site: SiteID) throws(AccountError) -> Int32? {
        let now = self.now
        let number = try change(for: .site(site.rawValue)) { (connection) throws(DatabaseError) in
            try ErasureStore(connection).requestOwn(visitor, of: site, now: now.milliseconds)
        }
        if number != nil { wakeErasures() }
        return number
    }
}

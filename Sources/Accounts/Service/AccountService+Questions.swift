import Database
import EventModel

/// What has to be known before somebody is asked whether they mean it.
extension AccountService {
    /// How many events of a site are older than so many whole months beyond the running one, programs' included.
    ///
    /// - Parameter limit: counting ends there: there may be more than anybody waits for.
    public func events(of site: OwnedSite, beyond months: Int, limit: Int) throws(AccountError) -> Int {
        let now = self.now
        return try read(for: .site(site.site.id.rawValue)) { (connection) throws(DatabaseError) in
            let old: SQL = """
                site_id = \(site.site.id.rawValue)
                    AND "time" < date_trunc('month', \(timestamp: now.milliseconds), 'UTC')
                        - make_interval(months => \(Int32(clamping: months)))
                """
            return try connection.query(
                """
                SELECT count(*) FROM (
                    (SELECT FROM event WHERE \(old) LIMIT \(limit)) UNION ALL (SELECT FROM bot_event WHERE \(old) LIMIT \(limit))
                    LIMIT \(limit)) AS old
                """)[0].value(0)
        }
    }

    /// Whether the operator or the single sign-on has said that the address is this person's.
    public func hasProvenEmail(_ person: SignedIn) throws(AccountError) -> Bool {
        try read(for: Behalf(person: person.person)) { (connection) throws(DatabaseError) in
            try PersonStore(connection).hasProvenEmail(person.person)
        }
    }

    /// Whether somebody signs in with a password; people of a single sign-on may have none.
    public func hasPassword(_ person: SignedIn) throws(AccountError) -> Bool {
        try read(for: Behalf(person: person.person)) { (connection) throws(DatabaseError) in
            try PersonStore(connection).credentials(person: person.person)?.passwordHash != nil
        }
    }
}

/// On whose behalf the dashboard asks the database. Row-level security shows what belongs to these, and nothing else
/// (config/migrations/0010-accounts.sql).
public struct Behalf: Sendable, Equatable {
    /// The site whose numbers are read.
    public var site: Int32?
    /// The organisation in whose name something is read or changed.
    public var organisation: Int32?
    /// The person who is signed in.
    public var person: Int32?
    /// The address of somebody who is about to sign in, or to be made known.
    public var email: String?
    /// The hash or token that somebody has shown: it opens the row that has it.
    public var secret: String?

    /// On behalf of these.
    public init(
        site: Int32? = nil, organisation: Int32? = nil, person: Int32? = nil, email: String? = nil,
        secret: String? = nil
    ) {
        self.site = site
        self.organisation = organisation
        self.person = person
        self.email = email
        self.secret = secret
    }

    /// Nobody: no row is shown.
    public static let nobody = Behalf()

    /// For the numbers of a site.
    public static func site(_ number: Int32) -> Behalf { Behalf(site: number) }
}

extension Connection {
    /// Sets on whose behalf the following statements are, until it is set again. Only for logins that policies bind.
    func act(for behalf: Behalf) throws(DatabaseError) {
        guard self.behalf != behalf else { return }
        self.behalf = nil
        func text(_ number: Int32?) -> String { number.map { "\($0)" } ?? "" }
        _ = try query(
            prepared:
                """
                SELECT set_config('footfall.site', \(text(behalf.site)), false),
                    set_config('footfall.organisation', \(text(behalf.organisation)), false),
                    set_config('footfall.person', \(text(behalf.person)), false),
                    set_config('footfall.email', \(behalf.email ?? ""), false),
                    set_config('footfall.secret', \(behalf.secret ?? ""), false)
                """)
        self.behalf = behalf
    }

    /// Why the policies of row-level security would not keep what is asked over this connection apart; `nil` when they do.
    public func reasonNotConfined() throws(DatabaseError) -> String? {
        let row = try query(
            """
            SELECT rolsuper, rolbypassrls, current_user::text,
                EXISTS (SELECT FROM pg_class WHERE oid = 'event'::regclass AND pg_has_role(current_user, relowner, 'MEMBER')),
                EXISTS (SELECT FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm') AND NOT relispartition AND NOT relrowsecurity
                    AND relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'event'::regclass)
                    AND has_table_privilege(current_user, oid, 'SELECT, INSERT, UPDATE, DELETE')),
                pg_backend_pid()
            FROM pg_roles WHERE rolname = current_user
            """)[0]
        let login: String = try row.value(2)
        if try row.value(0) { return "the login \"\(login)\" is a superuser" }
        if try row.value(1) { return "the login \"\(login)\" may bypass row-level security (BYPASSRLS)" }
        if try row.value(3) { return "the login \"\(login)\" owns the tables, or may act as their owner" }
        if try row.value(4) { return "the login \"\(login)\" may use a table or view without row-level security" }
        // A pooler lends one session to many clients, one transaction each: the next one would ask on behalf of this one.
        // Poolers give their clients process numbers of their own.
        if try row.value(5) != processID {
            return "there is a pooler in between, such as pgbouncer: the dashboard needs sessions of its own"
        }
        return nil
    }
}

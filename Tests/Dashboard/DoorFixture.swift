@_spi(Scripts) import Database
import EventModel
import FastCGI
import OneTimePassword
import Platform
import Reports
import TestSupport

@testable import Accounts
@testable import Cryptography
@testable import Dashboard

/// The whole dashboard over a real PostgreSQL, through the dashboard's login; only the numbers are made up.
struct DoorFixture {
    let database: TestDatabase
    let accounts: AccountService
    let handler: DashboardHandler

    static let password = "violet tram over lake"
    /// Made once: each takes as long as it should.
    static let hash = PasswordHash.make(password) ?? ""
    static let origin = "https://stats.example"

    static func with(
        settings: AccountSettings = AccountSettings(), _ body: (DoorFixture) throws -> Void
    ) throws {
        try TestDatabase.with { database in
            let pool = Pool(try database.confined(), limit: 4, isConfined: true)
            defer { pool.close() }
            let accounts = AccountService(pool: pool, settings: settings)
            let gateway = Fixture.gateway(.busy)
            let handler = DashboardHandler(
                reports: Fixture(), access: accounts,
                settings: SettingsHandler(accounts: accounts, gateway: gateway), publicURL: origin, gateway: gateway,
                log: Log(process: "test"))
            try body(DoorFixture(database: database, accounts: accounts, handler: handler))
        }
    }

    func tenant(_ name: String) throws -> Tenant { try Tenant(name, in: self) }

    /// Somebody with a password, and a role in an organisation where one is given.
    func person(_ email: String, _ role: Role? = nil, of organisation: Int32 = 0) throws -> Int32 {
        let connection = try database.connect()
        let person = try PersonStore(connection).add(email: email, name: "", passwordHash: DoorFixture.hash)
        if let role { try OrganisationStore(connection).join(person, organisation: organisation, role: role) }
        return person
    }

    /// A browser in which somebody is signed in.
    func browser(_ person: Int32, _ email: String) throws -> Browser {
        let session = try accounts.beginSession(person, email, SignInOrigin(device: "Test", network: "192.0.2.0/24"))
        return Browser(handler: handler, seed: session.token, cookies: [(Cookie.session.rawValue, session.token)])
    }

    /// A browser in which nobody is.
    var stranger: Browser {
        Browser(handler: handler, seed: "stranger", cookies: [(Cookie.forms.rawValue, "stranger")])
    }

    /// Everything that people have made or changed, row by row; not when something was used.
    func snapshot() throws -> [String] {
        let tables: [SQL] = [
            "organisation", "person", "recovery_code", "membership", "team", "team_member", "site", "site_key",
            "site_access", "invitation", "one_time_link", "secret_key", "shared_link", "goal", "erasure",
            "audit_entry",
        ]
        let connection = try database.connect()
        var rows: [String] = []
        for table in tables {
            for row in try connection.query(
                "SELECT (to_jsonb(t) - '{last_used_on,seen_at}'::text[])::text FROM \(table) t ORDER BY 1")
            {
                rows.append("\(table) \(try row.value(0, as: String.self))")
            }
        }
        return rows
    }
}

/// A browser that sends forms as pages of ours do.
struct Browser {
    let handler: DashboardHandler
    /// What the secret of its forms hangs on.
    var seed: String
    var cookies: [(name: String, value: String)]
    var headers: [(name: String, value: String)] = []

    func get(_ address: String) -> Response { send("GET", address) }

    func post(_ address: String, _ fields: [(name: String, value: String)] = []) -> Response {
        let pairs = [("form_token", FormGuard(seed: seed).token)] + fields
        let body = pairs.map { name, value in
            "\(PercentText.encoded(name, keepsSlash: false))=\(PercentText.encoded(value, keepsSlash: false))"
        }.joined(separator: "&")
        return send("POST", address, type: "application/x-www-form-urlencoded", body: Array(body.utf8))
    }

    func send(_ method: String, _ address: String, type: String = "", body: [UInt8] = []) -> Response {
        let parts = address.split(separator: "?", maxSplits: 1).map(String.init)
        var parameters: Parameters = ["REMOTE_ADDR": "192.0.2.7", "FOOTFALL_HOST": "stats.example", "HTTPS": "on"]
        if !type.isEmpty { parameters.append("CONTENT_TYPE", type) }
        if method == "POST" {
            parameters.append("HTTP_ORIGIN", DoorFixture.origin)
            parameters.append("HTTP_SEC_FETCH_SITE", "same-origin")
        }
        if !cookies.isEmpty {
            parameters.append("HTTP_COOKIE", cookies.map { "\($0.name)=\($0.value)" }.joined(separator: "; "))
        }
        for header in headers { parameters.append(header.name, header.value) }
        return handler.respond(
            to: Request(
                method: method, path: parts[0], query: parts.count > 1 ? parts[1] : "", parameters: parameters,
                body: body))
    }
}

extension Response {
    /// The body.
    var text: String { String(decoding: body, as: UTF8.self) }
}

/// An organisation with everything in it.
struct Tenant {
    let name: String
    let organisation: Int32
    /// By role.
    let people: [Role: Int32]
    /// The guest was given the first of them only.
    let sites: [Site]
    let link: SharedLink
    let openLink: SharedLink
    let readKey: String
    let key: SecretKeyListing
    let team: Int32
    let invitation: Int32
    let invitationToken: String

    static let linkPassword = "lake under violet tram"
    static let linkHash = PasswordHash.make(linkPassword)

    init(_ name: String, in fixture: DoorFixture) throws {
        let connection = try fixture.database.connect()
        self.name = name
        var people: [Role: Int32] = [:]
        let owner = try fixture.person("owner@\(name).example")
        let organisation = try OrganisationStore(connection).add(name: "Org \(name)", owner: owner)
        people[.owner] = owner
        for role in Role.allCases where role != .owner {
            people[role] = try fixture.person("\(role.rawValue)@\(name).example", role, of: organisation)
        }
        var sites: [Site] = []
        for domain in ["first.\(name).example", "second.\(name).example"] {
            sites.append(try SiteStore(connection).add(.init(domain: domain, organisation: organisation)))
        }
        let teams = TeamStore(connection)
        try teams.add(name: "Team \(name)", organisation: organisation)
        let team = try teams.list(of: organisation)[0].number
        try teams.addMember(people[.guest] ?? 0, to: team)
        try teams.grant(SiteGrant(site: sites[0].id, role: .viewer), to: .team(team))
        let links = SharedLinkStore(connection)
        try links.add(
            .init(name: "Board \(name)", filters: "filter=country,is,DE"), site: sites[0].id,
            passwordHash: Tenant.linkHash,
            by: owner)
        try links.add(.init(name: "Wall \(name)"), site: sites[0].id, passwordHash: nil, by: owner)
        let list = try links.list(of: sites[0].id)
        (link, openLink) = (list[0], list[1])
        let keys = SecretKeyStore(connection)
        readKey = try keys.add(.init(name: "Key \(name)", mayRead: true), organisation: organisation, by: owner)
        key = try keys.list(of: organisation)[0]
        let invitations = InvitationStore(connection)
        let now = fixture.accounts.now
        invitationToken = try invitations.add(
            .init(email: "new@\(name).example", role: .viewer), organisation: organisation, by: owner, now: now, days: 7
        )
        invitation = try invitations.list(of: organisation, now: now)[0].number
        var brand = Brand()
        (brand.name, brand.colour, brand.logo, brand.logoType) =
            ("Brand \(name)", "#aa0000", [0x89, 0x50], "image/png")
        try OrganisationStore(connection).setBrand(brand, of: organisation)
        (self.organisation, self.people, self.sites, self.team) = (organisation, people, sites, team)
    }

    var home: String { "/footfall/organisation/\(organisation)" }
    var settings: String { DashboardPath.settings(sites[0].domain) }
    func email(_ role: Role) -> String { "\(role.rawValue)@\(name).example" }

    func browser(_ role: Role, _ fixture: DoorFixture) throws -> Browser {
        try fixture.browser(people[role] ?? 0, email(role))
    }
}

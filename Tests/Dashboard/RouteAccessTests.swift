import Database
import EventModel
import FastCGI
import Reports
import TestSupport
import Testing

@testable import Accounts
@testable import Dashboard

/// Every route × everybody who may come along × whose it is. The table below is written by hand, and a route that is not in
/// it fails the test.
struct RouteAccessTests {
    enum Visitor: CaseIterable {
        case nobody, withoutOrganisation, guest, viewer, editor, admin, owner, lockedLink, readKey

        var role: Role? {
            switch self {
            case .guest: .guest
            case .viewer: .viewer
            case .editor: .editor
            case .admin: .admin
            case .owner: .owner
            case .nobody, .withoutOrganisation, .lockedLink, .readKey: nil
            }
        }

        var isSignedIn: Bool { role != nil || self == .withoutOrganisation }
    }

    enum Target: CaseIterable {
        /// Of the visitor's organisation, and given to the guest.
        case own
        /// Of the visitor's organisation, and not given to the guest.
        case notGiven
        case foreign
    }

    /// What becomes of a request.
    enum Answer: Equatable {
        /// The page, or the answer to its form.
        case open
        case signIn
        case unknown
        /// A shared link's question for its password.
        case password
        case status(Int)
    }

    /// Who gets through.
    enum Gate {
        /// Everybody; these statuses for who is not signed in, and for who is.
        case everybody(Int, Int)
        case sharedLink
        case signedIn
        case adminAnywhere
        case organisation(Role)
        case site(Role)
    }

    static let pages = SitePage.allCases
    static let table: [Route: Gate] = {
        var table: [Route: Gate] = [
            .signInPage: .everybody(200, 303), .signIn: .everybody(403, 403), .signInCode: .everybody(403, 403),
            .signOut: .everybody(303, 303),
            // Somebody is here already, and none of these comes with a token that is good.
            .setUpPage: .everybody(404, 404), .setUp: .everybody(404, 404), .passwordPage: .everybody(404, 404),
            .setPassword: .everybody(404, 404), .joinPage: .everybody(200, 200),
            .joinAsSomebodyNew: .everybody(422, 422), .joinAsMyself: .everybody(422, 422),
            .asset: .everybody(200, 200), .brandFile: .everybody(200, 200), .publicRecord: .everybody(200, 200),
            // Until the operator opens it.
            .ownData: .everybody(404, 404), .eraseOwnData: .everybody(404, 404),
            .unlockShared: .everybody(303, 303),
            .sites: .signedIn, .accountPage: .signedIn, .setName: .signedIn, .changeAddress: .signedIn,
            .changePassword: .signedIn, .startSecondFactor: .signedIn, .confirmSecondFactor: .signedIn,
            .endSecondFactor: .signedIn, .renewRecoveryCodes: .signedIn, .revokeSession: .signedIn,
            .revokeOtherSessions: .signedIn, .deleteAccount: .signedIn,
            .addOrganisation: .adminAnywhere,
            .organisationPage: .organisation(.guest), .leaveOrganisation: .organisation(.guest),
            .addSite: .organisation(.admin), .peoplePage: .organisation(.admin), .invite: .organisation(.admin),
            .revokeInvitation: .organisation(.admin), .setRole: .organisation(.admin),
            .removePerson: .organisation(.admin), .addTeam: .organisation(.admin), .removeTeam: .organisation(.admin),
            .addTeamMember: .organisation(.admin), .removeTeamMember: .organisation(.admin),
            .keysPage: .organisation(.admin), .addKey: .organisation(.admin), .revokeKey: .organisation(.admin),
            .brandPage: .organisation(.admin), .setBrand: .organisation(.admin), .auditPage: .organisation(.admin),
            .auditFile: .organisation(.admin), .renameOrganisation: .organisation(.admin),
            .deleteOrganisation: .organisation(.owner), .keepOrganisation: .organisation(.owner),
            .settingsPage: .site(.editor), .setGoal: .site(.editor), .removeGoal: .site(.editor),
            .shareLink: .site(.editor), .revokeLink: .site(.editor), .setSite: .site(.admin), .setPublic: .site(.admin),
            .giveSite: .site(.admin), .takeSite: .site(.admin), .setLimits: .site(.admin), .setRetention: .site(.admin),
            .exportData: .site(.admin), .eraseData: .site(.admin), .moveSite: .site(.owner), .deleteSite: .site(.owner),
            .keepSite: .site(.owner),
        ]
        for page in [
            SitePage.overview, .realtime, .pages, .sources, .locations, .devices, .events, .goals, .quality, .inspector,
            .privacy,
        ] {
            table[.report(page)] = .site(.viewer)
            table[.file(page)] = .site(.viewer)
        }
        // What shows how well something is known is behind no shared link.
        for page in [SitePage.overview, .realtime, .pages, .sources, .locations, .devices, .events, .goals] {
            table[.shared(page)] = .sharedLink
            table[.sharedFile(page)] = .sharedLink
        }
        return table
    }()

    /// The only pages with a table that can be taken along.
    static let withFile: Set<SitePage> = [.pages, .sources, .locations, .devices, .events]

    @Test func everyRouteIsInTheTable() {
        #expect(Set(Self.table.keys) == Set(Route.all), "a new route needs a line here")
        #expect(Set(Route.all).count == Route.all.count)
    }

    static func expected(_ route: Route, _ visitor: Visitor, _ target: Target) -> Answer {
        guard let gate = table[route] else { return .unknown }
        // The organisation is the same for both of its sites.
        let role = target == .foreign ? nil : visitor.role
        var answer: Answer
        switch gate {
        case .everybody(let stranger, let person): return .status(visitor.isSignedIn ? person : stranger)
        case .sharedLink: answer = visitor == .lockedLink && target != .foreign ? .open : .password
        case .signedIn: answer = visitor.isSignedIn ? .open : .signIn
        case .adminAnywhere:
            answer = !visitor.isSignedIn ? .signIn : visitor == .admin || visitor == .owner ? .open : .unknown
        case .organisation(let least):
            answer = !visitor.isSignedIn ? .signIn : (role.map { $0 >= least } ?? false) ? .open : .unknown
        case .site(let least):
            let onSite = role == .guest ? (target == .own ? .viewer : nil) : role
            answer = !visitor.isSignedIn ? .signIn : (onSite.map { $0 >= least } ?? false) ? .open : .unknown
        }
        switch route {
        case .file(let page), .sharedFile(let page):
            if answer == .open, !withFile.contains(page) { answer = .unknown }
        default: break
        }
        return answer
    }

    @Test func everybodyGetsWhatTheTableSays() throws {
        try DoorFixture.with { fixture in
            let (own, foreign) = (try fixture.tenant("own"), try fixture.tenant("foreign"))
            let lonely = try fixture.person("lonely@example.com")
            let proof =
                try fixture.accounts.unlock(
                    own.link, password: Tenant.linkPassword, address: .v4(0x0A00_0001)
                ).proof ?? ""
            var attempt = 0
            var browsers: [Visitor: Browser] = [:]
            for route in Route.all {
                for visitor in Visitor.allCases {
                    for target in Target.allCases where matters(target, route) {
                        attempt += 1
                        let tenant = target == .foreign ? foreign : own
                        // Some forms end the session: after each a fresh one.
                        let known = route.method == .get ? browsers[visitor] : nil
                        let browser = try known ?? browser(visitor, own, lonely, proof, fixture)
                        browsers[visitor] = route.method == .get ? browser : nil
                        let address = try address(route, tenant, target, fixture)
                        let response =
                            route.method == .get
                            ? browser.get(address)
                            : browser.post(address, fields(route, tenant, attempt))
                        let expected = Self.expected(route, visitor, target)
                        let answer = answer(response, expected)
                        #expect(answer == expected, "\(route) by \(visitor), \(target): \(response.status)")
                        checkHeaders(response, route)
                    }
                }
            }
        }
    }

    /// Whether an address can be about it at all.
    private func matters(_ target: Target, _ route: Route) -> Bool {
        switch target {
        case .own: true
        case .notGiven: route.pattern.contains(":domain")
        case .foreign: route.pattern.contains(":")
        }
    }

    private func browser(
        _ visitor: Visitor, _ own: Tenant, _ lonely: Int32, _ proof: String, _ fixture: DoorFixture
    ) throws -> Browser {
        if let role = visitor.role { return try own.browser(role, fixture) }
        var browser = fixture.stranger
        switch visitor {
        case .withoutOrganisation: return try fixture.browser(lonely, "lonely@example.com")
        case .lockedLink: browser.cookies.append((Door.proofCookie(own.link), proof))
        case .readKey: browser.headers.append(("HTTP_AUTHORIZATION", "Bearer \(own.readKey)"))
        default: break
        }
        return browser
    }

    private func address(
        _ route: Route, _ tenant: Tenant, _ target: Target, _ fixture: DoorFixture
    ) throws -> String {
        let site = tenant.sites[target == .notGiven ? 1 : 0]
        var values = [
            "domain": site.domain, "organisation": "\(tenant.organisation)", "token": tenant.link.token,
            "name": Asset.stylesheet.name,
        ]
        if route == .brandFile {
            values["name"] = "logo-\(try fixture.accounts.brand(of: tenant.organisation).version)"
        }
        let path = route.pattern.split(separator: "/", omittingEmptySubsequences: false).map { part in
            part.hasPrefix(":") ? values[String(part.dropFirst())] ?? "" : String(part)
        }.joined(separator: "/")
        return route == .joinPage ? "\(path)?token=\(tenant.invitationToken)" : path
    }

    private func fields(_ route: Route, _ tenant: Tenant, _ attempt: Int) -> [(name: String, value: String)] {
        switch route {
        // Of its own, or the next one would have to wait.
        case .signIn: [("email", "nobody-\(attempt)@example.com"), ("password", "x")]
        case .unlockShared: [("password", Tenant.linkPassword)]
        case .joinAsSomebodyNew, .joinAsMyself: [("token", tenant.invitationToken), ("email", "other@example.com")]
        default: []
        }
    }

    private func answer(_ response: Response, _ expected: Answer) -> Answer {
        if case .status = expected { return .status(response.status) }
        if response.status == 404 { return .unknown }
        if response.status == 303, response.header("Location")?.hasPrefix("/footfall/sign-in?next=") == true {
            return .signIn
        }
        if response.status == 403, response.text.contains("You are signed out") { return .signIn }
        if response.text.contains("These reports have a password") { return .password }
        return [200, 303, 422].contains(response.status) ? .open : .status(response.status)
    }

    /// The same for everybody, whatever became of the request.
    private func checkHeaders(_ response: Response, _ route: Route) {
        let isFound = response.status == 200
        let kept: String
        switch route {
        case .asset, .brandFile: kept = isFound ? "public, max-age=31536000, immutable" : "private, no-store"
        case .publicRecord: kept = isFound ? "public, max-age=300" : "private, no-store"
        default: kept = "private, no-store"
        }
        let isPublic = route == .publicRecord && isFound
        let wanted: [(name: String, value: String?)] = [
            ("Cache-Control", kept), ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"),
            ("Referrer-Policy", "same-origin"), ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Resource-Policy", "same-origin"), ("Strict-Transport-Security", "max-age=31536000"),
            ("Permissions-Policy", "browsing-topics=(), camera=(), geolocation=(), microphone=()"),
            ("X-Robots-Tag", isPublic ? nil : "noindex, nofollow"),
            (
                "Content-Security-Policy",
                "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; "
                    + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
            ),
        ]
        for (name, value) in wanted {
            #expect(response.header(name) == value, "\(name) of \(route), \(response.status)")
            #expect(response.headers.count { "\($0.name)" == name } <= 1, "\(name) of \(route)")
        }
    }

    // MARK: Programs

    @Test func aReadKeyOpensItsOwnSitesAndNothingElseDoes() throws {
        try DoorFixture.with { fixture in
            let (own, foreign) = (try fixture.tenant("own"), try fixture.tenant("foreign"))
            let connection = try fixture.database.connect()
            let sendKey = try SecretKeyStore(connection).add(
                .init(name: "Sender", mayRead: false), organisation: own.organisation, by: nil)
            func ask(_ domain: String, _ bearer: String, _ browser: Browser) -> Int {
                var browser = browser
                browser.headers.append(("HTTP_AUTHORIZATION", "Bearer \(bearer)"))
                let body = "{\"site\":\"\(domain)\",\"period\":\"today\",\"metrics\":[\"visitors\"]}"
                return browser.send("POST", QueryEndpoint.path, type: "application/json", body: Array(body.utf8)).status
            }
            #expect(ask(own.sites[0].domain, own.readKey, fixture.stranger) == 200)
            #expect(ask(foreign.sites[0].domain, own.readKey, fixture.stranger) == 404)
            let owner = try own.browser(.owner, fixture)
            // What stands in everybody's page source opens nothing, nor does what only sends, or a link's secret.
            for wrong in [own.sites[0].key, sendKey, own.openLink.token, "", "ff_rk_", own.readKey + "x"] {
                #expect(ask(own.sites[0].domain, wrong, fixture.stranger) == 401, "\(wrong.prefix(6))")
                #expect(ask(own.sites[0].domain, wrong, owner) == 401, "a sign-in is no key")
            }
        }
    }

    @Test func thereIsNoPasswordThatWasNotChosen() throws {
        try DoorFixture.with { fixture in
            let known: Int = try fixture.database.connect().query("SELECT count(*) FROM person")[0].value(0)
            #expect(known == 0, "a new installation has nobody")
            let someone = try PersonStore(fixture.database.connect()).add(
                email: "ada@example.com", name: "", passwordHash: nil)
            var attempt: UInt32 = 0
            for password in ["", "admin", "password", "footfall", "changeme", "ada@example.com", "\(someone)", "null"] {
                attempt += 1
                let outcome = try fixture.accounts.signIn(
                    email: "ada@example.com", password: password, address: .v4(0x0A00_0000 + attempt << 8),
                    origin: SignInOrigin())
                guard case .signedIn = outcome else { continue }
                Issue.record("signed in with \"\(password)\"")
            }
        }
    }
}

@_spi(Scripts) import Database
import EventModel
import Synchronization
import TestSupport

@testable import Accounts

/// Accounts over a real PostgreSQL, through the dashboard's login, with a clock that stands still until it is moved.
struct AccountFixture {
    let database: TestDatabase
    let service: AccountService
    let clock: TestClock

    final class TestClock: Sendable {
        private let now = Mutex<Int64>(1_795_533_660_000)
        var milliseconds: Int64 { now.withLock { $0 } }
        func go(minutes: Int64) { now.withLock { $0 += minutes * 60_000 } }
    }

    static let password = "violet tram over lake"
    static let address = IPAddress.v4(0xC000_0201)
    static let origin = SignInOrigin(device: "Firefox on Linux", network: "192.0.2.0/24")

    static func with(
        settings: AccountSettings = AccountSettings(), _ body: (AccountFixture) throws -> Void
    ) throws {
        try TestDatabase.with { database in
            let clock = TestClock()
            let pool = Pool(try database.confined(), limit: 4, isConfined: true)
            defer { pool.close() }
            try body(
                AccountFixture(
                    database: database,
                    service: AccountService(pool: pool, settings: settings, clock: { clock.milliseconds }),
                    clock: clock))
        }
    }

    var now: Timestamp { Timestamp(milliseconds: clock.milliseconds) }

    /// The first person, through the set-up link.
    @discardableResult
    func setUp(_ email: String = "ada@example.com", organisation: String = "Example") throws -> Actor {
        let token = try OneTimeLinkStore(database.connect()).makeSetUp(now: now) ?? ""
        let session = try service.setUp(
            token: token, email: email, password: AccountFixture.password, organisation: organisation,
            origin: AccountFixture.origin)
        return try actor(session)
    }

    /// Another organisation with its owner, as the operator makes them.
    func another(_ email: String, organisation: String) throws -> Actor {
        let connection = try database.connect()
        let hash = try service.passwordHash(AccountFixture.password, email: email)
        let person = try PersonStore(connection).add(email: email, name: "", passwordHash: hash)
        try OrganisationStore(connection).add(name: organisation, owner: person)
        return try signIn(email)
    }

    /// Somebody with a role in an organisation.
    func member(_ email: String, _ role: Role, of organisation: Int32) throws -> Actor {
        let connection = try database.connect()
        let hash = try service.passwordHash(AccountFixture.password, email: email)
        let person = try PersonStore(connection).add(email: email, name: "", passwordHash: hash)
        try OrganisationStore(connection).join(person, organisation: organisation, role: role)
        return try signIn(email)
    }

    func signIn(_ email: String) throws -> Actor {
        try actor(try session(email))
    }

    func session(_ email: String) throws -> NewSession {
        let outcome = try service.signIn(
            email: email, password: AccountFixture.password, address: AccountFixture.address,
            origin: AccountFixture.origin)
        guard case .signedIn(let session) = outcome else { throw Unexpected(outcome: "\(outcome)") }
        return session
    }

    func actor(_ session: NewSession) throws -> Actor {
        guard let person = try service.present(webToken: session.webToken, token: session.token).person else {
            throw Unexpected(outcome: "nobody")
        }
        return Actor(person, network: "192.0.2.0/24")
    }

    /// The same person as they are now.
    func fresh(_ actor: Actor) throws -> Actor {
        guard
            let person = try CallerReader(connection: database.connect()).person(
                actor.person.person, session: actor.person.session)
        else { throw Unexpected(outcome: "signed out") }
        return Actor(person, network: actor.network)
    }

    func site(_ domain: String, _ actor: Actor) throws -> OwnedSite {
        guard let site = try service.site(domain: domain, for: .person(actor.person)) else {
            throw Unexpected(outcome: "no site \(domain)")
        }
        return site
    }

    struct Unexpected: Error {
        var outcome: String
    }
}

extension Actor {
    var organisation: Int32 { person.memberships.first?.organisation ?? 0 }
}

import Database
import EventModel
import Platform
import Synchronization
import TestSupport
import Testing

@testable import Accounts

/// Two who change the same thing at the same moment: what the second one was allowed may be true no longer.
struct MeanwhileTests {
    /// Runs `second` while `first` is done and not committed. Returns what became of it once it is.
    private func run(
        _ fixture: AccountFixture, first: SQL, then second: @escaping @Sendable () throws -> Void
    ) throws -> AccountError? {
        let (connection, watch) = (try fixture.database.connect(), try fixture.database.connect())
        let failure = Mutex<AccountError?>(nil)
        var thread: Platform.Thread?
        try connection.execute("BEGIN")
        #expect(try connection.execute(first) == 1)
        thread = try Platform.Thread(name: "second") {
            do {
                try second()
            } catch {
                failure.withLock { $0 = error as? AccountError }
            }
        }
        // It waits for the first one's lock, or is done already, which is what must not be.
        for _ in 0..<6000 {
            let waiting: Int = try watch.query(
                """
                SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
                """)[0].value(0)
            if waiting > 0 { break }
            Platform.Clock.sleep(milliseconds: 5)
        }
        try connection.execute("COMMIT")
        thread?.join()
        return failure.withLock { $0 }
    }

    @Test func nothingIsSharedOfASiteThatMoves() throws {
        try AccountFixture.with { fixture in
            let ada = try fixture.setUp()
            let eve = try fixture.another("eve@example.com", organisation: "Other")
            _ = try fixture.service.addSite(.init(domain: "a.example"), to: ada.organisation, ada)
            let site = try fixture.site("a.example", ada)
            let (service, organisation, number) = (fixture.service, ada.organisation, site.site.id)
            let move: SQL = """
                UPDATE site SET organisation_id = \(eve.organisation) WHERE site_id = \(number.rawValue)
                """
            let shared = try run(fixture, first: move) { try service.share(site, .init(name: "Board"), ada) }
            #expect(shared == .invalid("this site has moved meanwhile, or is gone"))
            #expect(try service.links(of: site).isEmpty)
            let back: SQL = """
                UPDATE site SET organisation_id = \(organisation) WHERE site_id = \(number.rawValue)
                """
            try fixture.database.connect().execute(back)
            let key = try run(fixture, first: move) {
                _ = try service.addKey(.init(name: "k", mayRead: false, sites: [number]), to: organisation, ada)
            }
            #expect(key == .invalid("this site is not one of the organisation's"))
            #expect(try service.keys(of: organisation).isEmpty)
        }
    }

    @Test func whoIsMadeAnOwnerMeanwhileStaysOne() throws {
        try AccountFixture.with { fixture in
            let ada = try fixture.setUp()
            let admin = try fixture.member("admin@example.com", .admin, of: ada.organisation)
            let carl = try fixture.member("carl@example.com", .editor, of: ada.organisation)
            let (service, organisation, person) = (fixture.service, ada.organisation, carl.person.person)
            // As `setRole` does it: the organisation is locked first.
            let promote: SQL = """
                WITH locked AS (SELECT organisation_id FROM organisation WHERE organisation_id = \(organisation) FOR UPDATE)
                UPDATE membership SET role = 'owner' FROM locked
                WHERE membership.organisation_id = locked.organisation_id AND person_id = \(person)
                """
            let demoted = try run(fixture, first: promote) {
                try service.setRole(.viewer, of: person, in: organisation, admin)
            }
            #expect(demoted == .invalid("only an owner can change what an owner is"))
            #expect(try fixture.fresh(carl).person.role(in: organisation) == .owner)
        }
    }

    /// A key is good for sites of its own organisation only, however it came by the others.
    @Test func aKeyOfBeforeSendsNothingForASiteThatHasMoved() throws {
        try AccountFixture.with { fixture in
            let ada = try fixture.setUp()
            let eve = try fixture.another("eve@example.com", organisation: "Other")
            _ = try fixture.service.addSite(.init(domain: "a.example"), to: ada.organisation, ada)
            let site = try fixture.site("a.example", ada).site.id
            _ = try fixture.service.addKey(.init(name: "k", mayRead: false, sites: [site]), to: ada.organisation, ada)
            let connection = try fixture.database.connect()
            #expect(try SecretKeyStore(connection).sendingKeys().values.map(\.sites) == [[site]])
            try connection.execute("UPDATE site SET organisation_id = \(eve.organisation)")
            #expect(try SecretKeyStore(connection).sendingKeys().values.map(\.sites) == [[]])
        }
    }
}

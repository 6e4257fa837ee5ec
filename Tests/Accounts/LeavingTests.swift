import Database
import EventModel
import TestSupport
import Testing

@testable import Accounts

/// What ends with a role, a membership, an account, an organisation.
struct LeavingTests {
    private func open(_ fixture: AccountFixture, _ organisation: Int32, _ actor: Actor) throws -> [Role] {
        try fixture.service.details(of: organisation, for: actor.person)?.invitations.map(\.role) ?? []
    }

    @Test func invitationsEndWithTheRightToGiveThem() throws {
        try AccountFixture.with { fixture in
            let ada = try fixture.setUp()
            let organisation = ada.organisation
            let bob = try fixture.member("bob@example.com", .owner, of: organisation)
            for (role, email) in [(Role.owner, "a@example.com"), (.viewer, "b@example.com")] {
                _ = try fixture.service.invite(.init(email: email, role: role), to: organisation, bob)
            }
            _ = try fixture.service.invite(.init(email: "c@example.com", role: .owner), to: organisation, ada)
            try fixture.service.setRole(.admin, of: bob.person.person, in: organisation, ada)
            #expect(try open(fixture, organisation, ada).sorted() == [.viewer, .owner], "an admin gives no owners")
            try fixture.service.setRole(.editor, of: bob.person.person, in: organisation, ada)
            #expect(try open(fixture, organisation, ada) == [.owner], "Ada's own stays")
        }
    }

    @Test func anAccountGoesWithAllThatHangsOnItAndLeavesItsLineInTheLog() throws {
        try AccountFixture.with { fixture in
            let ada = try fixture.setUp()
            let organisation = ada.organisation
            let bob = try fixture.member("bob@example.com", .admin, of: organisation)
            let link = try fixture.service.invite(.init(email: nil, role: .viewer), to: organisation, bob)
            try fixture.service.addTeam("Team", to: organisation, ada)
            let team = try #require(try fixture.service.details(of: organisation, for: ada.person)?.teams.first)
            try fixture.service.setTeamMember(bob.person.person, of: team.number, isMember: true, in: organisation, ada)
            func delete(_ actor: Actor, _ password: String = AccountFixture.password) throws {
                try fixture.service.deleteAccount(password: password, address: AccountFixture.address, actor)
            }
            #expect(throws: AccountError.invalid("that is not your password")) { try delete(bob, "wrong wrong wrong") }
            let alone = "Example has no other owner: make somebody else one, or delete it first"
            #expect(throws: AccountError.invalid(alone)) { try delete(ada) }
            #expect(try fixture.fresh(ada).person.memberships.count == 1, "nothing was done by halves")

            try delete(bob)
            let details = try #require(try fixture.service.details(of: organisation, for: ada.person))
            #expect(details.members.map(\.email) == ["ada@example.com"] && details.teams.first?.people == [])
            #expect(try fixture.service.invitation(token: link) == nil, "what bob offered went with him")
            #expect(throws: AccountFixture.Unexpected.self) { try fixture.fresh(bob) }
            let log = try fixture.service.auditLog(of: organisation)
            #expect(log.first?.action == "person_left" && log.first?.person == "bob@example.com")
            let words: [String] = try fixture.database.connect().query(
                "SELECT array_agg(action) FROM audit_entry WHERE person_name = 'bob@example.com' AND organisation_id IS NULL"
            )[0].value(0)
            #expect(words.contains("account_deleted"))
        }
    }

    /// Who alone owns what is about to be deleted may go.
    @Test func anOrganisationThatIsAboutToBeDeletedHoldsNobodyAndTakesNothing() throws {
        try AccountFixture.with { fixture in
            var ada = try fixture.setUp()
            let eve = try fixture.another("eve@example.com", organisation: "Other")
            try OrganisationStore(fixture.database.connect()).join(
                ada.person.person, organisation: eve.organisation, role: .owner)
            let own = ada.organisation
            ada = try fixture.fresh(ada)
            _ = try fixture.service.addSite(.init(domain: "a.example"), to: own, ada)
            let site = try fixture.site("a.example", ada)
            try fixture.service.delete(eve.organisation, eve)
            let message = AccountError.invalid("this organisation is about to be deleted: keep it first")
            #expect(throws: message) { try fixture.service.move(site, to: eve.organisation, ada) }
            #expect(try fixture.site("a.example", ada).organisation == own)
            #expect(try fixture.service.auditLog(of: own).allSatisfy { $0.action != "site_moved" })
            #expect(throws: message) {
                try fixture.service.addSite(.init(domain: "b.example"), to: eve.organisation, eve)
            }
            #expect(throws: message) {
                try fixture.service.invite(.init(email: nil, role: .viewer), to: eve.organisation, eve)
            }
            try fixture.service.deleteAccount(
                password: AccountFixture.password, address: AccountFixture.address, eve)
        }
    }

    /// Of two owners who leave at the same moment one has to stay.
    @Test func twoOwnersCannotLeaveAtOnce() throws {
        try AccountFixture.with { fixture in
            let ada = try fixture.setUp()
            let bob = try fixture.member("bob@example.com", .owner, of: ada.organisation)
            let (first, second) = (try fixture.database.connect(), try fixture.database.connect())
            try second.execute("SET lock_timeout = '200ms'")
            try first.transaction { () throws(DatabaseError) in
                let alone = try PersonStore(first).organisationsOwnedAlone(by: ada.person.person)
                #expect(alone.isEmpty)
                #expect(throws: DatabaseError.self, "the second waits for the first") {
                    try PersonStore(second).organisationsOwnedAlone(by: bob.person.person)
                }
                try PersonStore(first).remove(ada.person.person)
            }
            #expect(try PersonStore(second).organisationsOwnedAlone(by: bob.person.person) == ["Example"])
        }
    }

    @Test func aStrangerLearnsNothingOfWhoOwnsWhat() throws {
        try AccountFixture.with { fixture in
            let ada = try fixture.setUp()
            let eve = try fixture.another("eve@example.com", organisation: "Other")
            let pool = Pool(try fixture.database.confined(), limit: 1, isConfined: true)
            func ask(as person: Int32) throws -> [String] {
                try pool.withConnection(for: Behalf(person: person)) { (connection) throws(DatabaseError) in
                    try PersonStore(connection).organisationsOwnedAlone(by: ada.person.person)
                }
            }
            #expect(try ask(as: ada.person.person) == ["Example"])
            #expect(try ask(as: eve.person.person) == [])
        }
    }
}

@_spi(Scripts) import Database
import EventModel
import FastCGI
import Reports
import TestSupport
import Testing

@testable import Accounts
@testable import Dashboard

/// What every form promises that changes something: what cannot be taken back is asked for first, and who did it is
/// written down.
struct ChangeTests {
    @Test func everyFormIsInTheTable() {
        // The first person's needs an empty installation: the test of the accounts sees to it. A visitor's own data are
        // nobody's change of anything: the erasure is the record (test_rights.py).
        let known = Set(ChangeCase.all.map(\.route)).union([.setUp, .eraseOwnData])
        #expect(known == Set(Route.all.filter { $0.method == .post }), "a new form needs a line in ChangeCases.swift")
    }

    @Test func whatCannotBeTakenBackIsAskedForFirst() throws {
        try DoorFixture.with { fixture in
            for (number, change) in ChangeCase.all.enumerated() where change.isAskedFor {
                let tenant = try fixture.tenant("t\(number)")
                let form = try change.form(fixture, tenant)
                let confirmation = form.confirmation ?? ""
                let before = try fixture.snapshot()
                for wrong in [nil, "", "no", "on", "\(confirmation)x"] {
                    let answer = form.browser.post(
                        form.address, form.fields + (wrong.map { [("confirmation", $0)] } ?? []))
                    #expect(answer.status == 422, "\(change.route) with \(wrong ?? "nothing")")
                    #expect(answer.text.contains("No, leave it as it is"), "\(change.route): not the page that asks")
                    #expect(answer.text.contains("action=\"\(form.address)\""), "\(change.route)")
                    #expect(!answer.text.contains(DoorFixture.password), "no secret stands on the page that asks")
                }
                #expect(try fixture.snapshot() == before, "\(change.route) changed something")
                let answer = form.browser.post(form.address, form.fields + [("confirmation", confirmation)])
                #expect(answer.status == 303, "\(change.route): \(answer.text)")
                #expect(try fixture.snapshot() != before, "\(change.route) changed nothing")
            }
        }
    }

    /// Who has no script in the browser gets there by the page alone: what stands on it is all that has to be sent.
    @Test func thePageThatAsksCarriesWhatWasTyped() throws {
        try DoorFixture.with { fixture in
            let tenant = try fixture.tenant("t")
            let browser = try tenant.browser(.admin, fixture)
            let page = browser.post("\(tenant.settings)/retention", [("months", "6"), ("old", "SECRET")]).text
            #expect(page.contains("<input type=\"hidden\" name=\"months\" value=\"6\">"))
            #expect(page.contains("<input type=\"hidden\" name=\"confirmation\" value=\"yes\">"))
            #expect(!page.contains("SECRET"))
        }
    }

    @Test func shorterRetentionSaysHowManyEventsGo() throws {
        try DoorFixture.with { fixture in
            let tenant = try fixture.tenant("t")
            let site = tenant.sites[0].id.rawValue
            try fixture.database.run(
                script: """
                    SELECT create_event_partition((date_trunc('month', now(), 'UTC') - make_interval(months => m))::date)
                    FROM (VALUES (6), (7), (8)) AS months (m);
                    INSERT INTO event ("time", event_id, name_id, site_id, received_after)
                    SELECT date_trunc('month', now(), 'UTC') - make_interval(months => m) + make_interval(days => 3),
                        gen_random_uuid(), 1, \(site), 0
                    FROM (VALUES (6), (7), (7), (8)) AS months (m);
                    INSERT INTO bot_event ("time", event_id, name_id, site_id, received_after)
                    SELECT date_trunc('month', now(), 'UTC') - make_interval(months => 8) + make_interval(days => 3),
                        gen_random_uuid(), 1, \(site), 0;
                    """)
            let browser = try tenant.browser(.admin, fixture)
            func asked(_ months: String) -> String {
                browser.post("\(tenant.settings)/retention", [("months", months)]).text
            }
            #expect(asked("6").contains("older at this moment, 4 events with all visits"))
            #expect(asked("7").contains("older at this moment, 2 events with"))
            #expect(asked("8").contains("older at this moment, 0 events with"))
            let owned = try #require(try fixture.accounts.site(tenant.sites[0].id))
            #expect(try fixture.accounts.events(of: owned, beyond: 6, limit: 3) == 3, "counting has an end")
            #expect(try fixture.accounts.events(of: owned, beyond: 6, limit: 100) == 4)
            // From a number of its own back to the gateway's, which is less.
            #expect(browser.post("\(tenant.settings)/retention", [("months", "24")]).status == 303)
            #expect(browser.post("\(tenant.settings)/retention", [("months", "")]).status == 422)
            #expect(browser.post("\(tenant.settings)/retention", [("months", "0")]).status == 422)
        }
    }

    @Test func everyChangeIsWrittenDownOnceWithWhatItWasAbout() throws {
        try DoorFixture.with { fixture in
            let connection = try fixture.database.connect()
            for (number, change) in ChangeCase.all.enumerated() {
                let tenant = try fixture.tenant("t\(number)")
                let form = try change.form(fixture, tenant)
                fixture.accounts.later.finish()
                let last: Int64 = try connection.query("SELECT coalesce(max(audit_entry_id), 0) FROM audit_entry")[0]
                    .value(0)
                let confirmation = form.confirmation.map { [("confirmation", $0)] } ?? []
                let answer = form.browser.post(form.address, form.fields + confirmation)
                #expect([200, 303].contains(answer.status), "\(change.route): \(answer.status) \(answer.text)")
                var found: [(action: String, object: String)] = []
                for row in try connection.query(
                    "SELECT action, object FROM audit_entry WHERE audit_entry_id > \(last) ORDER BY audit_entry_id")
                {
                    found.append((try row.value(0), try row.value(1)))
                }
                guard let action = change.action else {
                    #expect(found.isEmpty, "\(change.route): \(found)")
                    continue
                }
                let same = found.filter { $0.action == action.rawValue }
                #expect(same.count == change.entries, "\(change.route): \(found)")
                #expect(
                    same.allSatisfy { change.object.isEmpty || $0.object.contains(change.object) },
                    "\(change.route): \(found)")
                // Nothing but the sign-in that comes with joining, the code that was used up with it, and what the person
                // finds who has left.
                let others = found.filter { $0.action != action.rawValue }.map(\.action)
                let mayBe: Set = ["signed_in", "recovery_code_used", "account_deleted"]
                #expect(mayBe.isSuperset(of: others), "\(change.route): \(found)")
            }
        }
    }

    @Test(arguments: AuditAction.allCases)
    func everyActionHasWordsOfItsOwn(action: AuditAction) {
        let words = AuditWords.of(action.rawValue)
        #expect(!words.isEmpty && !words.contains("_"))
        #expect(AuditAction.allCases.filter { AuditWords.of($0.rawValue) == words } == [action])
    }

    @Test func whatALaterVersionWroteIsNoIdentifierEither() {
        #expect(AuditWords.of("moon_landed") == "moon landed")
    }
}

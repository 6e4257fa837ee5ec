import Database
import EventModel
import FastCGI
import TestSupport
import Testing

@testable import Accounts
@testable import Dashboard

/// What forms of the settings do, over the whole dashboard.
struct SettingsTests {
    // MARK: Words

    @Test func beforeSomebodyIsInNothingCouldHaveBeenChanged() throws {
        try DoorFixture.with { fixture in
            let tenant = try fixture.tenant("t")
            let stranger = fixture.stranger
            let refused: [Response] = [
                stranger.post("/footfall/sign-in", [("email", "x@example.com"), ("password", "x")]),
                stranger.post("/footfall/sign-in/code", [("code_token", "x"), ("code", "1")]),
                stranger.post("/footfall/join", [("token", tenant.invitationToken), ("email", "x")]),
                stranger.post("/footfall/share/\(tenant.link.token)", [("password", "x")]),
                stranger.get("/footfall/sign-in?kept=1"),
            ]
            for answer in refused {
                #expect(answer.text.contains("role=\"alert\""))
                #expect(!answer.text.contains("Nothing was changed"))
            }
        }
    }

    @Test func whoWasSignedOutIsToldWhatToDo() throws {
        try DoorFixture.with { fixture in
            let tenant = try fixture.tenant("t")
            let browser = try tenant.browser(.viewer, fixture)
            try fixture.database.run(script: "DELETE FROM person_session")
            let answer = browser.post("/footfall/account/name", [("name", "Grace")])
            #expect(answer.status == 403)
            #expect(answer.text.contains("You are signed out"))
            #expect(answer.text.contains("open the page anew"), "the secret of the page has ended with the session")
            #expect(answer.text.contains("href=\"/footfall/sign-in\""))
        }
    }

    @Test func linksToSettingsAreForThoseWhoHaveSome() throws {
        try DoorFixture.with { fixture in
            let tenant = try fixture.tenant("t")
            try fixture.database.run(
                script: "UPDATE site SET delete_at = now() + interval '1 day' WHERE domain = 'first.t.example'")
            for role in Role.allCases {
                let browser = try tenant.browser(role, fixture)
                for address in [tenant.home, "/dashboard"] {
                    let page = browser.get(address)
                    #expect(page.status == 200)
                    let links = page.text.components("href=\"", until: "\"").filter { $0.hasSuffix("/settings") }
                    for link in links { #expect(browser.get(link).status == 200, "\(role): \(link)") }
                    #expect(links.isEmpty == (role < .editor), "\(role) on \(address)")
                }
            }
        }
    }

    // MARK: Oneself

    @Test func anAddressIsChangedWithThePasswordAndIsNobodyElses() throws {
        try DoorFixture.with { fixture in
            let tenant = try fixture.tenant("t")
            let browser = try tenant.browser(.viewer, fixture)
            let other = try tenant.browser(.viewer, fixture)
            func change(_ email: String, _ password: String) -> Response {
                browser.post("/footfall/account/address", [("email", email), ("old", password)])
            }
            for (email, password) in [
                ("grace@example.com", "wrong"), ("grace", DoorFixture.password), ("", DoorFixture.password),
                (tenant.email(.owner), DoorFixture.password), (tenant.email(.viewer), DoorFixture.password),
            ] {
                #expect(change(email, password).status == 422, "\(email)")
            }
            #expect(change("Grace@Example.com", DoorFixture.password).status == 303)
            #expect(browser.get("/footfall/account").text.contains("grace@example.com"))
            #expect(other.get("/footfall/account").status == 303, "signed out everywhere else")
            let outcome = try fixture.accounts.signIn(
                email: "grace@example.com", password: DoorFixture.password, address: .v4(1), origin: SignInOrigin())
            guard case .signedIn = outcome else {
                Issue.record("\(outcome)")
                return
            }
        }
    }

    @Test func whoComesByASingleSignOnKeepsTheAddressAndNeedsNoPasswordToGo() throws {
        var settings = AccountSettings()
        settings.isSingleSignOn = true
        try DoorFixture.with(settings: settings) { fixture in
            let tenant = try fixture.tenant("t")
            let owner = try tenant.browser(.owner, fixture)
            let refused = owner.post(
                "/footfall/account/address", [("email", "boss@example.com"), ("old", DoorFixture.password)])
            #expect(refused.status == 422, "whoever took another's address would be them")
            let connection = try fixture.database.connect()
            let person = try PersonStore(connection).add(email: "sso@example.com", name: "", passwordHash: nil)
            try OrganisationStore(connection).join(person, organisation: tenant.organisation, role: .viewer)
            let browser = try fixture.browser(person, "sso@example.com")
            let page = browser.get("/footfall/account").text
            #expect(!page.contains("Your password now"), "there is none to be typed")
            let asked = browser.post("/footfall/account/delete")
            #expect(asked.status == 422 && !asked.text.contains("Your password now"))
            #expect(browser.post("/footfall/account/delete", [("confirmation", "sso@example.com")]).status == 303)
            #expect(try PersonStore(connection).number(email: "sso@example.com") == nil)
            // Who has one has to type it.
            let viewer = try tenant.browser(.viewer, fixture)
            let typed = [("confirmation", tenant.email(.viewer))]
            #expect(viewer.post("/footfall/account/delete", typed).status == 422)
            #expect(try PersonStore(connection).number(email: tenant.email(.viewer)) != nil)
        }
    }

    @Test func theLastOwnerCannotGo() throws {
        try DoorFixture.with { fixture in
            let tenant = try fixture.tenant("t")
            let owner = try tenant.browser(.owner, fixture)
            let typed = [("confirmation", tenant.email(.owner)), ("old", DoorFixture.password)]
            #expect(owner.post("/footfall/account/delete", typed).status == 422)
            #expect(owner.post("\(tenant.home)/leave", [("confirmation", "yes")]).status == 422)
            #expect(owner.get(tenant.home).status == 200)
        }
    }

    @Test func anotherOrganisationIsSeparate() throws {
        try DoorFixture.with { fixture in
            let tenant = try fixture.tenant("t")
            let admin = try tenant.browser(.admin, fixture)
            let made = admin.post("/footfall/account/organisation", [("organisation", "Club")])
            let home = try #require(made.header("Location")?.split(separator: "?").first.map(String.init))
            #expect(home != tenant.home && admin.get(home).text.contains("Club"))
            let added = admin.post("\(home)/sites/add", [("domain", "club.example")])
            #expect(added.status == 303)
            #expect(try tenant.browser(.owner, fixture).get("/dashboard/club.example").status == 404)
            #expect(admin.post("/footfall/account/organisation", [("organisation", " ")]).status == 422)
        }
    }

    @Test func sessionsThatHaveIdledOutAreNotListed() throws {
        try DoorFixture.with { fixture in
            let tenant = try fixture.tenant("t")
            let browser = try tenant.browser(.viewer, fixture)
            for (device, seen, made) in [
                ("Idle", "13 hours", "13 hours"), ("Old", "1 minute", "8 days"), ("Good", "11 hours", "6 days"),
            ] {
                try fixture.database.run(
                    script: """
                        INSERT INTO person_session (person_id, token_hash, created_at, seen_at, expires_at, device)
                        VALUES (\(tenant.people[.viewer] ?? 0), '\(device)', now() - interval '\(made)',
                            now() - interval '\(seen)', now() - interval '\(made)' + interval '7 days', '\(device)')
                        """)
            }
            let page = browser.get("/footfall/account").text
            #expect(page.contains("<bdi>Good</bdi>"))
            #expect(!page.contains("<bdi>Idle</bdi>") && !page.contains("<bdi>Old</bdi>"))
        }
    }

    @Test func aNameIsANameOrNone() throws {
        try DoorFixture.with { fixture in
            let tenant = try fixture.tenant("t")
            let browser = try tenant.browser(.viewer, fixture)
            #expect(browser.post("/footfall/account/name", [("name", "  Grace \t Hopper ")]).status == 303)
            #expect(browser.get("/footfall/account").text.contains("value=\"Grace Hopper\""))
            for wrong in [String(repeating: "x", count: 101), "a\u{7}b"] {
                #expect(browser.post("/footfall/account/name", [("name", wrong)]).status == 422)
            }
            #expect(browser.post("/footfall/account/name", [("name", "")]).status == 303)
        }
    }

    // MARK: A site

    @Test func whatIsNoNumberIsToldSo() throws {
        try DoorFixture.with { fixture in
            let tenant = try fixture.tenant("t")
            let browser = try tenant.browser(.admin, fixture)
            for (form, field, values) in [
                ("limits", "events_per_second", ["x", "-1", "0", "1e9", "99999999999999999999"]),
                ("retention", "months", ["x", "-1", "0", "1201", "99999999999999999999"]),
            ] {
                for value in values {
                    let answer = browser.post("\(tenant.settings)/\(form)", [(field, value)])
                    #expect(answer.status == 422, "\(form) \(value)")
                    #expect(answer.text.contains("Nothing was changed"))
                }
            }
        }
    }

    @Test func theStrictModeHasAnEnd() throws {
        var settings = AccountSettings()
        settings.mostMonths = 24
        try DoorFixture.with(settings: settings) { fixture in
            let tenant = try fixture.tenant("t")
            let browser = try tenant.browser(.admin, fixture)
            #expect(browser.post("\(tenant.settings)/retention", [("months", "25")]).status == 422)
            #expect(browser.post("\(tenant.settings)/retention", [("months", "24")]).status == 303)
            #expect(browser.get(tenant.settings).text.contains("name=\"months\" value=\"24\""))
        }
    }

    @Test func limitsStayAsTheyWereTyped() throws {
        try DoorFixture.with { fixture in
            let tenant = try fixture.tenant("t")
            let browser = try tenant.browser(.admin, fixture)
            func secret() throws -> [UInt8] {
                try fixture.database.connect().query(
                    "SELECT script_secret FROM site WHERE domain = 'first.t.example'")[0].value(0)
            }
            let before = try secret()
            let typed = [("events_per_second", "50"), ("needs_script_token", "yes")]
            #expect(browser.post("\(tenant.settings)/limits", typed).status == 303)
            let page = browser.get(tenant.settings).text
            #expect(page.contains("name=\"events_per_second\" value=\"50\""))
            #expect(page.contains("name=\"needs_script_token\" value=\"yes\" checked"))
            #expect(page.contains("/footfall.js?s=\(tenant.sites[0].key)"), "the script with its token")
            #expect(try secret() == before, "another secret only when it is asked for")
            let renewed = typed + [("renew_secret", "yes"), ("confirmation", "yes")]
            #expect(browser.post("\(tenant.settings)/limits", renewed).status == 303)
            #expect(try secret() != before)
            #expect(browser.post("\(tenant.settings)/limits").status == 303)
            #expect(!browser.get(tenant.settings).text.contains("checked"))
        }
    }

    @Test func otherRecoveryCodesEndTheOnesBefore() throws {
        try DoorFixture.with { fixture in
            let tenant = try fixture.tenant("t")
            let change = try #require(ChangeCase.all.first { $0.route == .renewRecoveryCodes })
            let form = try change.form(fixture, tenant)
            func hashes() throws -> Set<String> {
                Set(try PersonStore(fixture.database.connect()).recoveryCodes(of: tenant.people[.guest] ?? 0))
            }
            let before = try hashes()
            #expect(form.browser.post(form.address, [("old", "wrong")]).status == 422)
            #expect(try hashes() == before)
            let shown = form.browser.post(form.address, form.fields)
            #expect(shown.status == 200 && shown.text.contains("They are not shown again"))
            #expect(try hashes().count == 10 && hashes().isDisjoint(with: before))
            // Loading the page anew shows none of them.
            #expect(!form.browser.get("/footfall/account").text.contains("To be copied"))
        }
    }

    @Test func aPublicSiteIsReadByEverybodyAndNoMoreThanThat() throws {
        try DoorFixture.with { fixture in
            let tenant = try fixture.tenant("t")
            let browser = try tenant.browser(.admin, fixture)
            let site = "/dashboard/\(tenant.sites[0].domain)"
            #expect(fixture.stranger.get(site).status == 303)
            let hosts = "WWW.Example.com\nevil.example/path"
            let wrong = browser.post("\(tenant.settings)/public", [("is_public", "yes"), ("embed_hosts", hosts)])
            #expect(wrong.status == 422 && fixture.stranger.get(site).status == 303)
            #expect(browser.post("\(tenant.settings)/public", [("is_public", "yes")]).status == 303)
            #expect(fixture.stranger.get(site).status == 200)
            #expect(fixture.stranger.get("\(site)/pages.csv").status == 200)
            for more in ["settings", "inspector", "quality", "privacy"] {
                #expect(fixture.stranger.get("\(site)/\(more)").status == 303, "\(more)")
            }
            #expect(browser.post("\(tenant.settings)/public").status == 303)
            #expect(fixture.stranger.get(site).status == 303)
        }
    }

    @Test func theAuditLogAsAFileSaysWhenItIsCut() throws {
        try DoorFixture.with { fixture in
            let tenant = try fixture.tenant("t")
            try fixture.database.run(
                script: """
                    INSERT INTO audit_entry (organisation_id, person_name, action, object)
                    SELECT \(tenant.organisation), 'ada@example.com', 'site_added', 'site ' || n FROM generate_series(1, 25) n
                    """)
            let whole = try fixture.accounts.auditFile(of: tenant.organisation, limit: 100)
            #expect(whole.entries.count == 25 && whole.count == 25)
            let cut = try fixture.accounts.auditFile(of: tenant.organisation, limit: 10)
            #expect(cut.entries.count == 10 && cut.count == 25)
            #expect(cut.entries.first?.object == "site 25", "the newest are kept")
            let file = try tenant.browser(.admin, fixture).get("\(tenant.home)/audit.csv")
            #expect(file.header("Content-Disposition") == "attachment; filename=\"audit-log.csv\"")
            #expect(file.text.contains("ada@example.com,site_added,added the site,site 25,"))
        }
    }
}

extension String {
    /// The pieces that stand between two marks.
    func components(_ start: String, until end: Character) -> [String] {
        split(separator: start).dropFirst().map { String($0.prefix { $0 != end }) }
    }
}

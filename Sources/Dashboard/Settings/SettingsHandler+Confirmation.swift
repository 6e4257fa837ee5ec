import Accounts
import EventModel
import FastCGI

/// What is asked before something is done that nobody can take back.
extension SettingsHandler {
    /// The answer to a form that does not say that it means it; `nil` for one that does, and for all that can be taken
    /// back.
    func ask(_ inquiry: Inquiry, _ form: Form, _ actor: Actor) throws(AccountError) -> Response? {
        let asked: (confirmation: Confirmation?, back: String)
        if let site = inquiry.site {
            asked = (
                try confirmation(about: site, inquiry.match.route, form), DashboardPath.settings(site.site.domain)
            )
        } else if let organisation = inquiry.organisation {
            asked = (
                try confirmation(aboutOrganisation: organisation, inquiry.match.route, form, actor),
                SettingsHandler.page(of: inquiry.match.route, organisation)
            )
        } else {
            asked = (try confirmation(aboutOneself: inquiry.match.route, actor), DashboardPath.account)
        }
        guard let confirmation = asked.confirmation, !confirmation.isGiven(in: form) else { return nil }
        let page = ConfirmationPage(
            confirmation: confirmation, action: inquiry.request.path, form: form, back: asked.back,
            surroundings: inquiry.surroundings)
        return Response.page(status: 422, page.html)
    }

    private static func page(of route: Route, _ organisation: Int32) -> String {
        switch route {
        case .revokeInvitation, .setRole, .removePerson, .removeTeam: DashboardPath.organisation(organisation, "people")
        case .revokeKey: DashboardPath.organisation(organisation, "keys")
        default: DashboardPath.organisation(organisation)
        }
    }

    // MARK: A site

    private func confirmation(
        about site: OwnedSite, _ route: Route, _ form: Form
    ) throws(AccountError) -> Confirmation? {
        let domain = site.site.domain
        let word = Confirmation.Word(value: domain, label: "Type the site’s domain to confirm")
        switch route {
        case .setRetention: return try shorterRetention(site, try months(form))
        case .setLimits:
            guard form.isTicked("renew_secret") else { return nil }
            return Confirmation(
                question: "Make the tokens of \(domain)’s script worthless?",
                consequence: """
                    Pages that are open, and copies of the script in browsers and caches, send with the tokens of before. Where \
                    only events of the site’s own script are wanted, theirs wait in quarantine.
                    """, button: "Make them worthless")
        case .revokeLink:
            let number = form.number("link")
            guard let link = try accounts.links(of: site).first(where: { $0.number == number }) else { return nil }
            return Confirmation(
                question: "End the link “\(link.name)”?",
                consequence:
                    "Whoever has it sees nothing more. It does not come back: another link has another address.",
                button: "End the link")
        case .moveSite:
            return Confirmation(
                question: "Move \(domain) to another organisation?",
                consequence: "Its numbers go along. Guests, teams, shared links and keys for this site end.",
                button: "Move", word: word)
        case .deleteSite:
            return Confirmation(
                question: "Delete \(domain)?",
                consequence: """
                    The site goes with every event, \(Format.count(accounts.graceDays, "day", "days")) from now. Until then it \
                    can be taken back.
                    """, button: "Delete", word: word)
        case .eraseData:
            return Confirmation(
                question: "Erase data of \(domain) for ever?",
                consequence: erasureWords(try selection(form)), button: "Erase for ever", word: word)
        default: return nil
        }
    }

    private func erasureWords(_ selection: AccountService.Selection) -> HTML {
        switch selection {
        case .user: "Everything that is kept of this user goes. Nobody can bring it back."
        case .days(let first, let last):
            "Everything that is kept of <bdi>\(first)</bdi> through <bdi>\(last)</bdi> goes. Nobody can bring it back."
        }
    }

    /// Longer than before is asked for by nobody: nothing goes.
    private func shorterRetention(_ site: OwnedSite, _ months: Int?) throws(AccountError) -> Confirmation? {
        let usual = gateway.privacyRecord().retentionMonths
        let (before, after) = (site.site.retentionMonths ?? usual, months ?? usual)
        guard after < before else { return nil }
        let most = SettingsHandler.mostCounted
        let count = try accounts.events(of: site, beyond: after, limit: most + 1)
        let events =
            count > most
            ? "more than \(Format.count(most, "event", "events"))" : Format.count(count, "event", "events")
        return Confirmation(
            question: "Keep the events of \(site.site.domain) for \(Format.count(after, "month", "months"))?",
            consequence: """
                So far it is \(Format.count(before, "month", "months")). What is older at this moment, \(events) with all visits, is \
                deleted within hours, and nobody can bring it back. The sums of past days stay.
                """, button: "Delete what is older")
    }

    /// Counting all of them may take longer than anybody waits.
    private static let mostCounted = 1_000_000

    // MARK: An organisation

    private func confirmation(
        aboutOrganisation organisation: Int32, _ route: Route, _ form: Form, _ actor: Actor
    ) throws(AccountError) -> Confirmation? {
        guard SettingsHandler.isAskedAbout(route) else { return nil }
        guard let details = try accounts.details(of: organisation, for: actor.person) else { return nil }
        let name = details.organisation.name
        switch route {
        case .leaveOrganisation:
            return Confirmation(
                question: "Leave \(name)?",
                consequence: "You see its sites no more. Somebody else must invite you to come back.", button: "Leave")
        case .deleteOrganisation:
            return Confirmation(
                question: "Delete \(name)?",
                consequence: """
                    All its sites go with it, with every event, \(Format.count(accounts.graceDays, "day", "days")) from now. \
                    Until then it can be taken back.
                    """, button: "Delete",
                word: Confirmation.Word(value: name, label: "Type the organisation’s name to confirm"))
        case .revokeKey:
            let number = form.number("key")
            guard let key = try accounts.keys(of: organisation).first(where: { $0.number == number }) else {
                return nil
            }
            return Confirmation(
                question: "End the key “\(key.name.isEmpty ? key.beginning + "…" : key.name)”?",
                consequence: """
                    Programs that use it are refused from now on: what they send is lost to the numbers. It does not come back.
                    """, button: "End the key")
        default: return confirmation(aboutPeopleOf: details, route, form, actor)
        }
    }

    private static func isAskedAbout(_ route: Route) -> Bool {
        switch route {
        case .leaveOrganisation, .deleteOrganisation, .revokeKey, .revokeInvitation, .setRole, .removePerson,
            .removeTeam:
            true
        default: false
        }
    }

    private func confirmation(
        aboutPeopleOf details: AccountService.OrganisationDetails, _ route: Route, _ form: Form, _ actor: Actor
    ) -> Confirmation? {
        let member = details.members.first { $0.person == form.number("person") }
        switch route {
        case .revokeInvitation:
            guard let invitation = details.invitations.first(where: { $0.number == form.number("invitation") }) else {
                return nil
            }
            return Confirmation(
                question: "Take the invitation of \(invitation.email ?? "whoever has the link") back?",
                consequence: "The link that you have sent opens nothing any more.", button: "Take it back")
        case .setRole:
            // What one takes from oneself, somebody else must give back.
            guard let member, member.person == actor.person.person, let role = Role(rawValue: form["role"]),
                role < member.role
            else { return nil }
            return Confirmation(
                question: "Be \(role.word) instead of \(member.role.word)?",
                consequence:
                    "You cannot take that back yourself: somebody else must make you \(member.role.word) again.",
                button: "Change my role")
        case .removePerson:
            guard let member else { return nil }
            return Confirmation(
                question: "Remove \(member.email) from \(details.organisation.name)?",
                consequence: """
                    They see its sites no more. What they were given, teams and single sites, ends, and so do invitations that \
                    they have sent.
                    """, button: "Remove")
        case .removeTeam:
            guard let team = details.teams.first(where: { $0.number == form.number("team") }) else { return nil }
            return Confirmation(
                question: "Remove the team “\(team.name)”?",
                consequence: """
                    \(Format.count(team.people.count, "person loses", "people lose")) what the team was given: \
                    \(Format.count(team.grants.count, "site", "sites")).
                    """, button: "Remove the team")
        default: return nil
        }
    }

    // MARK: Oneself

    private func confirmation(aboutOneself route: Route, _ actor: Actor) throws(AccountError) -> Confirmation? {
        guard route == .deleteAccount else { return nil }
        return Confirmation(
            question: "Delete your account?",
            consequence: """
                You leave all organisations; your sessions and your address are gone at once. What you did in an organisation \
                stays in its audit log.
                """, button: "Delete for ever",
            word: Confirmation.Word(value: actor.person.email, label: "Type your e-mail address to confirm"),
            needsPassword: try accounts.hasPassword(actor.person))
    }
}

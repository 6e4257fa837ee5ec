import Accounts
import EventModel

/// `/footfall/organisation/N/people`: who belongs to it.
struct PeoplePage {
    let frame: OrganisationFrame
    /// Whether invitations go by mail to whom they are for.
    var sendsMail = false

    private var details: AccountService.OrganisationDetails { frame.details }

    /// The whole document.
    var html: HTML {
        frame.html(
            "People", current: "people",
            settingsCard("members", "Members", members) + settingsCard("invite", "Invite somebody", invite)
                + invitations + settingsCard("teams", "Teams", teams))
    }

    // MARK: Members

    private var members: HTML {
        func row(_ member: Member) -> HTML {
            let name: HTML = member.name.isEmpty ? .empty : "<bdi>\(member.name)</bdi> "
            let factor: HTML = member.hasSecondFactor ? "on" : "–"
            return """
                <tr><th scope="row">\(name)<small><bdi>\(member.email)</bdi></small></th><td>\(role(member))</td>\
                <td>\(factor)</td><td>\(remove(member))</td></tr>

                """
        }
        return """
            <div class="wideTable"><table class="plain left"><thead><tr><th scope="col">Who</th><th scope="col">Role</th>\
            <th scope="col">Second factor</th><th scope="col"><span class="hidden">Change</span></th></tr></thead><tbody>
            \(each: details.members, row)</tbody></table></div>

            """
    }

    private func role(_ member: Member) -> HTML {
        guard frame.role >= member.role else { return "\(member.role.word)" }
        func option(_ role: Role) -> HTML {
            let selected: HTML = role == member.role ? " selected" : .empty
            return "<option value=\"\(role.rawValue)\"\(selected)>\(role.word)</option>"
        }
        return """
            <form method="post" action="\(url: frame.address("people/role"))" class="inline">\
            <input type="hidden" name="form_token" value="\(frame.token)"><input type="hidden" name="person" value="\(member.person)">\
            <select name="role" aria-label="Role of \(member.email)">\(each: Role.allCases.filter { $0 <= frame.role }, option)</select>\
            <button class="quiet">Change</button></form>
            """
    }

    private func remove(_ member: Member) -> HTML {
        guard member.person != frame.person.person, frame.role >= member.role else { return .empty }
        return rowButton(
            frame.address("people/remove"), frame.token, [("person", "\(member.person)")],
            "Remove<span class=\"hidden\"> \(member.email)</span>")
    }

    // MARK: Invitations

    private var invite: HTML {
        let sites =
            [("", "choose a site")] + details.sites.map { ("\($0.site.id.rawValue)", $0.site.domain) }
        let fields: HTML = """
            \(FormField(name: "email", label: "E-mail address", type: "email", help: "Only this address can take the invitation. Empty: whoever has the link, as guest, viewer or editor.").html)\
            \(choiceField("role", "Role", frame.role.choices, chosen: "viewer"))\
            \(choiceField("site", "Site of a guest", sites, help: "Guests see this site only. Everybody else sees all sites."))\
            \(choiceField("site_role", "What the guest may", [("viewer", "Read reports"), ("editor", "Set goals and share links, too")]))
            """
        return """
            <p>\(sendsMail ? "Whom you name gets a link by mail; you see it, too." : "You get a link to send, in whichever way you like.")</p>
            \(FormCard(action: frame.address("people/invite"), token: frame.token, fields: fields, button: "Make the link").html)
            """
    }

    private var invitations: HTML {
        func row(_ invitation: Invitation) -> HTML {
            let whom: HTML = invitation.email.map { "<bdi>\($0)</bdi>" } ?? "whoever has the link"
            let site: HTML? = invitation.domain.map { " for <bdi>\($0)</bdi>" }
            return """
                <tr><th scope="row">\(whom)</th><td>\(invitation.role.word)\(site)</td><td>\(DateWords.time(invitation.expiresAt))</td>\
                <td>\(rowButton(frame.address("people/revoke-invitation"), frame.token, [("invitation", "\(invitation.number)")], "Take back"))</td></tr>

                """
        }
        guard !details.invitations.isEmpty else { return .empty }
        return settingsCard(
            "invitations", "Invited, and not here yet",
            """
            <div class="wideTable"><table class="plain left"><thead><tr><th scope="col">Whom</th><th scope="col">As</th>\
            <th scope="col">Good until</th><th scope="col"><span class="hidden">Change</span></th></tr></thead><tbody>
            \(each: details.invitations, row)</tbody></table></div>

            """)
    }

    // MARK: Teams

    private var teams: HTML {
        """
        <p>A team is given single sites, in each site’s settings, and so are all its people. Guests and teams together let \
        somebody see some sites and not the others.</p>
        \(each: details.teams, team)\
        \(FormCard(action: frame.address("teams/add"), token: frame.token, fields: FormField(name: "name", label: "Name of another team", isRequired: true).html, button: "Add the team").html)
        """
    }

    private func team(_ team: Team) -> HTML {
        func person(_ number: Int32) -> HTML {
            let email = details.members.first { $0.person == number }?.email ?? "somebody who is gone"
            return """
                <li><bdi>\(email)</bdi> \(rowButton(frame.address("teams/remove-member"), frame.token, [("team", "\(team.number)"), ("person", "\(number)")], "Take out"))</li>

                """
        }
        func option(_ member: Member) -> HTML { "<option value=\"\(member.person)\">\(member.email)</option>" }
        let others = details.members.filter { !team.people.contains($0.person) }
        let sites = team.grants.compactMap { grant in
            details.sites.first { $0.site.id == grant.site }.map { "\($0.site.domain) (\(grant.role.word))" }
        }.joined(separator: ", ")
        let add: HTML =
            others.isEmpty
            ? .empty
            : """
            <form method="post" action="\(url: frame.address("teams/add-member"))" class="inline">\
            <input type="hidden" name="form_token" value="\(frame.token)"><input type="hidden" name="team" value="\(team.number)">\
            <select name="person" aria-label="Add to \(team.name)">\(each: others, option)</select><button class="quiet">Add</button></form>
            """
        return """
            <div class="team"><h3><bdi>\(team.name)</bdi></h3><p class="about">Sites: <bdi>\(sites.isEmpty ? "none yet" : sites)</bdi></p>
            <ul class="plainList">\(each: team.people, person)</ul>\(add) \
            \(rowButton(frame.address("teams/remove"), frame.token, [("team", "\(team.number)")], "Remove the team"))</div>

            """
    }
}

import Accounts
import EventModel
import Reports

/// `/dashboard/SITE/settings`: what people decide about a site. Who may decide less sees less of it.
struct SiteSettingsPage {
    let site: OwnedSite
    /// What the reader may.
    let role: Role
    let person: SignedIn
    let goals: [Goal]
    let links: [SharedLink]
    let access: SiteAccess
    var erasures: [Erasure] = []
    /// Where the site's limit stands; `nil` while the collecting process does not answer.
    var limit: LimitState?
    /// Where this dashboard was opened.
    let origin: String
    let graceDays: Int
    let notice: Notice?
    let surroundings: Surroundings

    private var domain: String { site.site.domain }
    private var token: String { surroundings.formToken }

    func address(_ part: String) -> String { "\(DashboardPath.settings(domain))/\(part)" }

    /// The whole document.
    var html: HTML {
        let place = Place(
            site: site.site, base: DashboardPath.site(domain), hasSettings: true, surroundings: surroundings)
        return PageFrame(
            surroundings: surroundings, title: "Settings · \(domain)",
            navigation: siteNavigation(place, current: nil),
            content: """
                <div class="headline"><div><h1>Settings</h1><p class="range"><bdi>\(domain)</bdi></p></div></div>
                \(notice?.html)\(deletion)\(settingsCard("goals", "Goals", goalsCard))\
                \(settingsCard("links", "Shared links", linksCard))\(role >= .admin ? adminCards : .empty)\
                \(role >= .owner ? ownerCards : .empty)
                """
        ).html
    }

    private var deletion: HTML {
        guard let moment = site.deleteAt else { return .empty }
        let keep: HTML =
            role >= .owner && !site.goesWithOrganisation
            ? FormCard(action: address("keep"), token: token, fields: .empty, button: "Keep it").html : .empty
        return """
            <div class="notice bad"><p>This site is deleted with all its events on \(DateWords.day(moment)). Until then events \
            are still counted.</p>\(keep)</div>

            """
    }

    // MARK: Goals

    private var goalsCard: HTML {
        func row(_ goal: Goal) -> HTML {
            """
            <tr><th scope="row"><bdi>\(goal.name)</bdi></th><td>\(goal.words)</td><td><bdi>\(goal.revenue.isEmpty ? "–" : goal.revenue)</bdi></td>\
            <td>\(rowButton(address("goals/remove"), token, [("goal", goal.name)], "Remove"))</td></tr>

            """
        }
        let list: HTML =
            goals.isEmpty
            ? .empty
            : """
            <div class="wideTable"><table class="plain left"><thead><tr><th scope="col">Goal</th><th scope="col">What has to happen</th>\
            <th scope="col">Revenue</th><th scope="col"><span class="hidden">Change</span></th></tr></thead><tbody>
            \(each: goals, row)</tbody></table></div>

            """
        let fields: HTML = """
            \(FormField(name: "name", label: "Name", isRequired: true, help: "An existing name changes that goal.").html)\
            \(choiceField("kind", "What has to happen", [("page", "a page is reached"), ("event", "an event happens")]))\
            \(FormField(name: "target", label: "Page or event", isRequired: true, help: "A path such as <code>/thanks</code> or <code>/blog/*</code>, or the event’s name.").html)\
            \(FormField(name: "property", label: "Only with a property", help: "As in <code>plan=pro</code>; may stay empty.").html)\
            \(FormField(name: "revenue", label: "Property that holds the revenue", help: "Of events; may stay empty.").html)
            """
        return "<p>What people should reach. The numbers are there at once, for the past as well.</p>\n" + list
            + FormCard(action: address("goals/set"), token: token, fields: fields, button: "Save the goal").html
    }

    // MARK: Links

    private var linksCard: HTML {
        func row(_ link: SharedLink) -> HTML {
            let address = origin + DashboardPath.shared(link.token)
            var marks: [String] = []
            if link.hasPassword { marks.append("password") }
            if !link.filters.isEmpty { marks.append("locked to a filter") }
            if link.mayEmbed { marks.append("may stand in a frame") }
            return """
                <tr><th scope="row"><bdi>\(link.name)</bdi> <small><a href="\(url: address)">\(address)</a></small></th>\
                <td>\(marks.isEmpty ? "–" : marks.joined(separator: ", "))</td><td>\(link.lastUsedOn ?? "never")</td>\
                <td>\(rowButton(self.address("links/revoke"), token, [("link", "\(link.number)")], "End"))</td></tr>

                """
        }
        let list: HTML =
            links.isEmpty
            ? .empty
            : """
            <div class="wideTable"><table class="plain left"><thead><tr><th scope="col">Link</th><th scope="col">How</th>\
            <th scope="col">Last used</th><th scope="col"><span class="hidden">Change</span></th></tr></thead><tbody>
            \(each: links, row)</tbody></table></div>

            """
        let fields: HTML = """
            \(FormField(name: "link_name", label: "Name", isRequired: true, help: "For whom it is.").html)\
            \(FormField(name: "password", label: "Password", type: "password", autocomplete: "new-password", help: "May stay empty.").html)\
            \(FormField(name: "filters", label: "Locked to a filter", help: "The address of a filtered report, from your browser: whoever has the link sees nothing else.").html)\
            \(tickField("may_embed", "May stand in a frame on the hosts named under “Public”", isOn: false))
            """
        return "<p>Whoever has the link reads the reports, without signing in, until you end it.</p>\n" + list
            + FormCard(action: address("links/add"), token: token, fields: fields, button: "Share").html
    }

    // MARK: For admins

    private var adminCards: HTML {
        settingsCard(
            "snippet", "The lines for the pages",
            snippet(site.site, origin: origin, brand: surroundings.brand))
            + settingsCard("site", "Hosts and days", siteCard) + settingsCard("public", "Public", publicCard)
            + settingsCard("access", "Single people and teams", accessCard)
            + settingsCard("limits", "Limits and forged events", limitsCard)
            + settingsCard("retention", "How long events are kept", retentionCard)
            + settingsCard("rights", "What somebody asks of their data", rightsCard)
    }

    private var siteCard: HTML {
        let fields: HTML = """
            \(areaField("hosts", "Hosts whose pages may send events", value: site.site.hosts.joined(separator: "\n"), help: "One a line. <code>*.example.com</code> stands for every subdomain. Events from other hosts are refused and counted."))\
            \(FormField(name: "time_zone", label: "Time zone", value: site.site.timeZone, isRequired: true, help: "Its days begin at midnight there. With another one, all days are counted anew.").html)
            """
        return FormCard(action: address("site"), token: token, fields: fields, button: "Save").html
    }

    private var publicCard: HTML {
        let fields: HTML = """
            \(tickField("is_public", "Everybody may read the reports at this address", isOn: site.isPublic, help: "Without signing in; no settings, no inspector."))\
            \(areaField("embed_hosts", "Hosts that may show shared links in a frame", value: site.embedHosts.joined(separator: "\n"), help: "One a line, such as <code>www.example.com</code>."))
            """
        return FormCard(action: address("public"), token: token, fields: fields, button: "Save").html
    }

    private var accessCard: HTML {
        func value(_ holder: GrantHolder) -> String {
            switch holder {
            case .person(let person): "person-\(person)"
            case .team(let team): "team-\(team)"
            }
        }
        func row(_ grant: GivenGrant) -> HTML {
            """
            <tr><th scope="row"><bdi>\(grant.name)</bdi></th><td>\(grant.role.word)</td>\
            <td>\(rowButton(address("access/take"), token, [("holder", value(grant.holder))], "Take away"))</td></tr>

            """
        }
        let list: HTML =
            access.grants.isEmpty
            ? .empty
            : """
            <div class="wideTable"><table class="plain left"><thead><tr><th scope="col">Who</th><th scope="col">As</th>\
            <th scope="col"><span class="hidden">Change</span></th></tr></thead><tbody>
            \(each: access.grants, row)</tbody></table></div>

            """
        let holders =
            access.teams.map { ("team-\($0.number)", "Team \($0.name)") }
            + access.members.map { ("person-\($0.person)", $0.email) }
        let fields: HTML = """
            \(choiceField("holder", "Who", holders))\
            \(choiceField("role", "As", [("viewer", "Viewer: reads reports"), ("editor", "Editor: sets goals, shares links")]))
            """
        return """
            <p>Viewers, editors, admins and owners of the organisation see this site anyway. Guests see it when they, or a team \
            of theirs, were given it here.</p>
            \(list)\(FormCard(action: address("access/give"), token: token, fields: fields, button: "Give access").html)
            """
    }

    // MARK: For owners

    private var ownerCards: HTML {
        let others = person.memberships.filter { $0.organisation != site.organisation && $0.role >= .admin }
        let move: HTML =
            others.isEmpty
            ? "<p class=\"about\">You are an owner or admin of no other organisation to which it could move.</p>\n"
            : """
            <details class="help"><summary>Move this site</summary>\(FormCard(action: address("move"), token: token, fields: moveFields(others), button: "Move", isDanger: true).html)</details>

            """
        return settingsCard("move", "Move to another organisation", move)
            + (site.deleteAt == nil ? settingsCard("delete", "Delete", delete) : .empty)
    }

    private func moveFields(_ others: [Membership]) -> HTML {
        """
        <p>Its numbers go along. Guests, teams, shared links and keys for this site end.</p>
        \(choiceField("organisation_number", "To", others.map { ("\($0.organisation)", $0.name) }))\(confirmation)
        """
    }

    private var delete: HTML {
        let fields: HTML = """
            <p>The site goes with every event, \(Format.count(graceDays, "day", "days")) from now. Until then it can be taken \
            back, and events are still counted.</p>
            \(confirmation)
            """
        return """
            <details class="help"><summary>Delete this site</summary>\(FormCard(action: address("delete"), token: token, fields: fields, button: "Delete", isDanger: true).html)</details>

            """
    }

    private var confirmation: HTML {
        FormField(name: "confirmation", label: "Type its domain to confirm", isRequired: true, placeholder: domain).html
    }
}

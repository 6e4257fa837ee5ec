import Accounts
import Database
import EventModel
import Reports

/// What people change about a site.
extension SettingsHandler {
    func changeSite(
        _ site: OwnedSite, _ inquiry: Inquiry, _ form: Form, _ actor: Actor
    ) throws(AccountError) -> Outcome {
        let page = DashboardPath.settings(site.site.domain)
        switch inquiry.match.route {
        case .setGoal: try setGoal(site, form, actor)
        case .removeGoal:
            let name = form["goal"]
            try accounts.changeSite(site, .goalRemoved, name, actor) { (connection) throws(DatabaseError) in
                _ = try GoalStore(connection).remove(name, of: site.site.id)
            }
            return .done(page, .removed)
        case .shareLink: try shareLink(site, form, actor)
        case .revokeLink:
            try accounts.revokeLink(form.number("link") ?? 0, of: site, actor)
            return .done(page, .removed)
        case .setSite:
            try accounts.setSite(site, hosts: form.words("hosts"), timeZone: form["time_zone"], actor)
        case .setPublic:
            try accounts.setPublic(
                form.isTicked("is_public"), embedHosts: form.words("embed_hosts").map { $0.lowercased() }, of: site,
                actor)
        case .giveSite:
            guard let holder = holder(form["holder"]) else { throw .invalid("choose a person or a team") }
            try accounts.give(site, to: holder, as: Role(rawValue: form["role"]) ?? .viewer, actor)
        case .takeSite:
            guard let holder = holder(form["holder"]) else { throw .invalid("choose a person or a team") }
            try accounts.take(site, from: holder, actor)
            return .done(page, .removed)
        case .moveSite:
            try accounts.move(site, to: form.number("organisation_number") ?? 0, actor)
            return .done(page, .moved)
        case .deleteSite:
            try accounts.delete(site, actor)
            return .done(page, .deleted)
        case .keepSite:
            try accounts.keep(site, actor)
            return .done(page, .kept)
        case .setLimits: try setLimits(site, form, actor)
        case .setRetention: try setRetention(site, form, actor)
        case .exportData: return .response(try export(site, form, actor))
        case .eraseData:
            try erase(site, form, actor)
            return .done(page, .erased)
        default: throw .invalid("this form is not known here")
        }
        return .done(page, .saved)
    }

    private func holder(_ text: String) -> GrantHolder? {
        let parts = text.split(separator: "-")
        guard parts.count == 2, let number = Int32(parts[1]) else { return nil }
        switch parts[0] {
        case "person": return .person(number)
        case "team": return .team(number)
        default: return nil
        }
    }

    private func setGoal(_ site: OwnedSite, _ form: Form, _ actor: Actor) throws(AccountError) {
        let (name, target) = (form["name"], form["target"])
        guard !name.isEmpty, name.utf8.count <= 100 else { throw .invalid("a goal's name has 1 to 100 bytes") }
        guard !target.isEmpty, target.utf8.count <= 500 else { throw .invalid("say which page or event") }
        let isPage = form["kind"] == "page"
        guard !isPage || target.hasPrefix("/") || target.hasPrefix("*") else {
            throw .invalid("a page is a path such as /thanks or /blog/*")
        }
        let property = form["property"].split(separator: "=", maxSplits: 1).map(String.init)
        guard property.isEmpty || property.count == 2 else { throw .invalid("a property is written as plan=pro") }
        let goal = Goal(
            name: name, target: isPage ? .page(target) : .event(target),
            properties: property.isEmpty ? [] : [.init(name: property[0], values: [property[1]])],
            revenue: String(form["revenue"].prefix(100)))
        try accounts.changeSite(site, .goalSet, goal.name, actor) { (connection) throws(DatabaseError) in
            try GoalStore(connection).set(goal, of: site.site.id)
        }
    }

    private func shareLink(_ site: OwnedSite, _ form: Form, _ actor: Actor) throws(AccountError) {
        // As it stands in the address of a report, with or without the rest of the address.
        let text = form["filters"]
        let query = text.split(separator: "?", maxSplits: 1).last.map(String.init) ?? ""
        let state = ReportState(query: query)
        guard text.isEmpty || !state.filters.isEmpty, ReportState.allFilters(of: query) != nil else {
            throw .invalid(
                "there is no filter in this address, or one that is not understood: filter a report, then copy its address "
                    + "from the browser")
        }
        let filters = state.parameters.filter { $0.name == "filter" }.map { "filter=\($0.value)" }.joined(
            separator: "&")
        let mayEmbed = form.isTicked("may_embed")
        guard !mayEmbed || form["password"].isEmpty else {
            throw .invalid("a link with a password cannot stand in a frame: browsers keep no cookies there")
        }
        guard !mayEmbed || !site.embedHosts.isEmpty else {
            throw .invalid("name the hosts whose pages may show it first, under “Public”")
        }
        try accounts.share(
            site,
            .init(name: form["link_name"], password: form["password"], filters: filters, mayEmbed: mayEmbed), actor)
    }

    // MARK: The page

    func siteSettingsPage(_ site: OwnedSite, _ inquiry: Inquiry, _ notice: Notice?) throws(AccountError) -> HTML? {
        // The site as it is after the change.
        guard let person = inquiry.person, let fresh = try accounts.site(domain: site.site.domain, for: inquiry.caller),
            let role = person.role(on: fresh)
        else { return nil }
        var goals: [Goal] = []
        try accounts.readSite(fresh) { (connection) throws(DatabaseError) in
            goals = try GoalStore(connection).goals(of: fresh.site.id)
        }
        let access = role >= .admin ? try accounts.access(to: fresh, for: person) : SiteAccess()
        return SiteSettingsPage(
            site: fresh, role: role, person: person, goals: goals, links: try accounts.links(of: fresh), access: access,
            erasures: role >= .admin ? try accounts.erasures(of: fresh) : [], limit: gateway.limit(fresh.site.id),
            origin: inquiry.origin, graceDays: accounts.graceDays, notice: notice, surroundings: inquiry.surroundings
        ).html
    }
}

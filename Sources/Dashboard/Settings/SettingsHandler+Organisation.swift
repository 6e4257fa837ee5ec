import Accounts
import EventModel
import FastCGI
import Mail
import Platform

/// What people change about an organisation.
extension SettingsHandler {
    func changeOrganisation(
        _ organisation: Int32, _ inquiry: Inquiry, _ form: Form, _ actor: Actor
    ) throws(AccountError) -> Outcome {
        let home = DashboardPath.organisation(organisation)
        switch inquiry.match.route {
        case .renameOrganisation: try accounts.rename(organisation, to: form["name"], actor)
        case .leaveOrganisation:
            try accounts.leave(organisation, actor)
            return .done(DashboardPath.account, .left)
        case .deleteOrganisation:
            try accounts.delete(organisation, actor)
            return .done(home, .deleted)
        case .keepOrganisation:
            try accounts.keep(organisation, actor)
            return .done(home, .kept)
        case .addSite:
            let site = try accounts.addSite(
                .init(
                    domain: form["domain"].lowercased().split(separator: " ").joined(), hosts: form.words("hosts"),
                    timeZone: form["time_zone"].isEmpty ? "UTC" : form["time_zone"]), to: organisation, actor)
            return .done(DashboardPath.site(site.domain), nil)
        case .addKey: return .show(try addKey(organisation, form, actor))
        case .revokeKey:
            try accounts.revokeKey(form.number("key") ?? 0, of: organisation, actor)
            return .done("\(home)/keys", .removed)
        case .setBrand:
            let file = form.files["logo"] ?? []
            try accounts.setBrand(
                name: form["brand_name"], colour: form.isTicked("has_colour") ? form["colour"] : "",
                logo: form.isTicked("without_logo") ? [] : file.isEmpty ? nil : file,
                namesFootfall: form.isTicked("names_footfall"), scriptPath: form["script_path"],
                endpointPath: form["endpoint_path"], of: organisation, actor)
            return .done("\(home)/brand", .saved)
        default: return try changePeople(organisation, inquiry, form, actor)
        }
        return .done(home, .saved)
    }

    private func addKey(_ organisation: Int32, _ form: Form, _ actor: Actor) throws(AccountError) -> Notice {
        var new = NewSecretKey(name: form["name"], mayRead: form["scope"] == "read")
        let asked = form.all("site")
        let sites = asked.compactMap { Int32($0) }
        // A key that was meant for some must not open all.
        guard sites.count == asked.count else { throw .invalid("choose sites from the list, or none for all of them") }
        if !sites.isEmpty { new.sites = sites.map { SiteID(rawValue: $0) } }
        if !form["days"].isEmpty, form["days"] != "0" {
            guard let days = form.number("days"), (1...3650).contains(days) else {
                throw .invalid("a key is good for ever, or for 1 to 3650 days")
            }
            new.expiresAt = Timestamp(milliseconds: Clock.wallMilliseconds() + Int64(days) * 86_400_000)
        }
        return Notice(
            kind: .done, words: "<strong>The key is made.</strong> Copy it now: only its hash is kept.",
            secrets: [try accounts.addKey(new, to: organisation, actor)])
    }

    private func changePeople(
        _ organisation: Int32, _ inquiry: Inquiry, _ form: Form, _ actor: Actor
    ) throws(AccountError) -> Outcome {
        let people = DashboardPath.organisation(organisation, "people")
        let person = form.number("person") ?? 0
        let team = form.number("team") ?? 0
        switch inquiry.match.route {
        case .invite: return .show(try invite(organisation, inquiry, form, actor))
        case .revokeInvitation:
            try accounts.revokeInvitation(form.number("invitation") ?? 0, of: organisation, actor)
            return .done(people, .removed)
        case .setRole:
            guard let role = Role(rawValue: form["role"]) else { throw .invalid("choose a role") }
            try accounts.setRole(role, of: person, in: organisation, actor)
        case .removePerson:
            try accounts.removePerson(person, from: organisation, actor)
            return .done(people, .removed)
        case .addTeam: try accounts.addTeam(form["name"], to: organisation, actor)
        case .removeTeam:
            try accounts.removeTeam(team, from: organisation, actor)
            return .done(people, .removed)
        case .addTeamMember:
            try accounts.setTeamMember(person, of: team, isMember: true, in: organisation, actor)
        case .removeTeamMember:
            try accounts.setTeamMember(person, of: team, isMember: false, in: organisation, actor)
        default: throw .invalid("this form is not known here")
        }
        return .done(people, .saved)
    }

    private func invite(
        _ organisation: Int32, _ inquiry: Inquiry, _ form: Form, _ actor: Actor
    ) throws(AccountError) -> Notice {
        guard let role = Role(rawValue: form["role"]) else { throw .invalid("choose a role") }
        var new = NewInvitation(email: form["email"], role: role)
        if role == .guest, let site = form.number("site") {
            new.grant = SiteGrant(
                site: SiteID(rawValue: site), role: Role(rawValue: form["site_role"]) ?? .viewer)
        }
        let token = try accounts.invite(new, to: organisation, actor)
        let link = "\(inquiry.origin)/footfall/join?token=\(token)"
        let lead: HTML =
            switch try sendInvitation(new, link, organisation, inquiry, actor) {
            case nil: "<strong>Send this link.</strong>"
            case .sent: "<strong>The invitation is on its way by mail.</strong> Should it not arrive, send this link."
            case .tooMany:
                "<strong>No mail was sent: this organisation has sent many within an hour.</strong> Send this link yourself."
            case .failed: "<strong>No mail was sent: the mail server did not take it.</strong> Send this link yourself."
            }
        return Notice(
            kind: .done,
            words: """
                \(lead) It is good once, for \(Format.count(accounts.invitationDays, "day", "days")), and is not shown again.
                """, secrets: [link])
    }

    /// Sends an invitation to whom it is for; `nil` where that is said nowhere, or no mail is set up.
    private func sendInvitation(
        _ new: NewInvitation, _ link: String, _ organisation: Int32, _ inquiry: Inquiry, _ actor: Actor
    ) throws(AccountError) -> MailOffice.Outcome? {
        guard let mail, let email = new.email.flatMap({ EmailAddress.normalised($0) }) else { return nil }
        let membership = actor.person.memberships.first { $0.organisation == organisation }
        let invitation = InvitationMail(
            inviter: try accounts.hasProvenEmail(actor.person) ? actor.person.email : "Somebody",
            organisation: membership?.name ?? "", brand: inquiry.surroundings.brand, role: new.role, email: email,
            link: link, days: accounts.invitationDays)
        return mail.send(
            to: email, subject: invitation.subject, text: invitation.text, from: invitation.senderName,
            for: organisation, by: actor.person.person)
    }

    // MARK: Pages

    func organisationPage(
        _ organisation: Int32, _ inquiry: Inquiry, _ notice: Notice?
    ) throws(AccountError) -> HTML? {
        guard let person = inquiry.person, let role = person.role(in: organisation),
            let details = try accounts.details(of: organisation, for: person)
        else { return nil }
        let frame = OrganisationFrame(
            details: details, person: person, role: role, notice: notice, surroundings: inquiry.surroundings)
        switch inquiry.match.route {
        case .peoplePage, .invite, .revokeInvitation, .setRole, .removePerson, .addTeam, .removeTeam, .addTeamMember,
            .removeTeamMember:
            return PeoplePage(frame: frame, sendsMail: mail != nil).html
        case .keysPage, .addKey, .revokeKey:
            return KeysPage(frame: frame, keys: try accounts.keys(of: organisation)).html
        case .brandPage, .setBrand: return BrandPage(frame: frame).html
        case .auditPage:
            let before = Int64(Form(query: inquiry.request.query.utf8)["before"])
            return AuditPage(
                frame: frame, entries: try accounts.auditLog(of: organisation, before: before),
                isFirst: before == nil
            ).html
        default: return OrganisationPage(frame: frame, graceDays: accounts.graceDays).html
        }
    }

    /// The whole audit log as a file; that it was taken along is written into it.
    func auditFile(_ inquiry: Inquiry) throws -> Response {
        guard let person = inquiry.person, let organisation = inquiry.organisation else {
            return Response.seeOther(DashboardPath.signIn)
        }
        try accounts.noteAuditExport(
            of: organisation, Actor(person, network: NetworkWords.of(inquiry.address)))
        let log = try accounts.auditFile(of: organisation, limit: SettingsHandler.mostEntries)
        var csv = CSV(header: ["time", "person", "action", "words", "object", "network"])
        for entry in log.entries {
            let time = CivilTime(milliseconds: entry.time.milliseconds).description
            csv.add([time, entry.person, entry.action, AuditWords.of(entry.action), entry.object, entry.network])
        }
        var response = Response(status: 200, type: "text/csv; charset=utf-8", body: csv.bytes)
        // A cut that the file itself does not show is one that nobody notices.
        let cut = log.count > log.entries.count ? "-newest-\(log.entries.count)-of-\(log.count)" : ""
        response.addHeader("Content-Disposition", "attachment; filename=\"audit-log\(cut).csv\"")
        response.addHeader("Cache-Control", "private, no-store")
        response.addSecurityHeaders()
        return response
    }

    /// What fits into the memory of a small machine; the rest is in the database, for whoever runs the server.
    private static let mostEntries = 100_000
}

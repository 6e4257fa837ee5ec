import Accounts
import EventModel

/// `/footfall/organisation/N`: its sites, its name, and the way out.
struct OrganisationPage {
    let frame: OrganisationFrame
    let graceDays: Int

    /// The whole document.
    var html: HTML {
        frame.html(
            "Sites", current: "",
            frame.role >= .admin ? sites + add + rename + leave + delete : sites + leave)
    }

    private var sites: HTML {
        func row(_ site: OwnedSite) -> HTML {
            let mark: HTML = site.deleteAt == nil ? (site.isPublic ? "public" : "") : "being deleted"
            // Only for whom there are any.
            let hasSettings = frame.person.role(on: site).map { $0 >= .editor } ?? false
            let settings: HTML =
                hasSettings ? "<a href=\"\(url: DashboardPath.settings(site.site.domain))\">Settings</a>" : .empty
            return """
                <tr><th scope="row"><a href="\(url: DashboardPath.site(site.site.domain))"><bdi>\(site.site.domain)</bdi></a></th>\
                <td>\(site.site.timeZone)</td><td>\(mark)</td><td>\(settings)</td></tr>

                """
        }
        let shown = frame.details.sites.filter { frame.person.role(on: $0) != nil }
        guard !shown.isEmpty else {
            return settingsCard("sites", "Sites", "<p class=\"about\">No site yet.</p>\n")
        }
        return settingsCard(
            "sites", "Sites",
            """
            <div class="wideTable"><table class="plain left"><thead><tr><th scope="col">Site</th><th scope="col">Time zone</th>\
            <th scope="col">State</th><th scope="col"><span class="hidden">Settings</span></th></tr></thead><tbody>
            \(each: shown, row)</tbody></table></div>

            """)
    }

    private var add: HTML {
        let fields: HTML = """
            \(FormField(name: "domain", label: "Domain", isRequired: true, help: "Names the site here, as in <code>example.com</code>.", placeholder: "example.com").html)\
            \(FormField(name: "hosts", label: "Hosts whose pages may send events", help: "Empty: the domain and <code>www.</code> before it. <code>*.example.com</code> stands for every subdomain.", placeholder: "example.com www.example.com").html)\
            \(FormField(name: "time_zone", label: "Time zone", value: "UTC", help: "Its days begin at midnight there, as in <code>Europe/Berlin</code>.").html)
            """
        return settingsCard(
            "add", "Add a site",
            FormCard(action: frame.address("sites/add"), token: frame.token, fields: fields, button: "Add").html)
    }

    private var rename: HTML {
        settingsCard(
            "rename", "Name",
            FormCard(
                action: frame.address("rename"), token: frame.token,
                fields: FormField(name: "name", label: "Name of the organisation", value: frame.name, isRequired: true)
                    .html,
                button: "Save"
            ).html)
    }

    private var leave: HTML {
        settingsCard(
            "leave", "Leave",
            """
            <p>You are <strong>\(frame.role.word)</strong> here. Who leaves sees its sites no more; somebody else must invite you \
            to come back.</p>
            \(FormCard(action: frame.address("leave"), token: frame.token, fields: .empty, button: "Leave", isDanger: true).html)

            """)
    }

    private var delete: HTML {
        guard frame.role >= .owner, frame.details.organisation.deleteAt == nil else { return .empty }
        let fields: HTML = """
            <p>All its sites go with it, with every event, \(Format.count(graceDays, "day", "days")) from now. Until then it can be \
            taken back, and events are still counted.</p>
            \(FormField(name: "confirmation", label: "Type its name to confirm", isRequired: true, placeholder: frame.name).html)
            """
        return settingsCard(
            "delete", "Delete",
            """
            <details class="help"><summary>Delete this organisation</summary>\
            \(FormCard(action: frame.address("delete"), token: frame.token, fields: fields, button: "Delete", isDanger: true).html)</details>

            """)
    }
}

import Accounts
import EventModel

/// What all pages about an organisation have in common.
struct OrganisationFrame {
    let details: AccountService.OrganisationDetails
    let person: SignedIn
    /// What the reader is in it.
    let role: Role
    let notice: Notice?
    let surroundings: Surroundings

    var number: Int32 { details.organisation.number }
    var name: String { details.organisation.name }
    var token: String { surroundings.formToken }

    /// The address of one of its pages or forms.
    func address(_ part: String = "") -> String { DashboardPath.organisation(number, part) }

    /// The pages of an organisation, by the ends of their addresses.
    private static let places: [(part: String, title: StaticString)] = [
        ("", "Sites"), ("people", "People"), ("keys", "Keys"), ("brand", "Looks"), ("audit", "Audit log"),
    ]

    /// The whole document.
    func html(_ title: String, current: String, _ content: HTML) -> HTML {
        func link(_ place: (part: String, title: StaticString)) -> HTML {
            let mark: HTML = place.part == current ? " aria-current=\"page\"" : ""
            return "<a href=\"\(url: address(place.part))\"\(mark)>\(place.title.description)</a>"
        }
        let places: HTML =
            role >= .admin
            ? "<nav class=\"places\" aria-label=\"Pages of this organisation\">\(each: OrganisationFrame.places, link)</nav>"
            : .empty
        return PageFrame(
            surroundings: surroundings, title: "\(title) · \(name)", navigation: places,
            content: """
                <div class="headline"><div><h1>\(title)</h1><p class="range"><bdi>\(name)</bdi></p></div></div>
                \(notice?.html)\(deletion)\(content)
                """
        ).html
    }

    private var deletion: HTML {
        guard let moment = details.organisation.deleteAt else { return .empty }
        let keep: HTML =
            role >= .owner
            ? FormCard(action: address("keep"), token: token, fields: .empty, button: "Keep it").html : .empty
        return """
            <div class="notice bad"><p>This organisation is deleted with all its sites on \(DateWords.day(moment)).</p>\(keep)</div>

            """
    }
}

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

/// `/footfall/organisation/N/keys`: keys of programs.
struct KeysPage {
    let frame: OrganisationFrame
    let keys: [SecretKeyListing]

    /// The whole document.
    var html: HTML {
        frame.html(
            "Keys", current: "keys",
            settingsCard("keys", "Keys of programs", list) + settingsCard("add", "Make a key", add))
    }

    private func domain(_ site: SiteID) -> String {
        frame.details.sites.first { $0.site.id == site }?.site.domain ?? "a site that is gone"
    }

    private var list: HTML {
        func row(_ key: SecretKeyListing) -> HTML {
            let sites = key.sites.map { $0.map(domain).joined(separator: ", ") } ?? "all sites"
            let end: HTML = key.expiresAt.map { DateWords.time($0) } ?? "never"
            return """
                <tr><th scope="row"><bdi>\(key.name.isEmpty ? "without a name" : key.name)</bdi> \
                <small><code>\(key.beginning)…</code></small></th><td>\(key.mayRead ? "reads reports" : "sends events")</td>\
                <td><bdi>\(sites)</bdi></td><td>\(end)</td><td>\(key.lastUsedOn ?? "never")</td>\
                <td>\(rowButton(frame.address("keys/revoke"), frame.token, [("key", "\(key.number)")], "End"))</td></tr>

                """
        }
        guard !keys.isEmpty else { return "<p class=\"about\">No key yet.</p>\n" }
        return """
            <div class="wideTable"><table class="plain left"><thead><tr><th scope="col">Key</th><th scope="col">What it may</th>\
            <th scope="col">Sites</th><th scope="col">Ends</th><th scope="col">Last used</th>\
            <th scope="col"><span class="hidden">Change</span></th></tr></thead><tbody>
            \(each: keys, row)</tbody></table></div>

            """
    }

    private var add: HTML {
        func site(_ site: OwnedSite) -> HTML {
            """
            <label class="tick"><input type="checkbox" name="site" value="\(site.site.id.rawValue)"><span><bdi>\(site.site.domain)</bdi></span></label>

            """
        }
        let fields: HTML = """
            \(FormField(name: "name", label: "Name", isRequired: true, help: "What it is for, as in “shop server”.").html)\
            \(choiceField("scope", "What it may", [("send", "Send events (ff_sk_…)"), ("read", "Read reports (ff_rk_…)")]))\
            <fieldset><legend>Sites; none ticked for all</legend>\(each: frame.details.sites, site)</fieldset>
            \(choiceField("days", "Ends", [("0", "never"), ("30", "in 30 days"), ("90", "in 90 days"), ("365", "in a year")]))
            """
        return FormCard(action: frame.address("keys/add"), token: frame.token, fields: fields, button: "Make the key")
            .html
    }
}

/// `/footfall/organisation/N/brand`: how its pages look.
struct BrandPage {
    let frame: OrganisationFrame

    /// The whole document.
    var html: HTML {
        let brand = frame.details.organisation.brand
        let logo: HTML =
            brand.logo.isEmpty
            ? .empty
            : tickField("without_logo", "Take the picture away", isOn: false)
        let fields: HTML = """
            \(FormField(name: "brand_name", label: "Name", value: brand.name, help: "Shown instead of Footfall. Empty: Footfall.").html)\
            <label class="field"><span>Picture</span><input type="file" name="logo" accept="image/png,image/jpeg,image/webp,image/gif" \
            aria-describedby="logo-help"><small id="logo-help">PNG, JPEG, WebP or GIF, 48 KiB at most. Empty: as it is.</small></label>
            \(logo)\(tickField("has_colour", "A colour of its own", isOn: !brand.colour.isEmpty))\
            <label class="field"><span>Colour</span><input type="color" name="colour" value="\(brand.colour.isEmpty ? "#2f57d6" : brand.colour)"></label>
            \(tickField("names_footfall", "Say “Powered by Footfall” at the foot of pages", isOn: brand.namesFootfall))
            """
        let paths: HTML = """
            \(FormField(name: "script_path", label: "Path of the script", value: brand.scriptPath, help: "Empty: /footfall.js", placeholder: "/steps.js").html)\
            \(FormField(name: "endpoint_path", label: "Path to which it sends", value: brand.endpointPath, help: "Empty: /e", placeholder: "/steps").html)
            """
        return frame.html(
            "Looks", current: "brand",
            settingsCard(
                "brand", "Pages, shared links, and names of the script",
                """
                <p>How the pages of this organisation’s sites look, for its people and behind shared links; and under which names \
                their pages load the script. Lists of filters know <code>/footfall.js</code> and <code>/e</code>.</p>
                \(FormCard(action: frame.address("brand"), token: frame.token, fields: fields + paths, button: "Save", hasFile: true).html)
                """)
                + settingsCard("names", "What nginx needs for these names", names(brand)))
    }

    private func names(_ brand: Brand) -> HTML {
        let script = brand.scriptPath.isEmpty ? "/steps.js" : brand.scriptPath
        let endpoint = brand.endpointPath.isEmpty ? "/steps" : brand.endpointPath
        return """
            <p>In the <code>server</code> block of the site’s nginx, so that names of your own lead to Footfall:</p>
            <pre class="snippet" tabindex="0" role="region" aria-label="Lines for nginx"><code>\
            location = \(script) { rewrite ^ /footfall.js last; }
            location = \(endpoint) { client_max_body_size 0; rewrite ^ /e last; }
            location = \(endpoint).gif { rewrite ^ /p.gif last; }</code></pre>
            <p>Each site’s settings show the lines for its pages with these names.</p>

            """
    }
}

/// `/footfall/organisation/N/audit`: who did what.
struct AuditPage {
    let frame: OrganisationFrame
    let entries: [AuditEntry]
    /// Whether these are the newest.
    let isFirst: Bool

    /// The whole document.
    var html: HTML {
        let newest: HTML = isFirst ? .empty : "<a href=\"\(url: frame.address("audit"))\">Newest</a> "
        let older: HTML =
            entries.count < 100
            ? .empty
            : "<a href=\"\(url: frame.address("audit") + "?before=\(entries.last?.number ?? 0)")\">Older</a>"
        return frame.html(
            "Audit log", current: "audit",
            settingsCard(
                "log", "Who did what",
                """
                <p class="about">Nobody can change it here. <a href="\(url: frame.address("audit.csv"))">All of it as CSV</a></p>
                \(auditTable(entries))<p class="pager">\(newest)\(older)</p>

                """))
    }
}

import Accounts
import EventModel

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

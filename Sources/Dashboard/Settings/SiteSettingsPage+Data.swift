import Accounts
import EventModel

/// The cards about what comes in and what is kept.
extension SiteSettingsPage {
    var limitsCard: HTML {
        let own = site.site.eventsPerSecond.map { "\($0)" } ?? ""
        let fields: HTML = """
            \(FormField(name: "events_per_second", label: "Most events in a second", value: own, help: "Over a longer time; more come through at once. Empty: what the gateway is set to. What is too much is answered 429 and counted.").html)\
            \(tickField("needs_script_token", "Only events of the site’s own script", isOn: site.site.needsScriptToken, help: "Others, the pixel’s included, wait in quarantine. First let all pages load the script with the key in its address, as shown above."))\
            \(tickField("renew_secret", "Make the script’s tokens of before worthless", isOn: false))
            """
        return state
            + FormCard(action: address("limits"), token: surroundings.formToken, fields: fields, button: "Save").html
    }

    private var state: HTML {
        guard let limit else {
            return
                "<p class=\"about\">The collecting process does not answer, so that nothing is known of this moment.</p>\n"
        }
        let most: HTML =
            limit.eventsPerSecond.map { "\($0) a second\(limit.isOwn ? "" : ", as the gateway is set")" } ?? "no limit"
        let left: HTML = limit.burst > 0 ? "\(limit.left) of \(limit.burst)" : "–"
        return """
            <dl class="facts"><div><dt>Limit</dt><dd>\(most)</dd></div><div><dt>May come at once now</dt><dd>\(left)</dd></div>\
            <div><dt>Refused since the start</dt><dd>\(limit.refused)</dd></div>\
            <div><dt>Forged, in quarantine</dt><dd>\(limit.forged)</dd></div></dl>

            """
    }

    var retentionCard: HTML {
        FormCard(
            action: address("retention"), token: surroundings.formToken,
            fields: FormField(
                name: "months", label: "Whole months", value: site.site.retentionMonths.map { "\($0)" } ?? "",
                help: """
                    Beyond the running one. Empty: what the gateway is set to. Older events and visits are deleted within hours; the \
                    sums of past days stay.
                    """
            ).html, button: "Save"
        ).html
    }

    // MARK: People's rights

    var rightsCard: HTML {
        let token = surroundings.formToken
        func user(_ help: HTML) -> HTML { FormField(name: "user", label: "User", isRequired: true, help: help).html }
        let about: HTML = "The id that your server sends as <code>user</code>. It is kept as a hash only."
        let days: HTML = """
            \(FormField(name: "from", label: "From", type: "date", isRequired: true).html)\
            \(FormField(name: "to", label: "Through", type: "date", isRequired: true).html)
            """
        let confirmation = FormField(
            name: "confirmation", label: "Type the site’s domain to confirm", isRequired: true,
            placeholder: site.site.domain
        ).html
        func part(_ title: HTML, _ action: String, _ kind: String, _ fields: HTML, _ button: HTML, isDanger: Bool)
            -> HTML
        {
            let hidden: HTML = "<input type=\"hidden\" name=\"kind\" value=\"\(kind)\">"
            return """
                <details class="help"><summary>\(title)</summary>\(FormCard(action: address(action), token: token, fields: hidden + fields, button: button, isDanger: isDanger).html)</details>

                """
        }
        return """
            <p>Everything that is kept of a user, or of some days, as lines of JSON; or its end: gone from every report within a \
            minute, and from the disk within a day.</p>
            \(part("Export what is kept of a user", "export", "user", user(about), "Export", isDanger: false))\
            \(part("Export some days", "export", "period", days, "Export", isDanger: false))\
            \(part("Erase a user", "erase", "user", user(.empty) + confirmation, "Erase for ever", isDanger: true))\
            \(part("Erase some days", "erase", "period", days + confirmation, "Erase for ever", isDanger: true))\
            \(erasureList)
            """
    }

    private var erasureList: HTML {
        func row(_ erasure: Erasure) -> HTML {
            let state: HTML =
                if let done = erasure.doneAt {
                    "gone from the disk \(DateWords.time(Timestamp(milliseconds: done)))"
                } else if erasure.invisibleAt != nil {
                    "gone from the reports; the disk follows"
                } else {
                    "waiting"
                }
            return """
                <tr><th scope="row">\(erasure.kind.rawValue)</th><td>\(DateWords.time(Timestamp(milliseconds: erasure.requestedAt)))</td>\
                <td>\(Format.grouped(Int(clamping: erasure.events)))</td><td>\(state)</td></tr>

                """
        }
        guard !erasures.isEmpty else { return .empty }
        return """
            <div class="wideTable" tabindex="0" role="region" aria-label="Erasures"><table class="plain left"><thead><tr><th scope="col">Erased</th><th scope="col">Asked for</th>\
            <th scope="col">Events</th><th scope="col">State</th></tr></thead><tbody>
            \(each: erasures, row)</tbody></table></div>

            """
    }
}

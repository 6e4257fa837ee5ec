import Accounts
import EventModel
import OneTimePassword
import QRCode

/// `/footfall/account`: oneself.
struct AccountPage {
    let person: SignedIn
    let account: AccountService.Account
    /// The key of a second factor that waits for its first code.
    let waiting: TOTPSecret?
    let notice: Notice?
    let surroundings: Surroundings

    private var token: String { surroundings.formToken }

    /// The whole document.
    var html: HTML {
        let signOut = FormCard(action: "/footfall/sign-out", token: token, fields: .empty, button: "Sign out").html
        return PageFrame(
            surroundings: surroundings, title: "Account",
            content: """
                <div class="headline"><div><h1>Account</h1><p class="range"><bdi>\(person.email)</bdi></p></div>\(signOut)</div>
                \(notice?.html)\(organisations)\(settingsCard("name", "Name", name))\(withPassword)\(settingsCard("sessions", "Where you are signed in", sessions))\
                \(settingsCard("log", "What happened here", log))\(settingsCard("delete", "Delete the account", deletion))
                """
        ).html
    }

    private var organisations: HTML {
        func item(_ membership: Membership) -> HTML {
            """
            <li><a href="\(url: DashboardPath.organisation(membership.organisation))"><bdi>\(membership.name)</bdi></a> \
            <span class="badge">\(membership.role.word)</span></li>
            """
        }
        guard !person.memberships.isEmpty else { return .empty }
        let mayAdd = person.memberships.contains { $0.role >= .admin }
        let add: HTML =
            mayAdd
            ? """
            <details class="help"><summary>Another organisation</summary>\
            \(FormCard(action: "/footfall/account/organisation", token: token, fields: FormField(name: "organisation", label: "Name", isRequired: true, help: "With sites, people and keys of its own. You own it.").html, button: "Make it").html)</details>

            """ : .empty
        return settingsCard(
            "organisations", "Organisations", "<ul class=\"plainList\">\(each: person.memberships, item)</ul>\n\(add)")
    }

    /// What a password protects. Who comes by a single sign-on and has none, has nothing of it.
    private var withPassword: HTML {
        guard account.hasPassword else { return .empty }
        return settingsCard("address", "E-mail address", address) + settingsCard("password", "Password", password)
            + settingsCard("second-factor", "Second factor", secondFactor)
    }

    private var address: HTML {
        let fields: HTML = """
            \(FormField(name: "email", label: "Another address", type: "email", isRequired: true, autocomplete: "email", help: "You sign in with it from then on. Nothing is sent to it now: make sure that it is right.").html)\
            \(oldPassword)
            """
        return FormCard(action: "/footfall/account/address", token: token, fields: fields, button: "Change").html
    }

    private var name: HTML {
        FormCard(
            action: "/footfall/account/name", token: token,
            fields: FormField(
                name: "name", label: "Your name", value: person.name, autocomplete: "name",
                help: "As others in your organisations see you; may stay empty."
            ).html, button: "Save"
        ).html
    }

    private var password: HTML {
        let fields: HTML = """
            <input type="hidden" name="email" value="\(person.email)" autocomplete="username">\
            \(oldPassword)\
            \(FormField(name: "password", label: "Another password", type: "password", isRequired: true, autocomplete: "new-password", help: "At least 12 characters.").html)\
            \(FormField(name: "again", label: "The same again", type: "password", isRequired: true, autocomplete: "new-password").html)
            """
        return FormCard(action: "/footfall/account/password", token: token, fields: fields, button: "Change").html
    }

    private var oldPassword: HTML {
        FormField(
            name: "old", label: "Your password now", type: "password", isRequired: true,
            autocomplete: "current-password"
        ).html
    }

    // MARK: Second factor

    private var secondFactor: HTML {
        if person.hasSecondFactor { return secondFactorOn }
        if let waiting { return secondFactorWaiting(waiting) }
        return """
            <p>With a second factor, signing in takes a code of an app on your telephone besides the password. Whoever finds \
            out the password alone stays outside.</p>
            \(FormCard(action: "/footfall/account/second-factor/start", token: token, fields: oldPassword, button: "Set up").html)
            """
    }

    private func secondFactorWaiting(_ secret: TOTPSecret) -> HTML {
        let address = secret.address(issuer: surroundings.brandName, account: person.email)
        let picture: HTML =
            QRSymbol(address).map { symbol in
                """
                <svg class="code" viewBox="-4 -4 \(symbol.width + 8) \(symbol.width + 8)" role="img" \
                aria-label="Code for the app"><rect x="-4" y="-4" width="\(symbol.width + 8)" height="\(symbol.width + 8)" \
                class="paper"/><path d="\(symbol.path)" class="inkPath"/></svg>

                """
            } ?? .empty
        return """
            <p>Let your authenticator app read this, or type the key. Then type the six digits that the app shows.</p>
            \(picture)<p>Key: <code class="key">\(secret.base32)</code></p>
            \(FormCard(action: "/footfall/account/second-factor/confirm", token: token, fields: FormField(name: "code", label: "Code", isRequired: true, autocomplete: "one-time-code").html, button: "Switch on").html)
            """
    }

    private var secondFactorOn: HTML {
        """
        <p>It is on. \(Format.count(account.recoveryCodes, "recovery code is", "recovery codes are")) left.</p>
        <details class="help"><summary>Other recovery codes</summary>\
        \(FormCard(action: "/footfall/account/recovery-codes", token: token, fields: oldPassword, button: "Make other codes").html)</details>
        <details class="help"><summary>Switch it off</summary>\
        \(FormCard(action: "/footfall/account/second-factor/end", token: token, fields: oldPassword, button: "Switch off", isDanger: true).html)</details>

        """
    }

    // MARK: Sessions

    private var sessions: HTML {
        func row(_ session: PersonSession) -> HTML {
            let isThis = session.id == person.session
            let end: HTML =
                isThis
                ? "<span class=\"badge\">this one</span>"
                : rowButton(
                    "/footfall/account/session/revoke", token, [("session", "\(session.id)")], "Sign out")
            return """
                <tr><th scope="row"><bdi>\(session.device)</bdi></th><td><bdi>\(session.network)</bdi></td>\
                <td>\(DateWords.time(session.seenAt))</td><td>\(end)</td></tr>

                """
        }
        let others: HTML =
            account.sessions.count > 1
            ? FormCard(
                action: "/footfall/account/sessions/revoke", token: token, fields: .empty,
                button: "Sign out everywhere else"
            ).html : .empty
        return """
            <div class="wideTable" tabindex="0" role="region" aria-label="Sessions"><table class="plain left"><thead><tr><th scope="col">Device</th><th scope="col">Network</th>\
            <th scope="col">Last seen</th><th scope="col"><span class="hidden">Change</span></th></tr></thead><tbody>
            \(each: account.sessions, row)</tbody></table></div>
            \(others)
            """
    }

    private var log: HTML {
        auditTable(account.entries, isOwn: true)
    }

    private var deletion: HTML {
        let fields: HTML = """
            <p>You leave all organisations; your sessions and your address are gone at once. What you did in an organisation \
            stays in its audit log.</p>
            \(account.hasPassword ? oldPassword : .empty)\
            \(FormField(name: "confirmation", label: "Type your e-mail address to confirm", isRequired: true, placeholder: person.email).html)
            """
        return """
            <details class="help"><summary>Delete my account</summary>\
            \(FormCard(action: "/footfall/account/delete", token: token, fields: fields, button: "Delete for ever", isDanger: true).html)</details>

            """
    }
}

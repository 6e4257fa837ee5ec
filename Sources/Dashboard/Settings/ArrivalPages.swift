import Accounts
import EventModel

/// A page with one form in the middle, for people who are not in yet.
private func arrival(_ surroundings: Surroundings, _ title: String, _ about: HTML, _ notice: Notice?, _ form: HTML)
    -> HTML
{
    PageFrame(
        surroundings: surroundings, title: title,
        content: """
            <section class="card guide arrival" aria-labelledby="arrival">
            <h1 id="arrival">\(title)</h1>
            \(notice?.html)\(about)\(form)</section>
            """
    ).html
}

/// `/footfall/sign-in`: address and password.
struct SignInPage {
    var email = ""
    /// Where to go afterwards.
    var next = ""
    var notice: Notice?
    let surroundings: Surroundings

    /// The whole document.
    var html: HTML {
        let fields: HTML = """
            <input type="hidden" name="next" value="\(next)">
            \(FormField(name: "email", label: "E-mail address", type: "email", value: email, isRequired: true, autocomplete: "username").html)\
            \(FormField(name: "password", label: "Password", type: "password", isRequired: true, autocomplete: "current-password").html)
            """
        let help: HTML = """
            <details class="help"><summary>I cannot sign in</summary><p>Whoever runs this server makes a link for another \
            password: <code>footfall user reset ADDRESS</code></p></details>
            """
        return arrival(
            surroundings, "Sign in", .empty, notice,
            FormCard(
                action: DashboardPath.signIn, token: surroundings.formToken, fields: fields, button: "Sign in"
            ).html + help)
    }
}

/// The second step: a code.
struct SignInCodePage {
    /// Proves that the password was right.
    let codeToken: String
    let next: String
    var notice: Notice?
    let surroundings: Surroundings

    /// The whole document.
    var html: HTML {
        let fields: HTML = """
            <input type="hidden" name="next" value="\(next)"><input type="hidden" name="code_token" value="\(codeToken)">
            \(FormField(name: "code", label: "Code", isRequired: true, autocomplete: "one-time-code").html)
            """
        return arrival(
            surroundings, "One more code",
            "<p>Type the six digits that your authenticator app shows now, or one of your recovery codes.</p>\n",
            notice,
            FormCard(
                action: "\(DashboardPath.signIn)/code", token: surroundings.formToken, fields: fields, button: "Sign in"
            ).html)
    }
}

/// The sign-in of an installation on which there is nobody yet.
struct NobodyPage {
    let surroundings: Surroundings

    /// The whole document.
    var html: HTML {
        arrival(
            surroundings, "Nobody is here yet",
            """
            <p>Whoever runs this server finds a link in the output of <code>footfall serve</code> with which the first person \
            sets up the dashboard. Another one is made by</p>
            <pre class="snippet" tabindex="0" role="region" aria-label="Command to run"><code>footfall user add you@example.com</code></pre>

            """, nil, .empty)
    }
}

/// `/footfall/set-up`: the first person and their organisation.
struct SetUpPage {
    let token: String
    let form: Form
    var notice: Notice?
    let surroundings: Surroundings

    /// The whole document.
    var html: HTML {
        let fields: HTML = """
            <input type="hidden" name="token" value="\(token)">
            \(FormField(name: "organisation", label: "Organisation", value: form["organisation"], isRequired: true, autocomplete: "organization", help: "Who owns the sites: your company, your club, yourself. It can be renamed.").html)\
            \(FormField(name: "email", label: "Your e-mail address", type: "email", value: form["email"], isRequired: true, autocomplete: "username", help: "You sign in with it. Nothing is sent to it now.").html)\
            \(passwordFields)
            """
        return arrival(
            surroundings, "Set up Footfall",
            "<p>You are the first one here. All sites that are known already become those of your organisation.</p>\n",
            notice,
            FormCard(
                action: "/footfall/set-up", token: surroundings.formToken, fields: fields, button: "Set up"
            ).html)
    }
}

private var passwordFields: HTML {
    """
    \(FormField(name: "password", label: "Password", type: "password", isRequired: true, autocomplete: "new-password", help: "At least 12 characters. A few words that do not belong together are easy to remember.").html)\
    \(FormField(name: "again", label: "The same password again", type: "password", isRequired: true, autocomplete: "new-password").html)
    """
}

/// `/footfall/join`: what an invitation's link opens.
struct JoinPage {
    let token: String
    let invitation: Invitation
    let organisation: String
    let form: Form
    var notice: Notice?
    let surroundings: Surroundings

    /// The whole document.
    var html: HTML {
        let site: HTML? = invitation.grant.map { _ in " for a single site" }
        let about: HTML = """
            <p>You are invited to <strong><bdi>\(organisation)</bdi></strong> as <strong>\(invitation.role.word)</strong>\(site).</p>

            """
        return arrival(surroundings, "Join", about, notice, surroundings.person.map(asMyself) ?? asSomebodyNew)
    }

    private func asMyself(_ person: SignedIn) -> HTML {
        FormCard(
            action: "/footfall/join/as-myself", token: surroundings.formToken,
            fields: """
                <input type="hidden" name="token" value="\(token)"><p>You are signed in as <bdi>\(person.email)</bdi>.</p>

                """, button: "Join"
        ).html
    }

    private var asSomebodyNew: HTML {
        let address = invitation.email ?? form["email"]
        let fields: HTML = """
            <input type="hidden" name="token" value="\(token)">
            \(FormField(name: "email", label: "Your e-mail address", type: "email", value: address, isRequired: true, autocomplete: "username").html)\
            \(FormField(name: "name", label: "Your name", value: form["name"], autocomplete: "name", help: "As others here see you; may stay empty.").html)\
            \(FormField(name: "password", label: "Password", type: "password", isRequired: true, autocomplete: "new-password", help: "At least 12 characters.").html)
            """
        let back = PercentText.encoded("/footfall/join?token=\(token)", keepsSlash: false)
        return FormCard(
            action: "/footfall/join", token: surroundings.formToken, fields: fields, button: "Make an account and join"
        ).html + """
            <p class="about">You have an account here already? <a href="\(url: "\(DashboardPath.signIn)?next=\(back)")">Sign in \
            first.</a></p>

            """
    }
}

/// `/footfall/password`: what the link for a password opens.
struct NewPasswordPage {
    let token: String
    let email: String
    var notice: Notice?
    let surroundings: Surroundings

    /// The whole document.
    var html: HTML {
        arrival(
            surroundings, "Choose a password",
            "<p>For <bdi>\(email)</bdi>. Wherever this address is signed in, it will be signed out.</p>\n", notice,
            FormCard(
                action: "/footfall/password", token: surroundings.formToken,
                fields: "<input type=\"hidden\" name=\"token\" value=\"\(token)\">\n\(passwordFields)",
                button: "Set the password"
            ).html)
    }
}

/// A shared link that asks for its password.
struct SharedPasswordPage {
    let link: SharedLink
    var notice: Notice?
    let surroundings: Surroundings

    /// The whole document.
    var html: HTML {
        arrival(
            surroundings, "These reports have a password", "<p>Whoever sent you the link knows it.</p>\n", notice,
            FormCard(
                action: DashboardPath.shared(link.token), token: surroundings.formToken,
                fields: FormField(
                    name: "password", label: "Password", type: "password", isRequired: true, autocomplete: "off"
                ).html, button: "Open"
            ).html)
    }
}

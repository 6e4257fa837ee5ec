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

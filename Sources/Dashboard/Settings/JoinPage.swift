import Accounts

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

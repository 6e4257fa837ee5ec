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

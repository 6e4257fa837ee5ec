import Accounts

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

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

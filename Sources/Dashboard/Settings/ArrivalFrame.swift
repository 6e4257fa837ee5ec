/// A page with one form in the middle, for people who are not in yet.
func arrival(_ surroundings: Surroundings, _ title: String, _ about: HTML, _ notice: Notice?, _ form: HTML)
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

/// A password, twice.
var passwordFields: HTML {
    """
    \(FormField(name: "password", label: "Password", type: "password", isRequired: true, autocomplete: "new-password", help: "At least 12 characters. A few words that do not belong together are easy to remember.").html)\
    \(FormField(name: "again", label: "The same password again", type: "password", isRequired: true, autocomplete: "new-password").html)
    """
}

/// What went wrong, in words for the one who reads it, and the id under which the log knows more.
struct ErrorPage {
    /// What is the matter, as a heading.
    let title: String
    /// What to do now.
    let advice: HTML
    /// The id that is also in the log; `nil` where the log has nothing to add.
    var id: String?
    /// Who reads the page: only people who are signed in are led to their sites.
    var surroundings = Surroundings()

    /// The whole document.
    var html: HTML {
        let reference: HTML? = id.map { "<p class=\"reference\">In the log as <code>\($0)</code></p>" }
        let back: HTML =
            surroundings.audience == .readers
            ? "<p><a class=\"button\" href=\"/dashboard\">All sites</a></p>\n" : .empty
        return PageFrame(
            surroundings: surroundings, title: title,
            content: """
                <section class="card guide" aria-labelledby="error">
                <h1 id="error">\(title)</h1>
                <p>\(advice)</p>
                \(reference)
                \(back)</section>
                """
        ).html
    }
}

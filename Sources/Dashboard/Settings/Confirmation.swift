import Accounts

/// What is asked before something is done that nobody can take back: a form without the answer changes nothing, and is
/// answered with the page that asks.
struct Confirmation {
    /// The field of the form with the answer.
    static let field = "confirmation"

    /// A word to be typed, so that nobody does by habit what ends a whole site.
    struct Word {
        /// What has to be typed, in upper or lower case.
        var value: String
        /// What the field asks for.
        var label: HTML
    }

    /// The question, as a heading.
    let question: String
    /// What will be gone.
    let consequence: HTML
    /// What the button says that does it.
    let button: HTML
    /// `nil` where that button is enough.
    var word: Word?
    /// Whether the password has to be typed as well. It never stands on the page that asks.
    var needsPassword = false

    /// Whether a form says so.
    func isGiven(in form: Form) -> Bool {
        form[Confirmation.field].lowercased() == (word?.value.lowercased() ?? "yes")
    }

    /// Fields that the page that asks does not carry along: its own, and whatever is a secret.
    private static let notCarried: Set<String> = [field, "form_token", "old", "password", "again"]

    /// What somebody has sent, as it goes along with the answer.
    static func carried(_ form: Form) -> [(name: String, value: String)] {
        form.fields.filter { !notCarried.contains($0.name) }
    }
}

/// The page that asks.
struct ConfirmationPage {
    let confirmation: Confirmation
    /// Where the form goes.
    let action: String
    /// What somebody has sent already.
    let form: Form
    /// The page on which the form stands.
    let back: String
    let surroundings: Surroundings

    /// The whole document.
    var html: HTML {
        PageFrame(
            surroundings: surroundings, title: confirmation.question,
            content: """
                <section class="card guide" aria-labelledby="question">
                <h1 id="question"><bdi>\(confirmation.question)</bdi></h1>
                \(problem)<p>\(confirmation.consequence)</p>
                \(FormCard(action: action, token: surroundings.formToken, fields: fields, button: confirmation.button, isDanger: true).html)\
                <p><a href="\(url: back)">No, leave it as it is</a></p>
                </section>
                """
        ).html
    }

    /// Only where something was typed: whoever comes from a button has done nothing wrong.
    private var problem: HTML {
        guard !form[Confirmation.field].isEmpty else { return .empty }
        return Notice.problem("that was something else: type it as the field shows it").html
    }

    private var fields: HTML {
        func hidden(_ pair: (name: String, value: String)) -> HTML {
            "<input type=\"hidden\" name=\"\(pair.name)\" value=\"\(pair.value)\">"
        }
        let password: HTML =
            confirmation.needsPassword
            ? FormField(
                name: "old", label: "Your password now", type: "password", isRequired: true,
                autocomplete: "current-password"
            ).html : .empty
        let answer: HTML =
            if let word = confirmation.word {
                FormField(
                    name: Confirmation.field, label: word.label, isRequired: true, placeholder: word.value
                ).html
            } else {
                hidden((Confirmation.field, "yes"))
            }
        return "\(each: Confirmation.carried(form), hidden)\(password)\(answer)\n"
    }
}

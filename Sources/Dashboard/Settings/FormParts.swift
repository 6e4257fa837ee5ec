import Accounts

/// A form that changes something: its address, its secret, its fields, and its button.
struct FormCard {
    let action: String
    let token: String
    let fields: HTML
    let button: HTML
    /// Whether it takes something away.
    var isDanger = false
    /// Whether it sends a file.
    var hasFile = false

    /// The form as markup.
    var html: HTML {
        let kind: HTML = isDanger ? " class=\"danger\"" : .empty
        let type: HTML = hasFile ? " enctype=\"multipart/form-data\"" : .empty
        return """
            <form method="post" action="\(url: action)"\(type) class="form">\
            <input type="hidden" name="form_token" value="\(token)">
            \(fields)<p><button\(kind)>\(button)</button></p></form>

            """
    }
}

/// A button that changes something, in a row of a table.
func rowButton(_ action: String, _ token: String, _ hidden: [(name: String, value: String)], _ label: HTML) -> HTML {
    func field(_ pair: (name: String, value: String)) -> HTML {
        "<input type=\"hidden\" name=\"\(pair.name)\" value=\"\(pair.value)\">"
    }
    return """
        <form method="post" action="\(url: action)" class="inline">\
        <input type="hidden" name="form_token" value="\(token)">\(each: hidden, field)<button class="quiet">\(label)</button></form>
        """
}

/// A field with its label, and a word of help.
struct FormField {
    let name: String
    let label: HTML
    var type: StaticString = "text"
    var value = ""
    var isRequired = false
    /// What browsers and password managers fill in.
    var autocomplete: StaticString = "off"
    var help: HTML = .empty
    var placeholder = ""

    /// The field as markup.
    var html: HTML {
        let required: HTML = isRequired ? " required" : .empty
        let described: HTML = help.isEmpty ? .empty : " aria-describedby=\"\(name)-help\""
        let small: HTML = help.isEmpty ? .empty : "<small id=\"\(name)-help\">\(help)</small>"
        return """
            <label class="field"><span>\(label)</span><input type="\(type.description)" name="\(name)" value="\(value)" \
            autocomplete="\(autocomplete.description)" placeholder="\(placeholder)"\(required)\(described)>\(small)</label>

            """
    }
}

/// A field of several lines.
func areaField(_ name: String, _ label: HTML, value: String, help: HTML = .empty) -> HTML {
    """
    <label class="field"><span>\(label)</span><textarea name="\(name)" rows="3" spellcheck="false" \
    aria-describedby="\(name)-help">\(value)</textarea><small id="\(name)-help">\(help)</small></label>

    """
}

/// A choice of one.
func choiceField(
    _ name: String, _ label: HTML, _ options: [(value: String, title: String)], chosen: String = "", help: HTML = .empty
) -> HTML {
    func option(_ option: (value: String, title: String)) -> HTML {
        let selected: HTML = option.value == chosen ? " selected" : .empty
        return "<option value=\"\(option.value)\"\(selected)>\(option.title)</option>"
    }
    let small: HTML = help.isEmpty ? .empty : "<small>\(help)</small>"
    return """
        <label class="field"><span>\(label)</span><select name="\(name)">\(each: options, option)</select>\(small)</label>

        """
}

/// A tick.
func tickField(_ name: String, _ label: HTML, isOn: Bool, help: HTML = .empty) -> HTML {
    let checked: HTML = isOn ? " checked" : .empty
    let small: HTML = help.isEmpty ? .empty : "<small>\(help)</small>"
    return """
        <label class="tick"><input type="checkbox" name="\(name)" value="yes"\(checked)><span>\(label)\(small)</span></label>

        """
}

/// A card of a settings page.
func settingsCard(_ id: StaticString, _ title: HTML, _ content: HTML) -> HTML {
    """
    <section class="card block settings" id="\(id.description)" aria-labelledby="\(id.description)-title">
    <h2 id="\(id.description)-title">\(title)</h2>
    \(content)</section>

    """
}

extension Role {
    /// The role and what it may, for choices.
    var title: String {
        switch self {
        case .guest: "Guest: single sites only"
        case .viewer: "Viewer: reads reports"
        case .editor: "Editor: sets goals, shares links"
        case .admin: "Admin: manages sites, people, keys"
        case .owner: "Owner: everything, deletion included"
        }
    }

    /// The role alone.
    var word: String { rawValue }

    /// Choices of the roles that somebody with this role may give.
    var choices: [(value: String, title: String)] {
        Role.allCases.filter { $0 <= self }.reversed().map { ($0.rawValue, $0.title) }
    }
}

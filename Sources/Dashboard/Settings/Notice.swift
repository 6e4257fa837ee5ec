/// What a settings page says first: what was done, what is wrong, or a secret that is shown this once.
struct Notice {
    enum Kind { case done, problem }

    var kind: Kind
    var words: HTML
    /// Shown once, to be copied.
    var secrets: [String] = []

    /// What somebody typed cannot be taken.
    ///
    /// - Parameter lead: what did not happen.
    static func problem(_ message: String, lead: HTML = "Nothing was changed:") -> Notice {
        Notice(kind: .problem, words: "<strong>\(lead)</strong> \(message)")
    }

    /// The same on the page of a form; before somebody is in, there is nothing that could have been changed.
    static func problem(_ message: String, at route: Route) -> Notice {
        switch route {
        case .signInPage, .signIn, .signInCode: problem(message, lead: "Not signed in:")
        case .setUp: problem(message, lead: "Not set up:")
        case .joinAsSomebodyNew, .joinAsMyself: problem(message, lead: "Not joined:")
        case .setPassword: problem(message, lead: "The password was not set:")
        case .unlockShared: problem(message, lead: "Not opened:")
        default: problem(message)
        }
    }

    /// The notice as markup.
    var html: HTML {
        let role: HTML = kind == .problem ? "alert" : "status"
        let mark: HTML = kind == .problem ? " bad" : " good"
        let list: HTML =
            secrets.isEmpty
            ? .empty
            : """
            <pre class="snippet" tabindex="0" role="region" aria-label="To be copied"><code>\
            \(secrets.joined(separator: "\n"))</code></pre>
            """
        return "<div class=\"notice\(mark)\" role=\"\(role)\"><p>\(words)</p>\(list)</div>\n"
    }
}

/// What a change is answered with, named in the address that the browser is sent to.
enum Done: String {
    case saved, removed, left, moved, deleted, kept
    case password, address, signedOutElsewhere = "signed-out"
    case secondFactorOff = "second-factor-off"
    case erased

    /// In words.
    var words: HTML {
        switch self {
        case .saved: "Saved."
        case .removed: "Removed."
        case .left: "You have left the organisation."
        case .moved: "The site has moved. Its guests, links and keys ended with that."
        case .deleted: "It will be deleted when the days of grace are over. Until then you can take that back."
        case .kept: "It stays."
        case .password: "The password is changed. Everywhere else you are signed out."
        case .address: "The address is changed. Everywhere else you are signed out; sign in with it from now on."
        case .signedOutElsewhere: "Signed out."
        case .erased: "It is on its way: gone from every report within a minute, and from the disk within a day."
        case .secondFactorOff: "The second factor is off. Signing in takes the password alone."
        }
    }

    /// The notice that an address asks for.
    static func notice(in query: String) -> Notice? {
        Done(rawValue: Form(query: query.utf8)["done"]).map { Notice(kind: .done, words: $0.words) }
    }
}

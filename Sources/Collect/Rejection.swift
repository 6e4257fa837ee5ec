import EventModel

/// Why a request can never succeed, said to its sender and counted in the ledger.
struct Rejection: Error, Equatable {
    /// The reasons in the ledger: fixed words, because what a sender writes must not name rows.
    enum Reason: String, Sendable {
        /// Not JSON, or not of the shape of events.
        case malformed
        /// A field has the wrong type, or is too long.
        case invalidField = "invalid_field"
        /// A field that is needed is not there.
        case missingField = "missing_field"
        /// No site has the key.
        case unknownSite = "unknown_site"
        /// The page's host may not send for the site.
        case hostNotAllowed = "host_not_allowed"
        /// The body is of a type, or compressed in a way, that nobody here reads.
        case unsupportedType = "unsupported_type"
        /// The body is larger than it may be.
        case tooLarge = "too_large"
        /// A step of the chain refuses it, under a word of its own in the ledger.
        case refusedByChain = "refused_by_chain"
        /// A request like this has ended the process before.
        case crashed
        /// More events than the site, the key or the network may send.
        case rateLimited = "rate_limited"
        /// No secret key, or none that is known.
        case unknownKey = "unknown_key"
        /// The secret key's time is over.
        case keyExpired = "key_expired"
        /// The secret key may do other things, but not send.
        case keyScope = "key_scope"
        /// The event names a site that the secret key is not good for, or none where there are several.
        case siteNotOfKey = "site_not_of_key"
    }

    /// The field at fault, such as `u` or `p.price`; `nil` when it is the whole body.
    var field: String?
    /// What is wrong, and what would be right.
    var message: String
    /// Place of the event in the array that was sent, when there is one.
    var index: Int?
    /// The word for the ledger.
    var reason: Reason
    /// The site, where it is known.
    var site = SiteID.unknown

    init(_ reason: Reason = .invalidField, field: String? = nil, _ message: String, index: Int? = nil) {
        self.reason = reason
        self.field = field
        self.message = message
        self.index = index
    }

    /// The answer's body. Nothing of what the client sent is repeated but the name of a field.
    var json: [UInt8] {
        Array((object + "\n").utf8)
    }

    /// The same as one of several in a list.
    var object: String {
        var text = "{\"error\":\(Rejection.quoted(message))"
        if let field { text += ",\"field\":\(Rejection.quoted(field))" }
        if let index { text += ",\"index\":\(index)" }
        return text + "}"
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case "<": quoted += "\\u003c"
            case "\u{0}"..."\u{1f}": quoted += " "
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

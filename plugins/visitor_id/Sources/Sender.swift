import Cryptography
import EventModel

/// Who is told apart from whom: the message under the keyed hash.
///
/// Site (4 bytes), length of the network (4), network (4 or 16), number of texts (4), and each text with its length (4)
/// before it; numbers most significant byte first. No two senders share a message, whatever they send.
struct Sender {
    var site: SiteID
    var address: IPAddress

    /// The message with the whole user agent.
    func withMessage<Result>(_ userAgent: String, _ body: (borrowing SipHash.Message) -> Result) -> Result {
        SipHash.withMessage(capacity: Sender.head + SipHash.Message.length(of: userAgent)) { message in
            begin(&message, texts: 1)
            message.append(userAgent)
            return body(message)
        }
    }

    /// The message with what many browsers share.
    func withMessage<Result>(_ traits: Traits, _ body: (borrowing SipHash.Message) -> Result) -> Result {
        let capacity =
            SipHash.Message.length(of: traits.browser) + SipHash.Message.length(of: traits.version)
            + SipHash.Message.length(of: traits.system) + SipHash.Message.length(of: traits.device)
        return SipHash.withMessage(capacity: Sender.head + capacity) { message in
            begin(&message, texts: 4)
            message.append(traits.browser)
            message.append(traits.version)
            message.append(traits.system)
            message.append(traits.device)
            return body(message)
        }
    }

    /// Bytes before the texts, at most.
    private static let head = 4 + 4 + 16 + 4

    private func begin(_ message: inout SipHash.Message, texts: UInt32) {
        message.append(UInt32(bitPattern: site.rawValue))
        switch address.network {
        case .v4(let bits):
            message.append(UInt32(4))
            message.append(bits)
        case .v6(let bits):
            message.append(UInt32(16))
            message.append(bits)
        }
        message.append(texts)
    }
}

/// What is known of a browser that many share: the facts of the plugin `user_agent`.
struct Traits {
    var browser = ""
    var version = ""
    var system = ""
    var device = ""

    /// The facts' names.
    static let facts = ["browser", "browser_version", "os", "device"]

    init(_ hit: Hit) {
        for fact in hit.facts {
            guard case .text(let text) = fact.value else { continue }
            switch fact.name {
            case "browser": browser = text
            case "browser_version": version = text
            case "os": system = text
            case "device": device = text
            default: break
            }
        }
    }
}

import Accounts
import EventModel
import FastCGI

/// A request on its way through the dashboard: what was asked, by whom, and what the answer will bring along.
struct Inquiry {
    /// The request itself.
    let request: Request
    /// What its address leads to.
    let match: RouteTable.Match
    /// Who asks.
    var caller = Caller.nobody
    /// The site of the address, where it names one that this caller may know of.
    var site: OwnedSite?
    /// The organisation of the address.
    var organisation: Int32?
    /// The secret of forms.
    var guarding: FormGuard
    /// Cookies that the answer sets.
    var cookies: [String] = []
    /// What is around the page.
    var surroundings = Surroundings()

    /// Where the operator says that the dashboard is; empty where nothing is said.
    var publicURL = ""

    /// Scheme and host of the dashboard, for links that are shown.
    var origin: String { publicURL.isEmpty ? request.origin : publicURL }

    /// Who is signed in; `nil` for nobody.
    var person: SignedIn? {
        if case .person(let person) = caller { return person }
        return nil
    }

    /// Where the request came from; without nginx's word, this machine.
    var address: IPAddress {
        request.parameters["REMOTE_ADDR"].flatMap { IPAddress($0) } ?? .v4(0x7F00_0001)
    }

    /// From where somebody signs in, as it is kept.
    var signInOrigin: SignInOrigin {
        SignInOrigin(device: DeviceWords.of(request.header("USER_AGENT") ?? ""), network: NetworkWords.of(address))
    }
}

extension Request {
    /// Scheme and host under which the reader opened the dashboard, so that the snippet can be pasted as it is, and forms
    /// of other origins are refused. The host is the client's word; it is escaped like every other and only ever shown to
    /// the one who sent it.
    var origin: String {
        // What Debian's nginx passes as HTTP_HOST has lost the port.
        guard let host = parameters["FOOTFALL_HOST"] ?? header("HOST"), !host.isEmpty, host.utf8.count <= 255,
            host.utf8.allSatisfy({ Request.isHostByte($0) })
        else { return "" }
        return "\(isOverTLS ? "https" : "http")://\(host)"
    }

    private var isOverTLS: Bool { parameters["HTTPS"] == "on" }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"):
            true
        default: false
        }
    }
}

/// What is kept of a user agent in the list of sessions: enough to recognise one's own devices.
enum DeviceWords {
    /// Browser and system, such as `Firefox on Linux`.
    static func of(_ agent: String) -> String {
        // Later ones contain the names of those before them.
        let browser = first(
            of: [
                ("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("SamsungBrowser/", "Samsung Internet"),
                ("Chrome/", "Chrome"), ("Safari/", "Safari"),
            ], in: agent)
        let system = first(
            of: [
                ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
                ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"),
            ], in: agent)
        switch (browser, system) {
        case (let browser?, let system?): return "\(browser) on \(system)"
        case (let word?, nil), (nil, let word?): return word
        case (nil, nil): return "another program"
        }
    }

    private static func first(of names: [(part: String, name: String)], in agent: String) -> String? {
        names.first { agent.prefix(500).contains($0.part) }?.name
    }
}

/// Truncated addresses, as the audit log and the list of sessions have them.
enum NetworkWords {
    /// /24 of IPv4, /48 of IPv6.
    static func of(_ address: IPAddress) -> String {
        switch address {
        case .v4(let bits): "\(IPAddress.v4(bits & 0xFFFF_FF00))/24"
        case .v6(let bits): "\(IPAddress.v6((bits >> 80) << 80))/48"
        }
    }
}

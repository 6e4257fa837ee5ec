/// The addresses of the dashboard.
enum DashboardPath: Equatable {
    /// The list of sites.
    case sites
    /// The overview of the site of this domain.
    case overview(domain: String)
    /// A file with a hash in its name.
    case asset(String)
    /// The same address without the slash at its end.
    case redirect(String)
    /// No page of ours.
    case unknown

    /// Reads a request's path, which nginx has percent-decoded.
    init(_ path: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        guard parts.first == "dashboard" else {
            self = .unknown
            return
        }
        let rest = Array(parts.dropFirst())
        switch rest.count {
        case 0: self = .sites
        case 1 where rest[0].isEmpty: self = .redirect("/dashboard")
        case 2 where rest[0] == "assets": self = .asset(path)
        case 1, 2:
            let domain = String(rest[0])
            guard !domain.isEmpty, domain != "assets", rest.count == 1 || rest[1].isEmpty else {
                self = .unknown
                return
            }
            self = rest.count == 1 ? .overview(domain: domain) : .redirect(DashboardPath.site(domain))
        default: self = .unknown
        }
    }

    /// The address of a site's overview.
    static func site(_ domain: String) -> String {
        var path = "/dashboard/"
        for byte in domain.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
                path.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                path += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
        return path
    }
}

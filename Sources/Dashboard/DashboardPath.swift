/// The addresses of pages, as they are written into links.
enum DashboardPath {
    static let sites = "/dashboard"
    static let account = "/footfall/account"
    static let signIn = "/footfall/sign-in"

    /// The address of a site's page.
    static func site(_ domain: String, _ page: SitePage = .overview) -> String {
        "/dashboard/\(PercentText.encoded(domain, keepsSlash: false))" + page.ending
    }

    /// The address of a site's settings.
    static func settings(_ domain: String) -> String { "\(site(domain))/settings" }

    /// The address of the pages behind a shared link.
    static func shared(_ token: String) -> String {
        "/footfall/share/\(PercentText.encoded(token, keepsSlash: false))"
    }

    /// The address of an organisation's page.
    static func organisation(_ number: Int32, _ part: String = "") -> String {
        "/footfall/organisation/\(number)" + (part.isEmpty ? "" : "/\(part)")
    }

    /// The address of the page about privacy that everybody may read.
    static func publicRecord(_ domain: String) -> String {
        "/footfall/privacy/\(PercentText.encoded(domain, keepsSlash: false))"
    }

    /// Where visitors find what is kept of their own visit.
    static func ownData(_ domain: String) -> String { publicRecord(domain) + "/mine" }
}

/// Who reads a page: the people of a site, or everybody.
enum Audience {
    case readers, everybody

    /// The audience of an address.
    init(path: String) {
        self = path.utf8.starts(with: "/footfall/".utf8) ? .everybody : .readers
    }
}

/// The addresses of the dashboard, and of the page about privacy that everybody may read.
enum DashboardPath: Equatable {
    /// The list of sites.
    case sites
    /// A page of the site of this domain.
    case site(SitePage, domain: String)
    /// The table of such a page as a file.
    case csv(SitePage, domain: String)
    /// What is kept of a site's visitors, for these.
    case publicRecord(domain: String)
    /// A file with a hash in its name, by its name.
    case asset(String)
    /// The same address without the slash at its end.
    case redirect(String)
    /// No page of ours.
    case unknown

    /// Reads a request's path, which nginx has percent-decoded.
    init(_ path: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        switch parts.first {
        case "dashboard": self = DashboardPath.dashboard(Array(parts.dropFirst()))
        case "footfall": self = DashboardPath.publicPlace(Array(parts.dropFirst()))
        default: self = .unknown
        }
    }

    private static func dashboard(_ parts: [Substring]) -> DashboardPath {
        switch parts.count {
        case 0: return .sites
        case 1 where parts[0].isEmpty: return .redirect("/dashboard")
        case 2 where parts[0] == "assets": return .asset(String(parts[1]))
        case 1...3:
            let domain = String(parts[0])
            guard !domain.isEmpty, domain != "assets" else { return .unknown }
            if parts.count == 1 { return .site(.overview, domain: domain) }
            if parts.count == 2, parts[1].isEmpty { return .redirect(site(domain)) }
            if parts.count == 2, parts[1].hasSuffix(".csv"), let page = SitePage(rawValue: String(parts[1].dropLast(4)))
            {
                return .csv(page, domain: domain)
            }
            // The overview has no name in its address.
            guard let page = SitePage(rawValue: String(parts[1])), page != .overview else { return .unknown }
            if parts.count == 2 { return .site(page, domain: domain) }
            return parts[2].isEmpty ? .redirect(site(domain, page)) : .unknown
        default: return .unknown
        }
    }

    private static func publicPlace(_ parts: [Substring]) -> DashboardPath {
        guard parts.first == "privacy", parts.count == 2 || parts.count == 3, !parts[1].isEmpty else { return .unknown }
        let (domain, rest) = (String(parts[1]), parts.count == 3 ? parts[2] : nil)
        if domain == "assets" { return rest.map { .asset(String($0)) } ?? .unknown }
        guard let rest else { return .publicRecord(domain: domain) }
        return rest.isEmpty ? .redirect(publicRecord(domain)) : .unknown
    }

    /// The address of a site's page.
    static func site(_ domain: String, _ page: SitePage = .overview) -> String {
        "/dashboard/\(PercentText.encoded(domain, keepsSlash: false))" + (page == .overview ? "" : "/\(page.rawValue)")
    }

    /// The address of a page's table as a file.
    static func csv(_ domain: String, _ page: SitePage) -> String {
        "/dashboard/\(PercentText.encoded(domain, keepsSlash: false))/\(page.rawValue).csv"
    }

    /// The address of the page about privacy that everybody may read.
    static func publicRecord(_ domain: String) -> String {
        "/footfall/privacy/\(PercentText.encoded(domain, keepsSlash: false))"
    }
}

/// Who reads a page: the people of a site, or everybody.
enum Audience {
    case readers, everybody

    /// The audience of an address. Nothing but the page about privacy is for everybody.
    init(path: String) {
        self = path.utf8.starts(with: "/footfall/".utf8) ? .everybody : .readers
    }
}

/// The pages of one site.
enum SitePage: String, CaseIterable {
    case overview, quality, inspector, privacy

    /// What the page is called where one goes from page to page.
    var title: StaticString {
        switch self {
        case .overview: "Overview"
        case .quality: "Data quality"
        case .inspector: "Live inspector"
        case .privacy: "Privacy"
        }
    }
}

/// Links to all pages of a site; the one that is open is marked for eyes and ears.
func siteNavigation(_ domain: String, current: SitePage) -> HTML {
    func link(_ page: SitePage) -> HTML {
        let mark: HTML = page == current ? " aria-current=\"page\"" : ""
        return "<a href=\"\(url: DashboardPath.site(domain, page))\"\(mark)>\(page.title.description)</a>"
    }
    return """
        <nav class="places" aria-label="Pages of this site">\(each: SitePage.allCases, link)</nav>
        """
}

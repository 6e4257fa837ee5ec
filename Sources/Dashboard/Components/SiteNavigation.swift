/// The pages of one site.
enum SitePage: String, CaseIterable {
    case overview, realtime, pages, sources, locations, devices, events, goals, quality, inspector, privacy

    /// What the page is called where one goes from page to page.
    var title: StaticString {
        switch self {
        case .overview: "Overview"
        case .realtime: "Realtime"
        case .pages: "Pages"
        case .sources: "Sources"
        case .locations: "Locations"
        case .devices: "Devices"
        case .events: "Events"
        case .goals: "Goals"
        case .quality: "Data quality"
        case .inspector: "Live inspector"
        case .privacy: "Privacy"
        }
    }

    /// Whether it shows numbers of some days, under filters.
    var hasNumbers: Bool {
        switch self {
        case .quality, .inspector, .privacy: false
        default: true
        }
    }
}

/// Links to all pages of a site; the one that is open is marked for eyes and ears.
func siteNavigation(_ domain: String, current: SitePage, state: ReportState = ReportState()) -> HTML {
    // Days and filters stay while one goes from page to page.
    let carried = state.carried
    let query = carried == ReportState() ? "" : carried.query
    func link(_ page: SitePage) -> HTML {
        let mark: HTML = page == current ? " aria-current=\"page\"" : ""
        return
            "<a href=\"\(url: DashboardPath.site(domain, page) + (page.hasNumbers ? query : ""))\"\(mark)>\(page.title.description)</a>"
    }
    return """
        <nav class="places" aria-label="Pages of this site">\(each: SitePage.allCases, link)</nav>
        """
}

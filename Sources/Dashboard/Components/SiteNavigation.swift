import EventModel

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

/// Links to all pages of a site that the reader may open; the one that is open is marked for eyes and ears. `nil` for the
/// settings.
func siteNavigation(_ place: Place, current: SitePage?, state: ReportState = ReportState()) -> HTML {
    // Days and filters stay while one goes from page to page.
    let carried = state.carried
    let query = carried.parameters.isEmpty ? "" : carried.query
    func mark(_ isCurrent: Bool) -> HTML { isCurrent ? " aria-current=\"page\"" : "" }
    func link(_ page: SitePage) -> HTML {
        """
        <a href="\(url: place.address(page) + (page.hasNumbers ? query : ""))"\(mark(page == current))>\(page.title.description)</a>
        """
    }
    let settings: HTML =
        place.hasSettings
        ? "<a href=\"\(url: DashboardPath.settings(place.site.domain))\"\(mark(current == nil))>Settings</a>" : .empty
    return """
        <nav class="places" aria-label="Pages of this site">\(each: place.pages, link)\(settings)</nav>
        """
}

import Reports

extension SitePage {
    /// The tables of a page; none for pages of another kind. `properties` are those of the event that the page is filtered
    /// by.
    func tabs(properties: [String]) -> [BreakdownPage.Tab] {
        switch self {
        case .pages:
            [.page, .entryPage, .exitPage, .pageGroup, .title, .searchTerm, .hostname].map(BreakdownPage.Tab.init)
        case .sources: SitePage.sourceTabs
        case .locations: [.country, .region, .city, .language].map(BreakdownPage.Tab.init)
        case .devices:
            [.browser, .os, .device, .screen, .browserVersion, .osVersion].map(BreakdownPage.Tab.init)
        case .events:
            [BreakdownPage.Tab(.event)] + properties.map { BreakdownPage.Tab(.property($0)) }
        default: []
        }
    }

    private static var sourceTabs: [BreakdownPage.Tab] {
        func sources(_ name: String, _ title: String, of channels: [String]) -> BreakdownPage.Tab {
            BreakdownPage.Tab(
                name: name, title: title, dimension: .source, filter: .test(.init(.channel, .is, channels)))
        }
        return [
            BreakdownPage.Tab(.channel), BreakdownPage.Tab(.source),
            sources("search", "Search engines", of: ["Organic Search", "Paid Search"]),
            sources("assistants", "AI assistants", of: ["AI Assistants"]),
            BreakdownPage.Tab(.referrer), BreakdownPage.Tab(.utmCampaign), BreakdownPage.Tab(.utmSource),
            BreakdownPage.Tab(.utmMedium), BreakdownPage.Tab(.utmTerm), BreakdownPage.Tab(.utmContent),
        ]
    }
}

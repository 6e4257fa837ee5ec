import EventModel

/// For how long a pseudonym lasts: days, weeks that begin on Monday (ISO 8601), or months, of the site's time zone.
struct Periods: Sendable {
    var identity: VisitorIdentity.Settings.Identity

    /// Milliseconds around now outside of which no period is asked for: longer than the longest.
    static let reach: Int64 = 33 * 86_400_000

    /// The period to which a local day of the site belongs. `nil` where the calendar ends within the period, and for
    /// `none`.
    func period(of site: SiteID, day: Range<Timestamp>, in sites: SiteSnapshot) -> Range<Timestamp>? {
        switch identity {
        case .none: nil
        case .daily: day
        case .weekly: sites.period(.week, of: site, containing: day.lowerBound)
        case .monthly: sites.period(.month, of: site, containing: day.lowerBound)
        }
    }
}

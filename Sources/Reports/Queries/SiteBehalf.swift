import Database
import EventModel

extension Behalf {
    /// For the numbers of a site.
    static func site(_ id: SiteID) -> Behalf { .site(id.rawValue) }
}

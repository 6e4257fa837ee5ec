import Database
import EventModel

/// What all queries of a report have in common: a site, a stretch of time, and the moments at which its parts begin.
struct QueryRange {
    /// The site.
    var site: SiteID
    /// Where the parts (days or hours) begin, ascending; the first is the beginning of the range.
    var starts: [Timestamp]
    /// Where the range ends, itself outside.
    var end: Timestamp
    /// The number of the text `pageview` in the site's dictionary; `nil` before the first page view.
    var pageview: Int64?

    private var start: Timestamp { starts.first ?? end }

    /// Whether a row of `event` lies in the range.
    var containsEvent: SQL {
        """
        site_id = \(site.rawValue) AND "time" >= \(timestamp: start.milliseconds) \
        AND "time" < \(timestamp: end.milliseconds)
        """
    }

    /// Whether a visit began in the range.
    var containsVisit: SQL {
        """
        site_id = \(site.rawValue) AND started_at >= \(timestamp: start.milliseconds) \
        AND started_at < \(timestamp: end.milliseconds)
        """
    }

    /// The number of an event's part, from 1. Comparing with moments needs no calendar for each row, and is right on
    /// days of 23 and 25 hours.
    var partOfEvent: SQL { "width_bucket(\"time\", \(timestamps: starts.map(\.milliseconds)))" }

    /// The number of the part in which a visit began, from 1.
    var partOfVisit: SQL { "width_bucket(started_at, \(timestamps: starts.map(\.milliseconds)))" }

    /// Whether an event is a page view.
    var isPageview: SQL { if let pageview { "name_id = \(pageview)" } else { "false" } }

    /// The site's number as a bind.
    var siteNumber: SQL { "\(site.rawValue)" }
}

/// The number of the text `pageview` in a site's dictionary.
func queryPageviewNumber(_ connection: Connection, site: SiteID) throws(DatabaseError) -> Int64? {
    let rows = try connection.query(
        "SELECT text_id FROM dictionary WHERE site_id = \(site.rawValue) AND text = \(Hit.pageview) LIMIT 1")
    return try rows.first?.value(0)
}

import Cryptography
public import Database
public import EventModel

/// Turns what a person says into a selector: a user's id into the hash under which it is kept, dates into moments.
public struct SelectorReader {
    private let connection: Connection

    /// A reader on this connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// The events of a user of a site, by the id that the site's server sends for the user.
    public func user(_ id: String, of site: SiteID) throws(DatabaseError) -> EventSelector {
        let rows = try connection.query("SELECT user_key FROM site WHERE site_id = \(site.rawValue)")
        guard let row = rows.first, let bits = UserHash.bits(of: id, key: try row.value(0, as: [UInt8].self)) else {
            throw .invalid("the user's id is empty, or there is no such site")
        }
        return .user(UserID(rawValue: bits))
    }

    /// All events from the first moment of one date to the last of another, both local dates of the site (`YYYY-MM-DD`).
    public func period(
        from first: String, through last: String, of site: SiteID
    ) throws(DatabaseError) -> EventSelector {
        for date in [first, last] where !SelectorReader.isDate(date) {
            throw .invalid("\"\(date)\" is not a date such as 2026-11-25")
        }
        let (since, until) = try moments(first, last, of: site)
        guard since < until else { throw .invalid("the last day comes before the first one") }
        return .period(Timestamp(milliseconds: since)..<Timestamp(milliseconds: until))
    }

    private func moments(
        _ first: String, _ last: String, of site: SiteID
    ) throws(DatabaseError) -> (since: Int64, until: Int64) {
        let rows: Rows
        do throws(DatabaseError) {
            rows = try connection.query(
                """
                SELECT first_moment(\(first)::text::date, time_zone), first_moment(\(last)::text::date + 1, time_zone)
                FROM site WHERE site_id = \(site.rawValue)
                """)
        } catch {
            // A date that the calendar does not have is an error of the server's.
            throw error.kind == .poison ? .invalid(error.message) : error
        }
        guard let row = rows.first else { throw .invalid("there is no such site") }
        return (try row.milliseconds(0), try row.milliseconds(1))
    }

    private static func isDate(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count == 10 else { return false }
        return bytes.indices.allSatisfy { index in
            index == 4 || index == 7
                ? bytes[index] == UInt8(ascii: "-")
                : (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index])
        }
    }
}

import EventModel
import Platform

/// For how long a pseudonym lasts: days, weeks that begin on Monday (ISO 8601), or months, of the site's time zone.
///
/// The beginnings of local days come from the database, the only calendar of the house. What date a day has is found
/// from the moments themselves, for the gateway has no time zones of its own.
struct Periods: Sendable {
    var identity: VisitorIdentity.Settings.Identity

    /// Milliseconds around now outside of which no period is asked for: longer than the longest.
    static let reach: Int64 = 33 * 86_400_000

    /// The period to which a local day of the site belongs. `nil` where the calendar ends within the period, and for
    /// `none`.
    func period(of site: SiteID, day: Range<Timestamp>, in sites: SiteSnapshot) -> Range<Timestamp>? {
        if identity == .daily { return day }
        guard identity != .none else { return nil }
        let date = LocalDate(zone: sites.site(site)?.timeZone ?? "")
        let number = number(date.days(of: day))
        var first = day
        var last = day
        // No month has more days, so neither loop ends for want of steps.
        for _ in 0..<31 {
            let before = sites.day(of: site, containing: first.lowerBound.advanced(byMilliseconds: -1))
            guard before.upperBound == first.lowerBound else { return nil }
            guard self.number(date.days(of: before)) == number else { break }
            first = before
        }
        for _ in 0..<31 {
            let after = sites.day(of: site, containing: last.upperBound)
            guard after.lowerBound == last.upperBound else { return nil }
            guard self.number(date.days(of: after)) == number else { break }
            last = after
        }
        return first.lowerBound..<last.upperBound
    }

    /// The same for all days of a week or of a month.
    private func number(_ days: Int64) -> Int64 {
        guard identity == .monthly else {
            // 1970-01-01 was a Thursday.
            let shifted = days &+ 3
            return shifted / 7 - (shifted % 7 < 0 ? 1 : 0)
        }
        let civil = CivilTime(milliseconds: days &* LocalDate.dayLength)
        return Int64(civil.year) &* 12 &+ Int64(civil.month)
    }
}

/// The calendar date of a local day of which only beginning and end are known.
///
/// Its middle is noon, within an hour; east of Greenwich that is earlier than noon in UTC, west of it later, and between
/// 12 hours west and 12 hours east it has the same date there as here. The Pacific has clocks that are up to 14 hours
/// ahead, and those moments are also the noons of clocks that are 10 hours and more behind: Kiritimati's days begin when
/// Honolulu's do, with another date. Only the zone's name can tell.
struct LocalDate: Sendable {
    private let isFarWest: Bool

    static let dayLength: Int64 = 86_400_000

    init(zone: String) {
        isFarWest = LocalDate.farWest.contains(zone)
    }

    /// Zones whose clocks are ten hours or more behind UTC, by their IANA names.
    static let farWest: Set<String> = [
        "America/Adak", "America/Atka", "Etc/GMT+10", "Etc/GMT+11", "Etc/GMT+12", "HST", "Pacific/Honolulu",
        "Pacific/Johnston", "Pacific/Midway", "Pacific/Niue", "Pacific/Pago_Pago", "Pacific/Rarotonga",
        "Pacific/Samoa", "Pacific/Tahiti", "US/Aleutian", "US/Hawaii", "US/Samoa",
    ]

    /// The day's date, in days since 1970-01-01.
    func days(of day: Range<Timestamp>) -> Int64 {
        let length = day.upperBound.milliseconds(since: day.lowerBound)
        // Noon of clocks 12 h behind is 24:00 UTC. Of those ahead, 14 h is 22:00 UTC of the day before, and the nearest
        // in the west is the Marquesas' 21:30 UTC.
        let shift: Int64 = isFarWest ? -3_600_000 : 8_100_000
        let moment = day.lowerBound.advanced(byMilliseconds: length / 2).advanced(byMilliseconds: shift).milliseconds
        return moment / LocalDate.dayLength - (moment % LocalDate.dayLength < 0 ? 1 : 0)
    }
}

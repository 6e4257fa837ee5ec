import Database
import EventModel
import TestSupport

@testable import PostgresPlugin

/// A visit as a test looks at it: everything but its number.
struct VisitView: Hashable, CustomStringConvertible {
    var site: Int32
    var visitor: UInt64
    var visitorAfter: UInt64?
    var startedAt: Int64
    var lastAt: Int64
    var firstEvent: UInt128
    var pageviews: Int32
    var events: Int32
    var engaged: Int32
    var entry: String?
    var exit: String?
    var hostname: String?
    var source: String?
    var country: String?
    var viewportWidth: Int32?
    /// Ids of all events, sorted.
    var members: [UInt128]

    var description: String {
        "visit(\(site), \(visitor)→\(visitorAfter.map { "\($0)" } ?? "-"), \(startedAt)…\(lastAt), first \(firstEvent), "
            + "\(pageviews) views, \(events) events, \(engaged) ms, \(entry ?? "-")→\(exit ?? "-"), \(source ?? "-"), "
            + "\(country ?? "-"), \(viewportWidth ?? 0), \(members))"
    }
}

/// The definition of a visit in its plainest form, all events at once: what the store must agree with.
enum BruteForce {
    static func visits(of hits: [Hit]) -> [VisitView] {
        var seen: Set<[UInt128]> = []
        let unique = hits.filter { seen.insert([UInt128($0.site.rawValue), $0.id.value]).inserted }
        var visits: [VisitView] = []
        for site in Set(unique.map(\.site.rawValue)) {
            let known = unique.filter { $0.site.rawValue == site && $0.visitor != nil }
            // Whoever is linked to somebody by an event is that somebody.
            var person: [UInt64: UInt64] = [:]
            for hit in known { if let id = hit.visitor?.rawValue { person[id] = id } }
            for hit in known {
                guard let id = hit.visitor?.rawValue, let before = hit.visitorBefore?.rawValue else { continue }
                let from = person[id] ?? id
                let to = person[before] ?? before
                for (key, value) in person where value == from { person[key] = to }
                person[before] = to
            }
            let groups = Dictionary(grouping: known) { hit in hit.visitor.flatMap { person[$0.rawValue] } ?? 0 }
            for group in groups.values { visits += chains(of: group, site: site) }
        }
        return visits.sorted { ($0.site, $0.startedAt, $0.firstEvent) < ($1.site, $1.startedAt, $1.firstEvent) }
    }

    private static func chains(of hits: [Hit], site: Int32) -> [VisitView] {
        let ordered = hits.sorted { ($0.time, $0.id) < ($1.time, $1.id) }
        var chains: [[Hit]] = []
        for hit in ordered {
            if let last = chains.last?.last, hit.time.milliseconds - last.time.milliseconds <= 1_800_000 {
                chains[chains.count - 1].append(hit)
            } else {
                chains.append([hit])
            }
        }
        return chains.compactMap { view(of: $0, site: site) }
    }

    private static func view(of chain: [Hit], site: Int32) -> VisitView? {
        guard let first = chain.first, let last = chain.last, let visitor = first.visitor?.rawValue else { return nil }
        let pages = chain.filter(\.isPageview)
        func text(_ text: String?) -> String? { text?.isEmpty == true ? nil : text }
        return VisitView(
            site: site, visitor: visitor,
            visitorAfter: chain.last { $0.visitor?.rawValue != visitor }?.visitor?.rawValue,
            startedAt: first.time.milliseconds, lastAt: last.time.milliseconds, firstEvent: first.id.value,
            pageviews: Int32(pages.count),
            events: Int32(
                chain.filter { !$0.isPageview && !$0.facts.contains(Property("interactive", .flag(false))) }.count),
            engaged: chain.reduce(0) { sum, hit in
                guard case .number(let number)? = hit.facts.first(where: { $0.name == "engaged_ms" })?.value else {
                    return sum
                }
                return sum + Int32(number)
            }, entry: text(pages.first?.path), exit: text(pages.last?.path), hostname: text(first.hostname),
            source: text(first.source), country: text(first.country), viewportWidth: first.viewportWidth,
            members: chain.map(\.id.value).sorted())
    }

    /// What stands in the database.
    static func stored(_ connection: Connection) throws -> [VisitView] {
        let rows = try connection.query(
            """
            SELECT site_id, visitor, visitor_after, started_at, last_at,
                (SELECT first_event FROM session WHERE session.site_id = session_text.site_id
                    AND session.visitor = session_text.visitor AND session.session_id = session_text.session_id),
                pageviews, events, engaged_ms, entry_path, exit_path, hostname, source, country, viewport_width,
                ARRAY(SELECT event_id FROM event WHERE event.site_id = session_text.site_id
                    AND event.session_id = session_text.session_id ORDER BY event_id)
            FROM session_text ORDER BY site_id, started_at, first_event
            """)
        return try rows.map { row in
            VisitView(
                site: try row.value(0), visitor: UInt64(bitPattern: try row.value(1, as: Int64.self)),
                visitorAfter: try row.value(2, as: Int64?.self).map { UInt64(bitPattern: $0) },
                startedAt: try row.milliseconds(3), lastAt: try row.milliseconds(4), firstEvent: try row.value(5),
                pageviews: try row.value(6), events: try row.value(7), engaged: try row.value(8),
                entry: try row.value(9),
                exit: try row.value(10), hostname: try row.value(11), source: try row.value(12),
                country: try row.value(13), viewportWidth: try row.value(14), members: try row.value(15))
        }
    }
}

extension SeededRandom {
    /// Events of a few visitors whose gaps are often exactly as long as a visit allows, over the full hour, over
    /// midnight and over the end of a month, some of them twice.
    mutating func hits(_ count: Int, visitors: UInt64, from start: Int64) -> [Hit] {
        var clocks: [UInt64: Int64] = [:]
        var hits: [Hit] = []
        for _ in 0..<count {
            let visitor = UInt64.random(in: 1...visitors, using: &self)
            let gap = [0, 1, 59_000, 600_000, 1_799_999, 1_800_000, 1_800_001, 2_400_000, 7_200_000].randomElement(
                using: &self)
            let time = clocks[visitor, default: start + Int64(visitor)] + Int64(gap ?? 0)
            clocks[visitor] = time
            let id = UInt128(next()) << 64 | UInt128(next())
            var hit = StoreFixture.hit(id, at: time, visitor: visitor, path: "/\(next() % 5)")
            hit.site = SiteID(rawValue: visitor % 4 == 0 ? 2 : 1)
            if next() % 4 == 0 { hit.name = ["click", "engagement"].randomElement(using: &self) ?? "click" }
            if hit.name == "engagement" {
                hit.facts = [
                    Property("interactive", .flag(false)), Property("engaged_ms", .number(Double(next() % 5000))),
                ]
            }
            if next() % 7 == 0 { hit.path = "" }
            hit.source = ["", "Google", "example.org"].randomElement(using: &self) ?? ""
            hit.country = ["", "DE", "FR"].randomElement(using: &self) ?? ""
            hit.viewportWidth = [nil, 390, 1920].randomElement(using: &self) ?? nil
            hits.append(hit)
            if next() % 10 == 0 { hits.append(hit) }
            if next() % 15 == 0 {
                var nobody = hit
                nobody.id = EventID(id ^ 1)
                nobody.visitor = nil
                hits.append(nobody)
            }
        }
        return hits
    }
}

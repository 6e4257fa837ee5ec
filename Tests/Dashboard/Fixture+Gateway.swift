import Dashboard
import EventModel
import Platform
import Reports

extension Fixture {
    /// The ledger: thirty busy days, or none; where `name` is given it is every word that somebody else chose.
    static func quality(_ mood: Mood, name: String? = nil) -> QualityReport {
        let isEmpty = [.waiting, .sparse, .midnight].contains(mood)
        let dates = (0..<30).map { CivilTime(milliseconds: 1_795_533_660_000 - Int64(29 - $0) * 86_400_000).date }
        let days = dates.enumerated().map { index, date in
            guard !isEmpty else { return QualityReport.Day(date: date, counts: QualityReport.Counts()) }
            var counts = QualityReport.Counts(
                people: 900 + (index * 7919) % 400, bots: 40 + index, dropped: 20 + index % 5, rejected: index % 4,
                duplicates: index % 3, quarantined: index == 20 ? 7 : 0, dead: index == 21 ? 1 : 0)
            counts.received = -counts.unaccounted
            if mood == .unbalanced, index > 27 { counts.received += 6 }
            return QualityReport.Day(date: date, counts: counts)
        }
        guard !isEmpty else {
            return QualityReport(
                days: days, reasons: [], unattributed: [], bots: [],
                computedAt: Timestamp(milliseconds: 1_795_533_660_000))
        }
        func reason(_ outcome: String, _ word: String, _ count: Int) -> QualityReport.Reason {
            QualityReport.Reason(outcome: outcome, word: name ?? word, count: count)
        }
        return QualityReport(
            days: days,
            reasons: [
                reason("dropped", "opted_out", 412), reason("dropped", "own_traffic", 248),
                reason("rejected", "host_not_allowed", 43), reason("quarantined", "unknown_property", 7),
                reason("dropped", "by_our_own_plugin", 1),
            ],
            unattributed: [reason("rejected", "unknown_site", 19), reason("rejected", "malformed", 3)],
            bots: [
                QualityReport.Bot(name: name ?? "crawler", count: 1204, reasons: [name ?? "named", "link"]),
                QualityReport.Bot(name: "ai", count: 311, reasons: ["named"]),
                QualityReport.Bot(name: "", count: 120, reasons: []),
            ], computedAt: Timestamp(milliseconds: 1_795_533_660_000))
    }

    /// The gateway: busy with three events, quiet and private, or silent.
    static func gateway(_ mood: Mood, name: String? = nil) -> GatewaySource {
        GatewaySource(
            privacyRecord: { record(name) }, isRecordPublic: { mood != .waiting },
            isSelfServiceOpen: { mood == .sparse }
        ) { site in
            switch mood {
            case .unbalanced: return nil
            case .waiting: return IngestState(pending: 0, notes: [], record: record(name), traces: [])
            default:
                return IngestState(
                    pending: 3, notes: [name ?? "geo: country data of 2026-06-25, 153 days old"],
                    record: record(name),
                    traces: site == nil ? [] : traces(name))
            }
        }
    }

    private static func traces(_ name: String?) -> [EventTrace] {
        let masked = "•••• (23 bytes)"
        let steps = [
            EventTrace.Step(
                id: name ?? "page_url", kind: "enrich", verdict: "passed", reason: "", nanoseconds: 1412,
                reads: [.init("visitor.page_url", masked)],
                changes: [
                    .init("hostname", before: "", after: name ?? "shop.example"),
                    .init("path", before: "", after: name ?? "/products/espresso-machine"),
                ]),
            EventTrace.Step(
                id: "referrer", kind: "enrich", verdict: "passed", reason: "", nanoseconds: 880, reads: [], changes: []),
            EventTrace.Step(
                id: "opt_out", kind: "filter", verdict: "passed", reason: "", nanoseconds: 95,
                reads: [.init("name", name ?? "pageview"), .init("visitor.signals", masked)], changes: []),
            EventTrace.Step(
                id: "discard", kind: "filter", verdict: "passed", reason: "", nanoseconds: 1_234_567, reads: [],
                changes: [.init(name ?? "visitor.address", before: masked, after: "")]),
        ]
        var stopped = Array(steps.prefix(3))
        stopped[2].verdict = "dropped"
        stopped[2].reason = name ?? "opted_out"
        return [
            EventTrace(
                site: 1, receivedAt: 1_795_533_655_120, outcome: "stored", reason: "", steps: steps,
                stored: [
                    .init("name", name ?? "pageview"), .init("path", name ?? "/products/espresso-machine"),
                    .init("visitor", "9f3a…"), .init(name ?? "browser", name ?? "Firefox"),
                ]),
            EventTrace(
                site: 1, receivedAt: 1_795_533_651_000, outcome: "dropped", reason: name ?? "opted_out", steps: stopped,
                stored: []),
            EventTrace(
                site: 1, receivedAt: 1_795_533_649_000, outcome: "quarantined", reason: name ?? "too_long", steps: [],
                stored: [.init("name", "signup"), .init("path", "/")]),
            EventTrace(
                site: 1, receivedAt: 1_795_533_640_000, outcome: "bot", reason: "", steps: steps,
                stored: [.init("name", "pageview"), .init("path", "/"), .init("bot", "crawler")]),
        ]
    }

    private static func record(_ name: String?) -> PrivacyRecord {
        func entry(
            _ field: Field, _ origins: [String], _ reductions: [String] = [], kept: String = "13 months"
        ) -> PrivacyRecord.Entry {
            PrivacyRecord.Entry(
                name: field.rawValue, meaning: field.meaning, sensitivity: field.sensitivity, origins: origins,
                reductions: reductions, kept: kept)
        }
        let answered = "until the request is answered (discard)"
        return PrivacyRecord(
            mode: name ?? "standard", retentionMonths: 13, deadLetterDays: 30,
            kept: [
                entry(.name, ["request"]), entry(.time, ["request"]),
                entry(.path, ["page_url"], ["the query is left out (page_url)"]),
                entry(.title, ["request", "pii"], ["mail addresses are struck out (pii)"]),
                entry(
                    .visitorID, ["visitor_id"],
                    ["the key is gone after a day (visitor_id)", "cut to 64 bits (visitor_id)"]),
                PrivacyRecord.Entry(
                    name: name ?? "browser_version", meaning: name ?? "version of the browser, in whole numbers",
                    sensitivity: .anonymous, origins: [name ?? "user_agent"],
                    reductions: [name ?? "only the first number"],
                    kept: name ?? "13 months"),
            ],
            forgotten: [
                entry(.address, ["request"], kept: answered), entry(.userAgent, ["request"], kept: answered),
                entry(.pageURL, ["request", "url_scrub"], kept: answered),
                entry(.visitorBefore, ["visitor_id"], kept: "until the event is stored"),
            ],
            steps: [
                .init(id: "page_url", summary: "host and path of the page, without what follows the question mark"),
                .init(id: name ?? "user_agent", summary: name ?? "browser, system and kind of device"),
                .init(id: "visitor_id", summary: "a pseudonym for one day, from a keyed hash whose key is then gone"),
                .init(id: "discard", summary: "forgets address, user agent, full URLs and headers"),
                .init(id: "postgres", summary: "keeps events and visits in PostgreSQL, exactly once"),
            ])
    }
}

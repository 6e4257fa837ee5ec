import Cache
import Collect
import Journal
import Pipeline
import Platform
import Reports
import PluginAPI

/// Lines of Prometheus' text format.
struct MetricsText {
    private(set) var text = ""

    /// A metric with one value.
    mutating func add(_ name: StaticString, _ kind: StaticString, _ help: StaticString, _ value: some Numeric) {
        add(name, kind, help, [([], value)])
    }

    /// A metric with a value for each set of labels. Label values are ids from the configuration, never visitors' data.
    mutating func add(
        _ name: StaticString, _ kind: StaticString, _ help: StaticString,
        _ values: [(labels: [(name: String, value: String)], value: some Numeric)]
    ) {
        text += "# HELP footfall_\(name) \(help)\n# TYPE footfall_\(name) \(kind)\n"
        for (labels, value) in values {
            let list = labels.map { "\($0)=\"\(escape($1))\"" }.joined(separator: ",")
            text += "footfall_\(name)\(list.isEmpty ? "" : "{\(list)}") \(value)\n"
        }
    }

    private func escape(_ text: String) -> String {
        text.map { $0 == "\\" || $0 == "\"" ? "\\\($0)" : $0 == "\n" ? "\\n" : "\($0)" }.joined()
    }
}

/// The numbers of the ingest process.
struct IngestMetrics {
    var collect: CollectStatistics
    var steps: [StepStatistics]
    var counts: [(step: String, counts: [PluginCount])]
    var loaders: [(id: String, statistics: LoaderStatistics)]
    var journal: JournalStatistics
    var crashes: Int
    /// How limits are shared with other gateways; `nil` where they are not.
    var exchange: (isAway: Bool, errors: Int)?

    var text: String {
        var metrics = MetricsText()
        metrics.add("events_received_total", "counter", "Events that went into the chain.", collect.received)
        metrics.add("events_dropped_total", "counter", "Events that a filter dropped.", collect.dropped)
        metrics.add("events_accepted_total", "counter", "Events that the journal took.", collect.accepted)
        metrics.add("events_refused_total", "counter", "Events answered with 503, to come again.", collect.refused)
        metrics.add("requests_rejected_total", "counter", "Requests that can never succeed.", collect.rejected)
        addLimits(&metrics)
        metrics.add(
            "step_events_total", "counter", "Events by step of the chain and outcome.",
            steps.flatMap { step in
                [("passed", step.passed), ("dropped", step.dropped), ("failed", step.failed)].map {
                    ([("step", step.id), ("outcome", $0.0)], $0.1)
                }
            })
        metrics.add(
            "step_nanoseconds_total", "counter", "Time spent by step of the chain.",
            steps.map { ([("step", $0.id)], $0.nanoseconds) })
        metrics.add(
            "plugin_total", "counter", "What the plugins count.",
            counts.flatMap { step, counts in counts.map { ([("step", step), ("count", $0.name)], $0.count) } })
        metrics.add(
            "events_pending", "gauge", "Journal entries that not every store has yet.", Int(clamping: journal.pending))
        addJournal(&metrics)
        metrics.add("poison_requests", "gauge", "Requests that have ended the process and are refused.", crashes)
        metrics.add(
            "store_events_total", "counter", "Events by store and outcome.",
            loaders.flatMap { id, statistics in
                [
                    ("stored", statistics.stored), ("duplicate", statistics.duplicates), ("dead", statistics.dead),
                ].map { ([("store", id), ("outcome", $0.0)], $0.1) }
            })
        metrics.add(
            "store_failures_total", "counter", "Tries of a store that failed.",
            loaders.map { ([("store", $0.id)], $0.statistics.failures) })
        metrics.add(
            "store_up", "gauge", "Whether the store's last try worked.",
            loaders.map { ([("store", $0.id)], $0.statistics.isConnected ? 1 : 0) })
        metrics.add(
            "store_alarm", "gauge", "Whether a person must mend what keeps the store from storing.",
            loaders.map { ([("store", $0.id)], $0.statistics.alarm == nil ? 0 : 1) })
        metrics.add("resident_bytes", "gauge", "Resident memory of the process.", Process.residentBytes())
        return metrics.text
    }

    private func addLimits(_ metrics: inout MetricsText) {
        metrics.add(
            "requests_limited_total", "counter", "Requests with more events than may come, by the limit that they met.",
            collect.limited.map { ([("limit", $0.limit)], $0.count) })
        metrics.add(
            "limit_buckets", "gauge", "Sites, keys and networks whose events are counted, by the limit.",
            collect.buckets.map { ([("limit", $0.limit)], $0.count) })
        metrics.add(
            "keys_refused_total", "counter", "Requests and events refused for their secret key, by the reason.",
            collect.refusedKeys.map { ([("reason", $0.reason)], $0.count) })
        metrics.add(
            "events_forged_total", "counter", "Events put into quarantine for want of a token of their site's script.",
            collect.forged)
        guard let exchange else { return }
        metrics.add(
            "limit_exchange_errors_total", "counter", "Calls of Redis that failed while limits were shared.",
            exchange.errors)
        metrics.add(
            "limit_exchange_up", "gauge", "Whether limits are shared with other gateways.", exchange.isAway ? 0 : 1)
    }

    private func addJournal(_ metrics: inout MetricsText) {
        metrics.add("journal_frames_total", "counter", "Group commits written.", journal.frames)
        metrics.add("journal_syncs_total", "counter", "Syncs of the journal.", journal.syncs)
        metrics.add(
            "journal_sync_nanoseconds_total", "counter", "Time that the syncs took.", journal.syncNanoseconds)
        metrics.add("journal_bytes", "gauge", "Bytes of the journal's files.", journal.bytes)
        metrics.add("journal_segments", "gauge", "Files of the journal.", journal.segments)
        metrics.add("journal_full", "gauge", "Whether events are refused for want of room.", journal.isFull ? 1 : 0)
        metrics.add(
            "journal_lost_total", "counter", "Entries found damaged and set aside.", Int(clamping: journal.lost))
        metrics.add(
            "journal_quarantined_files", "gauge", "Damaged pieces in quarantine/ that nobody has removed yet.",
            journal.quarantined)
    }
}

/// The numbers of the web process.
struct WebMetrics {
    var cache: CacheCounters
    var slices: SliceCounters
    var connections: Int
    /// The ledger's sums over all sites and the last days; empty while the database is away.
    var ledger: [LedgerSum]

    var text: String {
        var metrics = MetricsText()
        metrics.add(
            "cache_answers_total", "counter", "Days of reports by where their numbers came from.",
            [
                ("memory", cache.memoryHits), ("redis", cache.redisHits), ("computed", cache.misses),
                ("joined", cache.joined),
            ].map { ([("tier", $0.0)], $0.1) })
        metrics.add(
            "slices_total", "counter", "Days of reports that no cache had, by where their numbers came from.",
            [("sealed", slices.sealed), ("computed", slices.computed)].map { ([("source", $0.0)], $0.1) })
        metrics.add("cache_evictions_total", "counter", "Reports that memory had no room for.", cache.evictions)
        metrics.add("cache_bytes", "gauge", "Memory that finished reports take.", cache.bytes)
        metrics.add("redis_errors_total", "counter", "Calls of Redis that failed.", cache.redisErrors)
        metrics.add("redis_up", "gauge", "Whether Redis is in use.", cache.isRedisAway ? 0 : 1)
        metrics.add(
            "ledger_events", "gauge",
            "What became of the events of the last 31 days: received is the sum of the others.",
            ledger.map { ([("outcome", $0.outcome), ("reason", $0.reason)], $0.count) })
        metrics.add("database_connections", "gauge", "Open connections to PostgreSQL.", connections)
        metrics.add("resident_bytes", "gauge", "Resident memory of the process.", Process.residentBytes())
        return metrics.text
    }
}

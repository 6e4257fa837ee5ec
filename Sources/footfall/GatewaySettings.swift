import Accounts
import Collect
import Configuration
import EventModel
import Jobs
import Journal
import Mail
import Platform

/// Every option of `config/footfall.json5`, with its default.
struct GatewaySettings: ValidatedSettings {
    var listen = Listen()
    var database = DatabaseSettings()
    var redis = RedisSettings()
    var ingest = Ingest()
    var limits = Limits()
    var journal = JournalOptions()
    var web = Web()
    var accounts = Accounts()
    var mail = MailSettings()
    var cache = CacheSettings()
    var replay = Replay()
    var privacy = Privacy()
    /// The plugins in order; the shape of each entry is `ChainEntry`'s.
    var chain: [ConfigValue] = []

    struct Listen: Codable {
        var ingest = "/run/footfall/ingest.sock"
        var web = "/run/footfall/web.sock"
    }

    struct DatabaseSettings: Codable {
        var url = "postgresql:///footfall"
        var web_url = ""
        var migrations = "config/migrations"
        var web_connections = 4
    }

    struct RedisSettings: Codable {
        var url = ""
    }

    struct Ingest: Codable {
        var threads = 0
        var max_body_bytes = 65536
        var max_batch_bytes = 1_048_576
        var stop_seconds = 10
    }

    struct Limits: Codable {
        var site_events_per_second = 2000
        var key_events_per_second = 2000
        var address_events_per_second = 500
        var burst_seconds = 10

        /// As the edge has them.
        var rates: RateLimits.Settings {
            RateLimits.Settings(
                siteEventsPerSecond: site_events_per_second, keyEventsPerSecond: key_events_per_second,
                addressEventsPerSecond: address_events_per_second, burstSeconds: burst_seconds)
        }
    }

    struct JournalOptions: Codable {
        var folder = "/var/lib/footfall/journal"
        var ack = "fsync"
        var segment_bytes = 67_108_864
        var max_bytes = 8_589_934_592
        var min_free_bytes = 1_073_741_824
        var reserve_bytes = 67_108_864
        var retain_after_load_seconds = 3600
        var max_commit_milliseconds = 2000
    }

    struct Web: Codable {
        var threads = 4
        var url = ""
    }

    struct Accounts: Codable {
        var idle_minutes = 720
        var session_days = 7
        var invitation_days = 7
        var grace_days = 14
        var single_sign_on = false
    }

    struct MailSettings: Codable {
        var url = ""
        var from = ""

        /// What is wrong with them, given where the dashboard is.
        func problems(publicURL: String) -> [SettingProblem] {
            guard !url.isEmpty else { return [] }
            var problems: [SettingProblem] = []
            do throws(MailServer.Failure) {
                _ = try MailServer(url: url)
            } catch {
                problems.append(SettingProblem("mail.url", "\(error)"))
            }
            if EmailAddress.normalised(from) == nil {
                problems.append(
                    SettingProblem("mail.from", "must be the address that messages come from, as mail.url is set"))
            }
            if publicURL.isEmpty {
                problems.append(
                    SettingProblem(
                        "web.url", "must say where the dashboard is, as mail.url is set: links in mail begin with it"))
            }
            return problems
        }
    }

    struct CacheSettings: Codable {
        var memory_bytes = 16 * 1024 * 1024
    }

    struct Replay: Codable {
        var spool = "/var/spool/footfall"
        var every_seconds = 60
    }

    struct Privacy: Codable {
        var mode = "standard"
        var public_record = false
        var retention_months = 13
        var dead_letter_days = 30
        var rewrite_hour = 2
        var self_service = false

        /// How long things are kept, for the jobs.
        var retention: Retention { Retention(months: retention_months, deadLetterDays: dead_letter_days) }
    }

    func problems() -> [SettingProblem] {
        var problems: [SettingProblem] = []
        func check(_ key: String, _ value: Int, _ range: ClosedRange<Int>) {
            guard !range.contains(value) else { return }
            problems.append(
                SettingProblem(key, "must be from \(range.lowerBound) to \(range.upperBound), not \(value)"))
        }
        // sockaddr_un holds 107 bytes and a zero.
        for (key, path) in [("listen.ingest", listen.ingest), ("listen.web", listen.web)] {
            if path.isEmpty || path.utf8.count > 107 {
                problems.append(SettingProblem(key, "must be a path of 1 to 107 bytes (a unix socket's limit)"))
            }
        }
        if listen.ingest == listen.web { problems.append(SettingProblem("listen.web", "is the same as listen.ingest")) }
        if database.url.isEmpty { problems.append(SettingProblem("database.url", "is missing")) }
        check("database.web_connections", database.web_connections, 1...100)
        check("ingest.threads", ingest.threads, 0...256)
        check("ingest.max_body_bytes", ingest.max_body_bytes, 1024...16_777_216)
        check(
            "ingest.max_batch_bytes", ingest.max_batch_bytes,
            min(max(ingest.max_body_bytes, 1024), 16_777_216)...16_777_216)
        check("ingest.stop_seconds", ingest.stop_seconds, 1...300)
        check("limits.site_events_per_second", limits.site_events_per_second, 0...1_000_000)
        check("limits.key_events_per_second", limits.key_events_per_second, 0...1_000_000)
        check("limits.address_events_per_second", limits.address_events_per_second, 0...1_000_000)
        check("limits.burst_seconds", limits.burst_seconds, 1...3600)
        if journal.folder.isEmpty { problems.append(SettingProblem("journal.folder", "is missing")) }
        if AckLevel(rawValue: journal.ack) == nil {
            problems.append(SettingProblem("journal.ack", "must be \"fsync\" or \"journal\""))
        }
        check("journal.segment_bytes", journal.segment_bytes, 262_144...1_073_741_824)
        check(
            "journal.max_bytes", journal.max_bytes, 4 * min(max(journal.segment_bytes, 0), 1 << 30)...Int.max / 2)
        check("journal.min_free_bytes", journal.min_free_bytes, 0...Int.max / 2)
        check("journal.reserve_bytes", journal.reserve_bytes, 0...Int.max / 2)
        check("journal.retain_after_load_seconds", journal.retain_after_load_seconds, 0...31_536_000)
        check("journal.max_commit_milliseconds", journal.max_commit_milliseconds, 10...60_000)
        check("web.threads", web.threads, 1...256)
        if !web.url.isEmpty, PublicOrigin(web.url) == nil {
            problems.append(
                SettingProblem("web.url", "must be https:// or http:// with a host and nothing behind it, or empty"))
        }
        check("accounts.idle_minutes", accounts.idle_minutes, 5...43_200)
        check("accounts.session_days", accounts.session_days, 1...90)
        check("accounts.invitation_days", accounts.invitation_days, 1...90)
        check("accounts.grace_days", accounts.grace_days, 0...365)
        problems += mail.problems(publicURL: publicURL)
        check("cache.memory_bytes", cache.memory_bytes, 65_536...4_294_967_296)
        if !replay.spool.isEmpty, !replay.spool.hasPrefix("/") {
            problems.append(SettingProblem("replay.spool", "must be an absolute path, or empty"))
        }
        if !["standard", "strict"].contains(privacy.mode) {
            problems.append(SettingProblem("privacy.mode", "must be \"standard\" or \"strict\""))
        }
        check("privacy.retention_months", privacy.retention_months, 1...1200)
        check("privacy.dead_letter_days", privacy.dead_letter_days, 1...3650)
        check("privacy.rewrite_hour", privacy.rewrite_hour, 0...23)
        if privacy.mode == "strict", privacy.retention_months > PrivacyPolicy.mostMonths {
            problems.append(
                SettingProblem(
                    "privacy.retention_months", "must be at most \(PrivacyPolicy.mostMonths) in the strict mode"))
        }
        check("replay.every_seconds", replay.every_seconds, 1...86_400)
        return problems
    }

    /// How erasures go on. A journal's file is begun every hour at least, and kept for a while after every store has it.
    var erasureSchedule: ErasureSchedule {
        ErasureSchedule(
            journalSeconds: min(journal.retain_after_load_seconds + 3600, 20 * 3600), hour: privacy.rewrite_hour)
    }

    /// The journal's settings as its room has them.
    var journalSettings: JournalSettings {
        var settings = JournalSettings()
        settings.segmentBytes = journal.segment_bytes
        settings.maxBytes = journal.max_bytes
        settings.minFreeBytes = journal.min_free_bytes
        settings.reserveBytes = journal.reserve_bytes
        settings.retainMilliseconds = journal.retain_after_load_seconds * 1000
        settings.maxCommitMilliseconds = journal.max_commit_milliseconds
        return settings
    }

    /// Scheme, host and port of the dashboard, as browsers write them in `Origin`; empty where only the request knows.
    var publicURL: String { PublicOrigin(web.url)?.text ?? "" }

    /// Sends mail; `nil` where no server is set.
    func mailOffice(log: Log) -> MailOffice? {
        guard !mail.url.isEmpty, let server = try? MailServer(url: mail.url) else { return nil }
        return MailOffice(server: server, email: mail.from, log: log)
    }

    /// How long things of the accounts last, as their room has it.
    var accountSettings: AccountSettings {
        var settings = AccountSettings()
        settings.idleMinutes = accounts.idle_minutes
        settings.sessionDays = accounts.session_days
        settings.invitationDays = accounts.invitation_days
        settings.graceDays = accounts.grace_days
        settings.isSingleSignOn = accounts.single_sign_on
        settings.mostMonths = privacy.mode == "strict" ? PrivacyPolicy.mostMonths : nil
        return settings
    }

    /// What each option means, for the generated reference: units, effects, when to change it.
    static let meanings: [(path: String, meaning: String)] = [
        (
            "listen.ingest",
            "Unix socket on which nginx hands over events. Ignored when systemd passes a socket named `ingest`."
        ),
        ("listen.web", "Unix socket for dashboard and API. Ignored when systemd passes a socket named `web`."),
        (
            "database.url",
            "Connection URI of PostgreSQL 15 or newer, as libpq reads it. A secret: use `${NAME}`, `url_file`, or the variable."
        ),
        (
            "database.web_url",
            "The same database with the login of the dashboard, which must not own the tables, be a superuser or bypass row-level security ([security](security.md)). `footfall migrate` gives it what pages need. A secret like `database.url`."
        ),
        ("database.migrations", "Folder of the migrations that `footfall migrate` runs."),
        ("database.web_connections", "Most connections that the web process opens for reports."),
        (
            "redis.url",
            "`redis://[:password@]host:port[/db]` or `unix:/path`. Empty: reports are cached in memory only, and each gateway holds its limits by itself."
        ),
        (
            "ingest.threads",
            "Threads that take events; 0 for one on each processor, at least two. They wait neither for the disk nor for PostgreSQL, and more of them only take turns."
        ),
        ("ingest.max_body_bytes", "Largest body of a request, in bytes. Browsers send at most 65,536 in a beacon."),
        (
            "ingest.max_batch_bytes",
            "Largest body of a server's batch (`POST /api/v1/events`), in bytes, unpacked. nginx's limit must allow it."
        ),
        ("ingest.stop_seconds", "How long a stop waits for requests that are under way, in seconds."),
        (
            "limits.site_events_per_second",
            "Most events of a site in a second, over a longer time; more are answered 429 ([limits](limits.md)). 0: no limit. A site may have one of its own."
        ),
        (
            "limits.key_events_per_second",
            "The same for events that come with one secret key. A batch may be larger than that; the next one waits for it."
        ),
        (
            "limits.address_events_per_second",
            "The same for events from one network: /24 of IPv4, /56 of IPv6, behind which there may be an office or a mobile carrier."
        ),
        (
            "limits.burst_seconds",
            "So many seconds' worth of events may come at once, after some quiet."
        ),
        (
            "journal.folder",
            "Folder of the journal, which keeps events until every store has them. Each gateway needs one of its own, on a disk that keeps what it confirms."
        ),
        (
            "journal.ack",
            "How safe an event is when its sender is told that it was taken: `fsync`, on the disk; `journal`, handed to the system and on the disk within 200 ms. A site may have a level of its own (`footfall site set`)."
        ),
        ("journal.segment_bytes", "Size of a journal file, in bytes; whole files are deleted."),
        (
            "journal.max_bytes",
            "Most bytes of all journal files. When the stores are away for so long that they are full, senders are answered 503."
        ),
        (
            "journal.min_free_bytes",
            "Bytes of the disk that the journal leaves to others; below, senders are answered 503."
        ),
        (
            "journal.reserve_bytes",
            "Bytes that are kept in reserve on the disk and given up when it is full, so that there is room to recover."
        ),
        (
            "journal.retain_after_load_seconds",
            "How long a journal file is kept after every store has it, in seconds: for a database that is restored to an earlier moment. Under pressure they go earlier."
        ),
        (
            "journal.max_commit_milliseconds",
            "While a commit takes longer than so many milliseconds, new events are answered 503."
        ),
        ("web.threads", "Threads that render pages; each may wait for PostgreSQL."),
        (
            "web.url",
            "Where people open the dashboard, as in `https://stats.example.com`: for links that are shown and printed, and so that forms are taken where TLS ends before nginx. Empty: as the request says."
        ),
        (
            "mail.url",
            "Mail server for invitations, as in `smtps://USER:PASSWORD@mail.example.com` or `smtp://127.0.0.1`; beyond this machine TLS is a must (STARTTLS with `smtp:`). Empty: no mail, links are for people to send ([accounts](accounts.md#invitations)). A secret: use `${NAME}`, `url_file`, or the variable."
        ),
        ("mail.from", "Address that messages come from, as in `stats@example.com`."),
        ("accounts.idle_minutes", "Minutes without a page after which somebody is signed out."),
        ("accounts.session_days", "Days after which somebody is signed out whatever happens."),
        ("accounts.invitation_days", "Days for which an invitation's link is good."),
        (
            "accounts.grace_days",
            "Days between deleting a site or an organisation and its end, in which that can be taken back."
        ),
        (
            "accounts.single_sign_on",
            "Whether nginx's parameter `FOOTFALL_SIGNED_IN_AS` says who somebody is ([accounts](accounts.md))."
        ),
        ("cache.memory_bytes", "Most memory for finished reports, in bytes."),
        (
            "replay.spool",
            "Folder into which nginx writes events while the gateway is away ([spool](spool.md)), as `$footfall_spool` in `nginx/footfall-http.conf`. Empty: nobody looks there."
        ),
        ("replay.every_seconds", "How often is looked for events that nginx has kept, in seconds."),
        (
            "privacy.mode",
            "`strict` makes every plugin's settings as strict as the French regulator's exemption asks for, and refuses a chain without the filters that it needs ([privacy](privacy.md)). It is no promise that you need no consent: that is for you to judge."
        ),
        (
            "privacy.public_record",
            "Whether anybody may read at `/footfall/privacy/DOMAIN` what is kept of a site's visitors, made from the chain that runs."
        ),
        (
            "privacy.retention_months",
            "Whole months after which events and visits are deleted; the running one comes on top. The strict mode allows \(PrivacyPolicy.mostMonths). A site may have a number of its own (`footfall site set DOMAIN --retention`)."
        ),
        (
            "privacy.dead_letter_days",
            "Days after which events that could not be stored, or are in quarantine, are deleted."
        ),
        (
            "privacy.rewrite_hour",
            "Hour of the day (UTC) in which tables are rewritten from which something was erased, so that their files hold nothing of it. Nobody can read such a table meanwhile, and it needs room for a copy ([privacy](privacy.md))."
        ),
        (
            "privacy.self_service",
            "Whether people may see and erase at `/footfall/privacy/DOMAIN/mine` what is kept of their own visit of today, recognised by address and browser ([privacy](privacy.md))."
        ),
        ("chain", "The plugins in the order in which an event meets them; `footfall plugins` lists them."),
    ]
}

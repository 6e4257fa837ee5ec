public import Configuration
public import EventModel
import Platform
public import PluginAPI
import Synchronization

/// What happens to the properties that a site sends with its events, by their names: which ones stay, and which are
/// dropped, redacted, hashed, shortened or sorted into intervals.
public struct Properties: PrivacyFilter {
    /// The plugin's name in the configuration.
    public static let name: StaticString = "properties"
    /// What it does.
    public static let summary: StaticString = "keeps, drops, hashes or shortens the site's properties by name"

    /// Which properties stay, and how.
    public struct Settings: ValidatedSettings {
        /// Names of properties that stay; all others are dropped. Empty: all stay. A `*` at the end stands for any ending.
        public var allow: [String] = []
        /// Names of properties that are dropped.
        public var deny: [String] = []
        /// What happens to the values, by name: `keep`, `drop`, `redact`, `hmac`, `truncate:2`, `bucket:10,100,1000`.
        public var fields: [String: String] = [:]
        /// File with the key for `hmac`, 32 bytes or more, that only this user can read.
        public var key_path = ""

        /// Every default.
        public init() {}

        /// Names with a star at the end at most, actions that exist, and a key where one is needed.
        public func problems() -> [SettingProblem] {
            var problems: [SettingProblem] = []
            for (key, names) in [("allow", allow), ("deny", deny)] {
                problems += names.filter { !NamePattern.isValid($0) }.map {
                    SettingProblem(key, Settings.wrongName($0))
                }
            }
            for (name, text) in fields.sorted(by: { $0.key < $1.key }) {
                if !NamePattern.isValid(name) { problems.append(SettingProblem("fields", Settings.wrongName(name))) }
                do throws(Action.Mistake) {
                    _ = try Action(text)
                } catch {
                    problems.append(SettingProblem("fields.\(name)", error.message))
                }
                if !allow.isEmpty, !allow.contains(where: { NamePattern($0).covers(NamePattern(name)) }) {
                    problems.append(
                        SettingProblem("fields.\(name)", "is not in \"allow\", so that it is dropped: add it there"))
                }
            }
            return problems + keyProblems()
        }

        private static func wrongName(_ name: String) -> String {
            "\"\(name)\" must be the name of a property such as plan, or its beginning such as user_*"
        }

        private func keyProblems() -> [SettingProblem] {
            if key_path.isEmpty {
                return needsKey ? [SettingProblem("key_path", "must name a file with a key, because of \"hmac\"")] : []
            }
            return key_path.hasPrefix("/") ? [] : [SettingProblem("key_path", "must be an absolute path")]
        }

        /// Whether some field is hashed.
        var needsKey: Bool { fields.values.contains("hmac") }

        /// Whether there is nothing to do.
        var isIdle: Bool { allow.isEmpty && deny.isEmpty && fields.isEmpty }
    }

    /// Reads and writes properties, if there is something to do.
    public static func declaration(for settings: Settings) -> Declaration {
        guard !settings.isIdle else { return Declaration() }
        var how: [String] = []
        if !settings.allow.isEmpty { how.append("only these are kept: \(settings.allow.joined(separator: ", "))") }
        if !settings.deny.isEmpty { how.append("these are left out: \(settings.deny.joined(separator: ", "))") }
        for (name, text) in settings.fields.sorted(by: { $0.key < $1.key }) {
            guard let action = try? Action(text), let words = action.words else { continue }
            how.append("\(name) \(words)")
        }
        let fields: Set<Field> = settings.needsKey ? [.properties, .site] : [.properties]
        return Declaration(
            reads: fields, writes: [.properties],
            reductions: how.isEmpty ? [] : [Reduction(.properties, how.joined(separator: "; "))])
    }

    /// A hash under a key that stays tells the same person again after a year: then the property goes.
    public static func strict(_ settings: Settings) -> Settings {
        var settings = settings
        for (name, action) in settings.fields where action == "hmac" { settings.fields[name] = "drop" }
        return settings
    }

    private let isIdle: Bool
    private let plan: Plan
    private let key: WatchedFile<[UInt8]>?
    private let counters = Counters()

    private final class Counters: Sendable {
        let dropped = Atomic(0)
        let redacted = Atomic(0)
        let hashed = Atomic(0)
        let shortened = Atomic(0)
        let sorted = Atomic(0)
    }

    /// Ready after `start` where something is hashed, and else at once.
    public init(_ settings: Settings, in context: PluginContext) throws(PluginError) {
        isIdle = settings.isIdle
        do throws(Action.Mistake) {
            plan = try Plan(settings)
        } catch {
            throw PluginError.settings(key: "fields", error.message)
        }
        key =
            settings.needsKey
            ? WatchedFile(settings.key_path, log: context.log) { path in try KeyFile.read(path) } : nil
    }

    /// Reads the key, and looks from then on whether there is another one.
    public func start() throws(PluginError) {
        do {
            try key?.start()
        } catch let mistake as KeyFile.Mistake {
            throw PluginError.settings(key: "key_path", mistake.message)
        } catch {
            throw PluginError.unavailable("\(error)")
        }
    }

    /// Looks no longer.
    public func stop() {
        key?.stop()
    }

    /// Changes and drops properties. Throws when something is to be hashed and there is no key.
    public func filter(_ event: inout Event) throws(PluginError) -> Verdict {
        if isIdle || event.hit.properties.isEmpty { return .keep }
        var index = 0
        while index < event.hit.properties.count {
            guard let action = plan.action(for: event.hit.properties[index].name) else {
                index += 1
                continue
            }
            if action == .drop {
                event.hit.properties.remove(at: index)
                counters.dropped.add(1, ordering: .relaxed)
                continue
            }
            if let value = try changed(event.hit.properties[index], by: action, site: event.hit.site) {
                event.hit.properties[index].value = value
            }
            index += 1
        }
        return .keep
    }

    private func changed(
        _ property: Property, by action: Action, site: SiteID
    ) throws(PluginError) -> PropertyValue? {
        switch action {
        case .keep, .drop: return nil
        case .redact:
            counters.redacted.add(1, ordering: .relaxed)
            return .text("[redacted]")
        case .hmac:
            guard let key = key?.value, let pseudonym = Pseudonym.make(of: property, site: site, key: key) else {
                throw PluginError.unavailable("there is no key for \"hmac\"")
            }
            counters.hashed.add(1, ordering: .relaxed)
            return .text(pseudonym)
        case .truncate(let length):
            guard let text = property.value.beginning(length) else { return nil }
            counters.shortened.add(1, ordering: .relaxed)
            return .text(text)
        case .bucket(let intervals):
            counters.sorted.add(1, ordering: .relaxed)
            return .text(intervals.label(of: property.value))
        }
    }

    /// How old the key is.
    public var notes: [String] {
        key.map { ["the key for hmac is \($0.age)"] } ?? []
    }

    /// How many properties each action has changed.
    public var counts: [PluginCount] {
        [
            PluginCount("drop", counters.dropped.load(ordering: .relaxed)),
            PluginCount("redact", counters.redacted.load(ordering: .relaxed)),
            PluginCount("hmac", counters.hashed.load(ordering: .relaxed)),
            PluginCount("truncate", counters.shortened.load(ordering: .relaxed)),
            PluginCount("bucket", counters.sorted.load(ordering: .relaxed)),
        ]
    }
}

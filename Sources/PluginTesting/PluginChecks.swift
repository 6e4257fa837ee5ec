public import Configuration
public import EventModel
import Platform
public import PluginAPI

/// The checks that every plugin must pass. A plugin's tests call `PluginChecks.failures(of:…)` and expect none.
public enum PluginChecks {
    /// What is wrong with a plugin, in words; empty when nothing is.
    ///
    /// - Parameters:
    ///   - folder: the plugin's folder, from the test's `#filePath`.
    ///   - canStart: whether `start` works without the outside (a database, a network).
    public static func failures<P: Plugin>(
        of type: P.Type, factory: PluginFactory, folder: String, canStart: Bool = true
    ) -> [String] {
        nameFailures(type, folder: folder) + readmeFailures(type, folder: folder)
            + settingsFailures(type, factory: factory, folder: folder) + lifecycleFailures(type, canStart: canStart)
            + declarationFailures(type)
    }

    /// What an enricher or filter does beyond its declaration when it meets hostile events; empty when nothing.
    ///
    /// Every event is run twice, once with each undeclared input blanked: what is written must be declared, and what
    /// was not declared to be read must not change the outcome.
    public static func accessFailures<P: Plugin>(
        of type: P.Type, settings: P.Settings = P.Settings(), run: (P, inout Event) -> Void
    ) -> [String] {
        guard let plugin = try? P(settings, in: context) else { return ["cannot be made with these settings"] }
        let declaration = P.declaration(for: settings)
        let touched = declaration.writes.union(declaration.erases)
        var failures: Set<String> = []
        for event in HostileEvents.all {
            var after = event
            run(plugin, &after)
            for field in Field.allCases where !touched.contains(field) {
                if field.text(of: event) != field.text(of: after) {
                    failures.insert("writes \(field.rawValue), which it does not declare")
                }
            }
            failures.formUnion(factFailures(declaration, before: event.hit, after: after.hit))
            for field in Field.allCases where !declaration.reads.contains(field) && !touched.contains(field) {
                var blanked = event
                field.blank(&blanked)
                run(plugin, &blanked)
                let isOther = declaration.writes.contains { $0.text(of: blanked) != $0.text(of: after) }
                if isOther || blanked.hit.facts != after.hit.facts {
                    failures.insert("reads \(field.rawValue), which it does not declare")
                }
            }
        }
        return failures.sorted()
    }

    /// What changed in the facts without being declared.
    private static func factFailures(_ declaration: Declaration, before: Hit, after: Hit) -> Set<String> {
        let own = Set(declaration.facts.map(\.name))
        if declaration.changesFacts.contains("*") { return [] }
        var failures: Set<String> = []
        let names = Set(before.facts.map(\.name)).union(after.facts.map(\.name))
        for name in names where !own.contains(name) && !declaration.changesFacts.contains(name) {
            if before.fact(name) != after.fact(name) {
                failures.insert("writes the fact \(name), which it does not declare")
            }
        }
        return failures
    }

    /// A context without sites or database.
    public static var context: PluginContext { PluginContext(id: "test") }

    private static func nameFailures<P: Plugin>(_ type: P.Type, folder: String) -> [String] {
        var failures: [String] = []
        let name = "\(P.name)"
        let isSnake = name.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 95 }
        if !isSnake || name.isEmpty { failures.append("the name \"\(name)\" is not lower_snake_case") }
        if !folder.hasSuffix("/\(name)") { failures.append("the folder is not named after the plugin: \(folder)") }
        let summary = "\(P.summary)"
        if summary.isEmpty || summary.utf8.count > 100 { failures.append("the summary is missing or over 100 bytes") }
        return failures
    }

    private static let headings = [
        "## What it does", "## Settings", "## Before and after", "## Privacy", "## Cost",
    ]

    private static func readmeFailures<P: Plugin>(_ type: P.Type, folder: String) -> [String] {
        guard let readme = try? Files.read("\(folder)/README.md") else { return ["README.md is missing"] }
        var failures: [String] = []
        if !readme.hasPrefix("# \(P.name)\n") { failures.append("README.md does not begin with \"# \(P.name)\"") }
        for heading in headings where !readme.contains(heading) {
            failures.append("README.md lacks the heading \"\(heading)\"")
        }
        if case .table(let settings)? = try? ConfigValue(encoding: P.Settings()) {
            for key in settings.keys.sorted() where !readme.contains("`\(key)`") {
                failures.append("README.md does not mention the setting `\(key)`")
            }
        }
        return failures
    }

    private static func settingsFailures<P: Plugin>(
        _ type: P.Type, factory: PluginFactory, folder: String
    ) -> [String] {
        var failures = P.Settings().problems().map { "the defaults are not valid: \($0.key) \($0.message)" }
        do {
            _ = try factory.prepare(nil, "settings")
            _ = try factory.prepare(.table([:]), "settings")
            let sample = try ConfigValue(json5: try Files.read("\(folder)/sample.json5"))
            guard case .table(let entry) = sample, entry["plugin"] == .text("\(P.name)") else {
                return failures + ["sample.json5 is not a chain entry of this plugin"]
            }
            _ = try factory.prepare(entry["settings"], "settings")
        } catch {
            failures.append("sample.json5 or the defaults do not decode: \(error)")
        }
        if (try? factory.prepare(.table(["no_such_setting": .flag(true)]), "settings")) != nil {
            failures.append("an unknown setting is accepted")
        }
        return failures
    }

    private static func lifecycleFailures<P: Plugin>(_ type: P.Type, canStart: Bool) -> [String] {
        do {
            let never = try P(P.Settings(), in: context)
            never.stop()
            never.stop()
            guard canStart else { return [] }
            let plugin = try P(P.Settings(), in: context)
            try plugin.start()
            plugin.stop()
            plugin.stop()
            return []
        } catch {
            return ["cannot be made, started and stopped with the defaults: \(error)"]
        }
    }

    private static func declarationFailures<P: Plugin>(_ type: P.Type) -> [String] {
        let declaration = P.declaration(for: P.Settings())
        let both = declaration.writes.intersection(declaration.erases).sorted()
        var failures = both.map { "declares to write and to erase \($0.rawValue)" }
        for fact in declaration.facts {
            let isSnake = fact.name.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 95 }
            if !isSnake || fact.name.isEmpty { failures.append("the fact \"\(fact.name)\" is not lower_snake_case") }
            if fact.meaning.isEmpty { failures.append("the fact \(fact.name) does not say what it means") }
        }
        if P.strict(P.Settings()).problems().isEmpty == false { failures.append("the strict settings are not valid") }
        return failures
    }
}

extension Field {
    /// Sets the field to what one knows of nothing.
    func blank(_ event: inout Event) {
        switch self {
        case .address: event.visitor.address = Sensitive(nil)
        case .userAgent: event.visitor.userAgent = Sensitive("")
        case .pageURL: event.visitor.pageURL = Sensitive("")
        case .referrerURL: event.visitor.referrerURL = Sensitive("")
        case .acceptLanguage: event.visitor.acceptLanguage = Sensitive("")
        case .clientHints: event.visitor.clientHints = Sensitive(ClientHints())
        case .place: event.visitor.place = Sensitive(EdgePlace())
        case .user: event.visitor.user = Sensitive("")
        case .signals: event.visitor.signals = []
        case .clientClock: event.visitor.clock = ClientClock()
        case .site: event.hit.site = SiteID(rawValue: 0)
        case .id: event.hit.id = EventID(0)
        case .name: event.hit.name = ""
        case .receivedAt: event.hit.receivedAt = Timestamp(milliseconds: 0)
        case .time: event.hit.time = Timestamp(milliseconds: 0)
        case .hostname: event.hit.hostname = ""
        case .path: event.hit.path = ""
        case .title: event.hit.title = ""
        case .source: event.hit.source = ""
        case .referrerHost: event.hit.referrerHost = ""
        case .referrerPath: event.hit.referrerPath = ""
        case .country: event.hit.country = ""
        case .viewportWidth: event.hit.viewportWidth = nil
        case .isBot: event.hit.isBot = false
        case .quarantine: event.hit.quarantine = ""
        case .weight: event.hit.weight = 1
        case .visitorID: event.hit.visitor = nil
        case .visitorBefore: event.hit.visitorBefore = nil
        case .userID: event.hit.user = nil
        case .properties: event.hit.properties = []
        }
    }
}

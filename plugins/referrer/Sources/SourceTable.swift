import EventModel

/// Finds the source behind a host, or behind what somebody wrote into `utm_source`.
struct SourceTable: Sendable {
    private var byHost: [String: Source]
    /// Sources by their own name, lower case.
    private var byName: [String: Source] = [:]
    /// Hosts of which some paths are sources of their own, such as `x.com/i/grok`.
    private var hostsWithPaths: Set<String> = []

    /// The known sources; those of `database` replace them by host, and `names` those of both.
    init(database: [String: Source] = [:], names: [String: String] = [:]) {
        byHost = KnownSources.byHost
        for (host, source) in database { byHost[host] = source }
        for (host, name) in names {
            let host = SourceTable.withoutWWW(host.lowercasedASCII)
            byHost[host] = Source(name: name, kind: byHost[host]?.kind ?? "")
        }
        for (host, source) in byHost {
            // Of several of one name the one whose kind sorts last: any, but always the same.
            let name = source.name.lowercased()
            if byName[name].map({ $0.kind < source.kind }) ?? true { byName[name] = source }
            if let slash = host.firstIndex(of: "/") { hostsWithPaths.insert(String(host[..<slash])) }
        }
        for source in KnownSources.international.values { byName[source.name.lowercased()] = source }
    }

    /// The source of the longest known ending of the host at a dot: `news.google.com` before `google.com`; before that the
    /// longest known beginning of the path. Google and its like have a domain for each country, hence the look at the
    /// label before the public suffix. `nil` for a host that nobody knows.
    func source(host: String, path: String = "") -> Source? {
        if let source = byHost[host], !hostsWithPaths.contains(host) { return source }
        if hostsWithPaths.contains(host), let source = sourceOfPath(host, path) { return source }
        var rest = Substring(host)
        while true {
            if let source = byHost[String(rest)] { return source }
            guard let dot = rest.firstIndex(of: "."), rest[rest.index(after: dot)...].contains(".") else { break }
            rest = rest[rest.index(after: dot)...]
        }
        return international(host)
    }

    private func sourceOfPath(_ host: String, _ path: String) -> Source? {
        var path = Substring(path)
        while path.utf8.count > 1 {
            if path.hasSuffix("/") { path = path.dropLast() }
            if let source = byHost[host + path] { return source }
            guard let slash = path.lastIndex(of: "/") else { return nil }
            path = path[..<slash]
        }
        return nil
    }

    private func international(_ host: String) -> Source? {
        let labels = host.split(separator: ".")
        for (index, label) in labels.enumerated() {
            guard let source = KnownSources.international[String(label)] else { continue }
            let suffix = labels[(index + 1)...]
            let isCountry =
                suffix.count == 1 || (suffix.count == 2 && KnownSources.secondLevels.contains(suffix[index + 1]))
            if isCountry { return source }
        }
        return nil
    }

    /// The source that a link names itself: an abbreviation, a name, a host, or else its own words.
    func source(named text: String) -> Source {
        let word = text.lowercasedASCII
        if let host = KnownSources.aliases[word], let source = source(host: host) { return source }
        if let source = byName[word] { return source }
        if word.utf8.contains(UInt8(ascii: ".")), let source = source(host: SourceTable.withoutWWW(word)) {
            return source
        }
        return Source(name: text, kind: "")
    }

    static func withoutWWW(_ host: String) -> String {
        host.hasPrefix("www.") ? String(host.dropFirst(4)) : host
    }
}

import EventModel

/// Finds the source behind a host, or behind what somebody wrote into `utm_source`.
struct SourceTable: Sendable {
    private var byHost: [String: Source]
    /// Sources by their own name, lower case.
    private var byName: [String: Source] = [:]
    /// Hosts of which some paths are sources of their own, such as `x.com/i/grok`.
    private var hostsWithPaths: Set<String> = []
    /// How many hosts came from the database.
    let databaseCount: Int

    /// The known sources; those of `database` replace them by host, and `names` those of both.
    init(database: [String: Source] = [:], names: [String: String] = [:]) {
        databaseCount = database.count
        byHost = KnownSources.byHost
        for (host, source) in database { byHost[host] = source }
        // All kinds are looked up before any name is changed: the order of a dictionary must not matter.
        let renamed = names.map { host, name in
            let host = host.lowercasedASCII.withoutWWW
            return (host, Source(name: name, kind: source(host: host)?.kind ?? ""))
        }
        for (host, source) in renamed { byHost[host] = source }
        for (host, source) in byHost {
            // Of several of one name the one whose kind sorts last: any, but always the same.
            let name = source.name.lowercased()
            if byName[name].map({ $0.kind < source.kind }) ?? true { byName[name] = source }
            if let slash = host.firstIndex(of: "/") { hostsWithPaths.insert(String(host[..<slash])) }
        }
        for source in KnownSources.international.values { byName[source.name.lowercased()] = source }
        for word in KnownSources.everydayWords { byName[word] = nil }
    }

    /// The source of the longest known ending of the host at a dot: `news.google.com` before `google.com`; before that the
    /// longest known beginning of the path. Google and its like have a domain for each country, hence the look at the
    /// label before the public suffix. `nil` for a host that nobody knows.
    func source(host: String, path: String = "") -> Source? {
        if hostsWithPaths.contains(host), let source = sourceOfPath(host, path) { return source }
        if let source = byHost[host] { return source }
        var rest = host.utf8[...]
        while let dot = rest.firstIndex(of: UInt8(ascii: ".")) {
            rest = rest[rest.index(after: dot)...]
            // The last label alone is no site.
            guard rest.contains(UInt8(ascii: ".")) else { break }
            if let source = byHost[String(host[rest.startIndex...])] { return source }
        }
        return international(host)
    }

    private func sourceOfPath(_ host: String, _ path: String) -> Source? {
        // No known path is longer; somebody may send one of a thousand slashes.
        var path = path.prefix(bytes: 64)[...]
        while path.utf8.count > 1 {
            if path.hasSuffix("/") { path = path.dropLast() }
            if let source = byHost[host + path] { return source }
            guard let slash = path.lastIndex(of: "/") else { return nil }
            path = path[..<slash]
        }
        return nil
    }

    /// The label before the country, or before `co` and the country.
    private func international(_ host: String) -> Source? {
        guard let country = host.utf8.lastIndex(of: UInt8(ascii: ".")) else { return nil }
        let (label, before) = SourceTable.lastLabel(of: host[..<country])
        if let source = KnownSources.international[String(label)] { return source }
        guard let before, KnownSources.secondLevels.contains(label) else { return nil }
        return KnownSources.international[String(SourceTable.lastLabel(of: before).label)]
    }

    /// The last label, and what stands before its dot.
    private static func lastLabel(of host: Substring) -> (label: Substring, before: Substring?) {
        guard let dot = host.utf8.lastIndex(of: UInt8(ascii: ".")) else { return (host, nil) }
        return (host[host.utf8.index(after: dot)...], host[..<dot])
    }

    /// The source that a link names itself: an abbreviation, a name, a host, one of these as an advertisement, or else its
    /// own words.
    func source(named text: String) -> Source {
        let word = text.lowercasedASCII
        return known(word) ?? SourceTable.withoutAdvertisement(word).flatMap(known) ?? Source(name: text, kind: "")
    }

    private func known(_ word: String) -> Source? {
        if let host = KnownSources.aliases[word], let source = source(host: host) { return source }
        if let source = byName[word] { return source }
        guard word.utf8.contains(UInt8(ascii: ".")) else { return nil }
        return source(host: word.withoutWWW)
    }

    /// `tiktok` of `tiktok-ads`, `tiktok_ad` and `tiktokads`; `nil` where nothing like it stands at the end.
    private static func withoutAdvertisement(_ word: String) -> String? {
        var rest = word.utf8[...]
        if rest.last == UInt8(ascii: "s") { rest = rest.dropLast() }
        guard rest.suffix(2).elementsEqual("ad".utf8) else { return nil }
        rest = rest.dropLast(2)
        if let last = rest.last, "-_ ".utf8.contains(last) { rest = rest.dropLast() }
        return rest.isEmpty ? nil : String(word[..<rest.endIndex])
    }
}

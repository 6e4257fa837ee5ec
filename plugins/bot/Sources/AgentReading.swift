import EventModel

/// What one pass over a user agent finds.
struct AgentReading: Equatable, Sendable {
    private(set) var traits: Traits = []
    /// The strongest reason to take it for a program's.
    private(set) var finding: Finding?
    /// Major versions that stand behind `Chrome/` and `Firefox/`; 0 where there is none.
    private(set) var chrome = 0
    private(set) var firefox = 0
    /// Safari's version in tenths, 164 for 16.4, behind `Version/`; 0 where there is none.
    private(set) var safari = 0

    /// Nothing was read.
    init() {}

    /// Reads a user agent that is not empty.
    init(_ bytes: Span<UInt8>, _ automaton: TokenAutomaton) {
        automaton.scan(bytes) { meaning, end in
            add(meaning, end: end, bytes)
            return true
        }
        if traits.contains(.person) {
            finding = nil
        } else if finding == nil, hasOddShape(bytes) {
            finding = Finding(kind: .crawler, reason: .shape)
        }
    }

    private mutating func add(_ meaning: TokenAutomaton.Meaning, end: Int, _ bytes: Span<UInt8>) {
        let versions = meaning.traits.intersection([.chrome, .firefox, .version]).subtracting(traits)
        traits.formUnion(meaning.traits)
        if !versions.isEmpty {
            if versions.contains(.chrome) { chrome = AgentReading.number(bytes, at: end).value }
            if versions.contains(.firefox) { firefox = AgentReading.number(bytes, at: end).value }
            if versions.contains(.version) { safari = AgentReading.tenths(bytes, at: end) }
        }
        guard let found = meaning.finding else { return }
        if meaning.needsEnd, end < bytes.count, AgentReading.isLetter(bytes[end]) { return }
        if let finding, finding.reason >= found.reason { return }
        finding = found
    }

    /// Browsers name a system in brackets and an engine; what does neither is no browser.
    private func hasOddShape(_ bytes: Span<UInt8>) -> Bool {
        if bytes.count < 12 || !traits.contains(.slash) { return true }
        if traits.contains(.compatible), !traits.contains(.oldBrowser) { return true }
        if traits.contains(.browser) { return false }
        return !traits.contains(.bracket) || !AgentReading.beginsWithMozilla(bytes)
    }

    private static func beginsWithMozilla(_ bytes: Span<UInt8>) -> Bool {
        var place = 0
        for byte in "mozilla/".utf8 {
            guard place < bytes.count, bytes[place] | 0x20 == byte | 0x20 else { return false }
            place &+= 1
        }
        return true
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    /// A number of at most four digits, and the place after it.
    private static func number(_ bytes: Span<UInt8>, at start: Int) -> (value: Int, end: Int) {
        var value = 0
        var place = start
        while place < bytes.count, place < start &+ 4, (48...57).contains(bytes[place]) {
            value = value &* 10 &+ Int(bytes[place] &- 48)
            place &+= 1
        }
        return (value, place)
    }

    private static func tenths(_ bytes: Span<UInt8>, at start: Int) -> Int {
        let major = number(bytes, at: start)
        guard major.end < bytes.count, bytes[major.end] == UInt8(ascii: ".") else { return major.value &* 10 }
        return major.value &* 10 &+ min(9, number(bytes, at: major.end &+ 1).value)
    }
}

extension AgentReading {
    /// Which engine's headers the browser must send; programs that pass for browsers seldom send them.
    enum Engine { case chromium, firefox, safari, unknown }

    var engine: Engine {
        if traits.contains(.chrome) { return .chromium }
        if traits.contains(.firefox) { return .firefox }
        // Old Android browsers call themselves Safari, too.
        return traits.contains([.version, .safari]) && !traits.contains(.android) ? .safari : .unknown
    }

    /// Whether such a browser sends `Sec-Fetch-…` with every request to a secure address
    /// (https://developer.mozilla.org/docs/Web/HTTP/Headers/Sec-Fetch-Site: Chrome 80, Firefox 90, Safari 16.4).
    var sendsFetchMetadata: Bool {
        switch engine {
        case .chromium: chrome >= 80
        case .firefox: firefox >= 90
        case .safari: safari >= 164
        case .unknown: false
        }
    }

    /// Whether such a browser sends client hints unasked to a secure address: Chromium 90 and later, but for apps' views.
    var sendsClientHints: Bool {
        engine == .chromium && chrome >= 90 && !traits.contains(.webView)
    }

    /// Whether such a browser never sends client hints.
    var knowsNoClientHints: Bool { engine == .firefox || engine == .safari }

    /// Whether the system that the hint names may be that of the user agent. A phone that is told to show the page as a
    /// desktop does says Linux in the one place and Android in the other.
    func agrees(withPlatform platform: String) -> Bool {
        switch platform {
        case "\"Windows\"": traits.contains(.windows)
        case "\"macOS\"": traits.contains(.mac)
        case "\"Android\"", "\"Linux\"": traits.contains(.linux) || traits.contains(.android)
        case "\"Chrome OS\"", "\"Chromium OS\"": traits.contains(.chromeOS) || traits.contains(.linux)
        case "\"iOS\"": traits.contains(.iOS)
        default: true
        }
    }
}

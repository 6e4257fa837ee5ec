import EventModel

/// What providers' texts must look like to be kept.
enum PlaceText {
    /// A country code of two letters, in upper case. Empty for what is none or means nowhere: `XX` (Cloudflare), `ZZ`
    /// (CLDR), `T1` (Tor, Cloudflare), `A1` (anonymous proxy, MaxMind), `??` (tor). `EU` is kept: some ranges are Europe's.
    /// `UK`, which is reserved for that country, is `GB`.
    static func country(_ text: String) -> String {
        guard text.utf8.count == 2 else { return "" }
        var isUpper = true
        for byte in text.utf8 {
            guard (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) else { return "" }
            if byte & 0x20 != 0 { isUpper = false }
        }
        let code = isUpper ? text : text.uppercased()
        switch code {
        case "XX", "ZZ": return ""
        case "UK": return "GB"
        default: return code
        }
    }

    /// A subdivision by its whole code (ISO 3166-2, `AT-9`), from a code with or without its country; empty for what is none.
    static func region(_ text: String, country: String) -> String {
        var bytes = text.utf8[...]
        if bytes.count > 3, bytes.starts(with: country.utf8), bytes.dropFirst(2).first == UInt8(ascii: "-") {
            bytes = bytes.dropFirst(3)
        }
        guard (1...3).contains(bytes.count) else { return "" }
        let isCode = bytes.allSatisfy { (48...57).contains($0) || (65...90).contains($0) }
        return isCode ? "\(country)-\(Substring(bytes))" : ""
    }

    /// A city's name without what no name holds, at most 100 bytes long.
    static func city(_ text: String) -> String {
        text.prefix(bytes: 100).withoutControlCharacters
    }
}

/// Where a provider places an address: texts as they are kept, empty for unknown.
struct Place: Equatable, Sendable {
    var country = ""
    var region = ""
    var city = ""
}

/// Where the parts of a URL begin and end. `WebAddress` finds the same parts; here they stay places in the text, so that
/// what is left can be cut out of it.
struct URLParts {
    /// Where the authority begins, behind `//`.
    private(set) var authority = 0
    /// Where the host begins, behind the last `@` of the authority.
    private(set) var host = 0
    /// Where the path begins, which is the authority's end.
    private(set) var path = 0
    /// Where the path ends: at the question mark, the number sign or the end.
    private(set) var pathEnd = 0
    /// Where the query ends: at the number sign or the end.
    private(set) var queryEnd = 0
    /// Whether the path may hold parameters, for it has a sign that begins one.
    private(set) var hasPathParameters = false

    /// `nil` when the text is not an absolute `http`, `https` or `android-app` URL with a host.
    init?(_ bytes: Span<UInt8>) {
        guard let start = URLParts.schemeEnd(bytes) else { return nil }
        authority = start
        host = start
        var index = start
        while index < bytes.count, !URLParts.endsAuthority(bytes[index]) {
            if bytes[index] == UInt8(ascii: "@") { host = index + 1 }
            index += 1
        }
        path = index
        guard URLParts.isHost(bytes, host..<path) else { return nil }
        while index < bytes.count, bytes[index] != UInt8(ascii: "?"), bytes[index] != UInt8(ascii: "#") {
            let byte = bytes[index]
            if byte == UInt8(ascii: "%") || URLParts.beginsPathParameter(byte) {
                let isBeginning = URLParts.beginsPathParameter(PercentCode.character(bytes, at: index).byte)
                hasPathParameters = hasPathParameters || isBeginning
            }
            index += 1
        }
        pathEnd = index
        while index < bytes.count, bytes[index] != UInt8(ascii: "#") { index += 1 }
        queryEnd = index
    }

    /// A semicolon (RFC 3986 section 3.3); and what begins a query elsewhere, for links are encoded once too often
    /// (`/reset%3Ftoken=…`) or joined with the wrong sign (`/reset&token=…`).
    static func beginsPathParameter(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ";") || byte == UInt8(ascii: "&") || byte == UInt8(ascii: "?")
    }

    /// Android's own links name the app that opened the page: `android-app://com.example/`. They have no other scheme's
    /// freedom of writing.
    private static func schemeEnd(_ bytes: Span<UInt8>) -> Int? {
        guard bytes.count > 7 else { return nil }
        if begins(bytes, with: "http://") { return 7 }
        if begins(bytes, with: "https://") { return 8 }
        return begins(bytes, with: "android-app://") ? 14 : nil
    }

    /// Schemes are compared without regard to case (RFC 3986 section 3.1).
    private static func begins(_ bytes: Span<UInt8>, with scheme: String) -> Bool {
        guard bytes.count >= scheme.utf8.count else { return false }
        var index = 0
        for expected in scheme.utf8 {
            let byte = bytes[index]
            guard (byte &- 65 < 26 ? byte | 0x20 : byte) == expected else { return false }
            index += 1
        }
        return true
    }

    private static func endsAuthority(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#")
            || byte == UInt8(ascii: "\\")
    }

    /// What `WebAddress` takes for a host: without port and dots at its end, 1 to 253 bytes.
    private static func isHost(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard !range.isEmpty else { return false }
        let isBracketed = bytes[range.lowerBound] == UInt8(ascii: "[")
        let last = isBracketed ? UInt8(ascii: "]") : UInt8(ascii: ":")
        var end = range.lowerBound
        while end < range.upperBound, bytes[end] != last { end += 1 }
        if isBracketed {
            guard end < range.upperBound else { return false }
            end += 1
        }
        while end > range.lowerBound, bytes[end - 1] == UInt8(ascii: ".") { end -= 1 }
        guard end > range.lowerBound, end - range.lowerBound <= 253 else { return false }
        for index in range.lowerBound..<end where !isHostByte(bytes[index]) { return false }
        return true
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte != 0x7f && byte != UInt8(ascii: "<") && byte != UInt8(ascii: ">")
            && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "%")
    }
}

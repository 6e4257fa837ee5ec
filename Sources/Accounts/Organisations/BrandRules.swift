import Database
import EventModel

/// What may stand on somebody's pages.
enum BrandRules {
    /// Bytes that a picture may have: it is part of pages.
    static let logoLimit = 48 * 1024

    /// A colour as `#rrggbb`, or empty.
    static func colour(_ text: String) throws(DatabaseError) -> String {
        let colour = text.lowercased()
        if colour.isEmpty { return "" }
        let digits = colour.utf8.dropFirst()
        guard colour.utf8.first == UInt8(ascii: "#"), digits.count == 6,
            digits.allSatisfy({ $0.hexadecimalDigit != nil })
        else { throw .invalid("a colour is written as #3d63dd, not \"\(colour.cut(bytes: 40))\"") }
        return colour
    }

    /// A path of the site's own for the script or its endpoint, or empty.
    static func path(_ text: String) throws(DatabaseError) -> String {
        if text.isEmpty { return "" }
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "/"):
                true
            default: false
            }
        }
        guard isPlain, text.hasPrefix("/"), !text.hasPrefix("//"), (2...100).contains(text.utf8.count) else {
            throw .invalid("a path is written as /steps.js: letters, digits, dots, dashes and slashes")
        }
        return text
    }

    /// The media type by the picture's first bytes; what the browser says of it counts for nothing. No SVG: it could
    /// bring a script.
    static func type(ofLogo bytes: [UInt8]) throws(DatabaseError) -> String {
        guard bytes.count <= logoLimit else {
            throw .invalid("the picture may have \(logoLimit / 1024) KiB at most; this one has \(bytes.count / 1024)")
        }
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return "image/png" }
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return "image/jpeg" }
        if bytes.starts(with: Array("GIF8".utf8)) { return "image/gif" }
        if bytes.starts(with: Array("RIFF".utf8)), bytes.dropFirst(8).starts(with: Array("WEBP".utf8)) {
            return "image/webp"
        }
        throw .invalid("the picture must be a PNG, JPEG, WebP or GIF")
    }
}

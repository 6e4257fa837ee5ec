import EventModel

/// Writes properties as JSON, by hand: an encoder of Foundation takes some fifty times as long.
enum PropertyJSON {
    /// A JSON object of the properties, in their order; `nil` when a number is not finite, for which JSON has no form.
    static func object(_ properties: some Sequence<Property>) -> [UInt8]? {
        var bytes: [UInt8] = [UInt8(ascii: "{")]
        for property in properties {
            if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
            append(text: property.name, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            switch property.value {
            case .text(let text): append(text: text, to: &bytes)
            case .flag(let flag): bytes += flag ? "true".utf8 : "false".utf8
            case .number(let number):
                guard number.isFinite else { return nil }
                append(number: number, to: &bytes)
            }
        }
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    /// Adds a text in quotes.
    static func append(text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0..<0x20:
                bytes += "\\u00".utf8
                bytes.append(hexadecimal(byte >> 4))
                bytes.append(hexadecimal(byte & 15))
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func append(number: Double, to bytes: inout [UInt8]) {
        // Whole numbers without ".0", as the site wrote them.
        if let whole = Int64(exactly: number), abs(number) < 9_007_199_254_740_992 {
            bytes += "\(whole)".utf8
        } else {
            bytes += "\(number)".utf8
        }
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
    }
}

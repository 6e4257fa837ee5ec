/// Writes JSON by hand: an encoder of Foundation takes some fifty times as long.
public enum JSONText {
    /// A JSON object of the properties, in their order; `nil` when a number is not finite, for which JSON has no form.
    public static func object(_ properties: some Sequence<Property>) -> [UInt8]? {
        var bytes: [UInt8] = []
        return append(object: properties, to: &bytes) ? bytes : nil
    }

    /// Adds an object of the properties, in their order. Returns `false`, and leaves half an object, when a number is not
    /// finite.
    public static func append(object properties: some Sequence<Property>, to bytes: inout [UInt8]) -> Bool {
        bytes.append(UInt8(ascii: "{"))
        var isFirst = true
        for property in properties {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            append(text: property.name, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            switch property.value {
            case .text(let text): append(text: text, to: &bytes)
            case .flag(let flag): bytes += flag ? "true".utf8 : "false".utf8
            case .number(let number):
                guard number.isFinite else { return false }
                append(number: number, to: &bytes)
            }
        }
        bytes.append(UInt8(ascii: "}"))
        return true
    }

    /// Adds a text in quotes. No line break is in it: it is escaped like every control character.
    public static func append(text: String, to bytes: inout [UInt8]) {
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

    /// Adds the lowest `digits` hexadecimal digits of a number, without quotes.
    public static func append(hexadecimal number: UInt128, digits: Int, to bytes: inout [UInt8]) {
        for digit in (0..<digits).reversed() {
            bytes.append(hexadecimal(UInt8(truncatingIfNeeded: number >> UInt128(4 * digit)) & 15))
        }
    }

    /// Adds a number, which is finite.
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

extension Property {
    /// The property in a form that JSON has: a number that is not finite becomes the text of its name.
    public var representable: Property {
        if case .number(let number) = value, !number.isFinite { return Property(name, .text("\(number)")) }
        return self
    }
}

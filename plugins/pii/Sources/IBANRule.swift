/// Account numbers (ISO 13616): a country, two check digits (modulo 97 of ISO 7064) and as many letters and digits as that
/// country's have, with a space or a dash here and there.
enum IBANRule {
    static func find(in bytes: Span<UInt8>, _ classes: CharacterClasses, _ matches: inout [PIIMatch]) {
        let letter = CharacterClasses.lower | CharacterClasses.upper
        var index = 3
        while index < bytes.count {
            defer { index += 1 }
            guard isDigit(bytes[index]), isDigit(bytes[index - 1]), classes.kinds(bytes[index - 2]) & letter != 0,
                classes.kinds(bytes[index - 3]) & letter != 0,
                let length = length(bytes[index - 3] & 0xdf, bytes[index - 2] & 0xdf),
                let end = end(bytes, from: index - 3, length: length, classes)
            else { continue }
            matches.append(PIIMatch(start: index - 3, end: end, rule: .iban))
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }

    /// The end of the number that begins at `start`, if its check digits are right and it ends there.
    private static func end(
        _ bytes: Span<UInt8>, from start: Int, length: Int, _ classes: CharacterClasses
    ) -> Int? {
        var remainder = 0
        var count = 4
        var index = start + 4
        while count < length {
            if index < bytes.count, bytes[index] == UInt8(ascii: " ") || bytes[index] == UInt8(ascii: "-") {
                index += 1
            }
            guard index < bytes.count, classes.kinds(bytes[index]) & CharacterClasses.alphanumeric != 0 else {
                return nil
            }
            remainder = appended(bytes[index], to: remainder)
            index += 1
            count += 1
        }
        // Country and check digits are reckoned as if they stood at the end.
        for place in start..<start + 4 { remainder = appended(bytes[place], to: remainder) }
        let isEnd = index == bytes.count || classes.kinds(bytes[index]) & CharacterClasses.alphanumeric == 0
        return remainder == 1 && isEnd ? index : nil
    }

    /// Letters stand for 10 to 35.
    private static func appended(_ byte: UInt8, to remainder: Int) -> Int {
        isDigit(byte)
            ? (remainder &* 10 &+ Int(byte &- 48)) % 97 : (remainder &* 100 &+ Int((byte & 0xdf) &- 55)) % 97
    }

    /// How long the account numbers of a country are; `nil` where there are none.
    private static func length(_ first: UInt8, _ second: UInt8) -> Int? {
        let place = Int(first &- 65) &* 26 &+ Int(second &- 65)
        guard first &- 65 < 26, second &- 65 < 26, lengths[place] > 0 else { return nil }
        return Int(lengths[place])
    }

    /// Lengths by country (SWIFT's IBAN registry).
    static let lengthOfCountry: KeyValuePairs<String, UInt8> = [
        "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29,
        "BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29,
        "ES": 24, "FI": 18, "FK": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28,
        "HN": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20,
        "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19,
        "MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18, "NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29,
        "PT": 25, "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24,
        "SM": 27, "SO": 23, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
        "YE": 30,
    ]

    private static let lengths: [UInt8] = {
        var lengths = [UInt8](repeating: 0, count: 26 * 26)
        for (country, length) in lengthOfCountry {
            let place = country.utf8.reduce(0) { $0 * 26 + Int($1 &- 65) }
            lengths[place] = length
        }
        return lengths
    }()
}

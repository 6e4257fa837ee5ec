/// Numbers of payment cards: 13 to 19 digits with the check digit of ISO/IEC 7812 (Luhn), in groups with a space or a
/// dash between them or in one.
enum CardRule {
    static let lengths = 13...19

    static func find(in bytes: Span<UInt8>, _ matches: inout [PIIMatch]) {
        var index = 0
        while index < bytes.count {
            if isDigit(bytes[index]) {
                if let end = end(bytes, from: index) {
                    matches.append(PIIMatch(start: index, end: end, rule: .card))
                }
                while index < bytes.count, isDigit(bytes[index]) { index += 1 }
            } else {
                index += 1
            }
        }
    }

    /// The end of the longest number that begins with the group at `start` and ends with a group.
    private static func end(_ bytes: Span<UInt8>, from start: Int) -> Int? {
        var number = Number()
        var longest: Int?
        var index = start
        while index < bytes.count, number.count < lengths.upperBound {
            number.append(bytes[index] &- 48)
            index += 1
            if index < bytes.count, isDigit(bytes[index]) { continue }
            if number.isCard { longest = index }
            guard index + 1 < bytes.count, isGap(bytes[index]), isDigit(bytes[index + 1]) else { break }
            index += 1
        }
        return longest
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }

    private static func isGap(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "-") }

    /// The digits so far.
    private struct Number {
        var digits = SIMD32<UInt8>()
        var count = 0

        mutating func append(_ digit: UInt8) {
            digits[count & 31] = digit
            count &+= 1
        }

        var isCard: Bool {
            lengths.contains(count) && hasIssuer && hasCheckDigit && !isProduct
        }

        /// The first digit of payment cards is 3 to 6, or the number begins with 2200 to 2720. Years begin with 2 as well.
        private var hasIssuer: Bool {
            switch digits[0] {
            case 3...6: true
            case 2:
                (200...720).contains(Int(digits[1]) &* 100 &+ Int(digits[2]) &* 10 &+ Int(digits[3]))
            default: false
            }
        }

        private var hasCheckDigit: Bool {
            var sum = 0
            for place in 0..<count {
                let digit = Int(digits[place & 31])
                let isDoubled = (count &- place) & 1 == 0
                sum &+= isDoubled ? (digit > 4 ? digit &* 2 &- 9 : digit &* 2) : digit
            }
            return sum % 10 == 0
        }

        /// The number of a product (EAN-13) has as many digits as a card of the nineties, and one in ten has its check digit.
        private var isProduct: Bool {
            guard count == 13 else { return false }
            var sum = 0
            for place in 0..<13 { sum &+= Int(digits[place]) &* (place & 1 == 0 ? 1 : 3) }
            return sum % 10 == 0
        }
    }
}

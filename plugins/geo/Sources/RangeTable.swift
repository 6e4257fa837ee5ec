import EventModel

/// Countries by ranges of addresses, as in tor's files `geoip` and `geoip6` (first, last, country in each line; the format
/// is said in tor's src/lib/geoip/geoip.c): sorted arrays, searched by halving. Also takes DB-IP's CSV, where IPv4 has dots.
///
/// A class, so that looking at the table of the moment copies one reference and not eight arrays.
final class RangeTable: Sendable {
    /// A line that cannot be used.
    struct BadLine: Error, Equatable, CustomStringConvertible {
        var number: Int
        var problem: String
        var description: String { "line \(number) \(problem)" }
    }

    /// When the data were made, as the file's head says; `nil` where it does not.
    let date: DataDate?
    private let four: Ranges<UInt32>
    private let six: Ranges<UInt128>
    private let countries: [String]

    /// Ranges that have a country.
    var count: Int { four.starts.count + six.starts.count }

    /// The country of an address; empty when it is in no range, or in one of no country.
    func country(of address: IPAddress) -> String {
        let index =
            switch address {
            case .v4(let bits): four.country(of: bits)
            case .v6(let bits): six.country(of: bits)
            }
        guard let index, Int(index) < countries.count else { return "" }
        return countries[Int(index)]
    }

    /// Reads a file. Throws at a line that it does not understand: half a table would look like a whole one.
    init(_ bytes: [UInt8]) throws(BadLine) {
        var reader = RangeReader(lines: bytes.count { $0 == UInt8(ascii: "\n") } + 1)
        var start = 0
        var number = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            number += 1
            do throws(RangeReader.Problem) {
                try reader.read(bytes[start..<end])
            } catch {
                throw BadLine(number: number, problem: error.rawValue)
            }
            start = end + 1
        }
        (date, four, six, countries) = (reader.date, reader.four, reader.six, reader.countries)
        guard count > 0 else { throw BadLine(number: number, problem: "is the last, and no line had a range") }
    }
}

/// Ranges of one kind of address, in order and without overlap.
struct Ranges<Bits: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
    private(set) var starts: [Bits] = []
    private(set) var ends: [Bits] = []
    private(set) var countries: [UInt16] = []

    /// Adds a range behind all others; `capacity` is how many there may be in all.
    mutating func append(_ start: Bits, _ end: Bits, _ country: UInt16, capacity: Int) {
        if starts.isEmpty {
            starts.reserveCapacity(capacity)
            ends.reserveCapacity(capacity)
            countries.reserveCapacity(capacity)
        }
        starts.append(start)
        ends.append(end)
        countries.append(country)
    }

    /// The number of the country in whose range the address lies.
    func country(of bits: Bits) -> UInt16? {
        let place = starts.partitioningIndex { $0 > bits } - 1
        guard place >= 0, ends[place] >= bits else { return nil }
        return countries[place]
    }
}

/// Reads lines of ranges one after the other.
struct RangeReader {
    private(set) var date: DataDate?
    private(set) var four = Ranges<UInt32>()
    private(set) var six = Ranges<UInt128>()
    private(set) var countries: [String] = []
    private var indices: [UInt16: UInt16] = [:]
    private var lastOfFour: UInt32?
    private var lastOfSix: UInt128?
    private let lines: Int

    /// What can be wrong with a line.
    enum Problem: String, Error {
        case shape = "is no range such as \"16777216,16777471,AU\""
        case backward = "has a last address before its first"
        case order = "begins before the range above it ends"
        case country = "has no country of two letters"
    }

    /// A reader of a file with so many lines.
    init(lines: Int) {
        self.lines = lines
    }

    /// Reads one line without its end.
    mutating func read(_ line: ArraySlice<UInt8>) throws(Problem) {
        var line = line
        if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
        guard let first = line.first else { return }
        if first == UInt8(ascii: "#") {
            if date == nil { date = DataDate(header: line) }
            return
        }
        let isComma: (UInt8) -> Bool = { $0 == UInt8(ascii: ",") }
        guard let one = line.firstIndex(where: isComma), let two = line[(one + 1)...].firstIndex(where: isComma),
            let start = RangeReader.address(line[..<one]), let end = RangeReader.address(line[(one + 1)..<two])
        else { throw .shape }
        let country = try index(of: line[(two + 1)...])
        switch (start, end) {
        case (.v4(let start), .v4(let end)):
            try RangeReader.check(start, end, after: lastOfFour)
            lastOfFour = end
            if let country { four.append(start, end, country, capacity: lines) }
        case (.v6(let start), .v6(let end)):
            try RangeReader.check(start, end, after: lastOfSix)
            lastOfSix = end
            if let country { six.append(start, end, country, capacity: lines) }
        default: throw .shape
        }
    }

    private static func check<Bits: Comparable>(_ start: Bits, _ end: Bits, after last: Bits?) throws(Problem) {
        if end < start { throw .backward }
        if let last, start <= last { throw .order }
    }

    /// An address as a number (tor's IPv4) or as text.
    private static func address(_ bytes: ArraySlice<UInt8>) -> IPAddress? {
        guard !bytes.isEmpty else { return nil }
        var number: UInt64 = 0
        for byte in bytes {
            guard (48...57).contains(byte) else { return IPAddress(String(decoding: bytes, as: UTF8.self)) }
            number = number * 10 + UInt64(byte - 48)
            if number > UInt32.max { return nil }
        }
        return .v4(UInt32(number))
    }

    /// The country's number; `nil` for a code that means nowhere.
    private mutating func index(of code: ArraySlice<UInt8>) throws(Problem) -> UInt16? {
        guard code.count == 2, let first = code.first, let last = code.last,
            code.allSatisfy({ $0 == UInt8(ascii: "?") || RangeReader.isLetterOrDigit($0) })
        else { throw .country }
        let key = UInt16(first) << 8 | UInt16(last)
        if let index = indices[key] { return index }
        let country = PlaceText.country(String(decoding: code, as: UTF8.self))
        guard !country.isEmpty else { return nil }
        // There are 676 codes of two letters; a byte is too small for those of tor's geoip6.
        let index = UInt16(countries.count)
        countries.append(country)
        indices[key] = index
        return index
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (97...122).contains(byte | 0x20)
    }
}

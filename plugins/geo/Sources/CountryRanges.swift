import Configuration
import EventModel
import Platform

/// Countries by ranges of addresses, as Tor's files have them (`/usr/share/tor/geoip` and `geoip6`):
///
///     # comments; one says "Generated: Thu, 25 Jun 2026 04:33:59 GMT"
///     16777216,16777471,AU
///     2001:218::,2001:218:2000:c:ffff:ffff:ffff:ffff,JP
///
/// Sorted arrays and halving: ten bytes for a range of IPv4, and nineteen steps for an answer.
struct CountryRanges: Sendable {
    private var starts4: [UInt32] = []
    private var ends4: [UInt32] = []
    private var countries4: [UInt16] = []
    private var starts6: [UInt128] = []
    private var ends6: [UInt128] = []
    private var countries6: [UInt16] = []
    /// The codes that occur; there are some 270, more than ISO has.
    private var codes: [String] = []
    /// When the file was made, in seconds since 1970, where it says so.
    private(set) var builtAt: Int64?

    /// Reads a file. Throws the line that cannot be read.
    init(reading path: String) throws {
        let bytes = try Files.readBytes(path)
        var places: [String: UInt16] = [:]
        var number = 0
        var index = 0
        while index < bytes.count {
            number += 1
            let end = bytes[index...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            let line = bytes[index..<end]
            index = end + 1
            guard let first = line.first, first != 13 else { continue }
            if first == UInt8(ascii: "#") {
                readComment(line)
                continue
            }
            guard add(line, &places) else {
                throw ConfigProblem(path: "\(path):\(number)", message: "is no range: start,end,country")
            }
        }
        guard count > 0 else { throw ConfigProblem(path: path, message: "holds no range of addresses") }
        sort()
    }

    /// How many ranges there are.
    var count: Int { starts4.count + starts6.count }

    /// The country of an address; `nil` for one that lies in no range.
    func country(of address: IPAddress) -> String? {
        switch address {
        case .v4(let value):
            let place = starts4.partitioningIndex { $0 > value } - 1
            return place >= 0 && ends4[place] >= value ? codes[Int(countries4[place])] : nil
        case .v6(let value):
            let place = starts6.partitioningIndex { $0 > value } - 1
            return place >= 0 && ends6[place] >= value ? codes[Int(countries6[place])] : nil
        }
    }

    /// Returns whether the line was understood; one of no country is.
    private mutating func add(_ line: ArraySlice<UInt8>, _ places: inout [String: UInt16]) -> Bool {
        let parts = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard parts.count == 3 else { return false }
        let text = String(decoding: parts[2].filter { $0 > 0x20 }, as: UTF8.self)
        if text == "??" { return true }
        guard text.utf8.count == 2 else { return false }
        guard let code = Country.code(text) else { return true }
        guard let place = places[code] ?? newPlace(code, &places) else { return false }
        if let start = CountryRanges.number(parts[0]), let end = CountryRanges.number(parts[1]), start <= end {
            starts4.append(start)
            ends4.append(end)
            countries4.append(place)
            return true
        }
        let (first, last) = (String(decoding: parts[0], as: UTF8.self), String(decoding: parts[1], as: UTF8.self))
        // A range of mapped addresses would be one of IPv4 under another name; there is none.
        guard case .v6(let start)? = IPAddress(first), case .v6(let end)? = IPAddress(last), start <= end else {
            return false
        }
        starts6.append(start)
        ends6.append(end)
        countries6.append(place)
        return true
    }

    private mutating func newPlace(_ code: String, _ places: inout [String: UInt16]) -> UInt16? {
        guard let place = UInt16(exactly: codes.count) else { return nil }
        codes.append(code)
        places[code] = place
        return place
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> UInt32? {
        guard (1...10).contains(digits.count) else { return nil }
        var value: UInt64 = 0
        for digit in digits {
            guard (48...57).contains(digit) else { return nil }
            value = value * 10 + UInt64(digit - 48)
        }
        return UInt32(exactly: value)
    }

    /// The files are sorted; one that somebody made need not be.
    private mutating func sort() {
        if !isAscending(starts4) {
            let order = starts4.indices.sorted { starts4[$0] < starts4[$1] }
            (starts4, ends4, countries4) = (
                order.map { starts4[$0] }, order.map { ends4[$0] }, order.map { countries4[$0] }
            )
        }
        if !isAscending(starts6) {
            let order = starts6.indices.sorted { starts6[$0] < starts6[$1] }
            (starts6, ends6, countries6) = (
                order.map { starts6[$0] }, order.map { ends6[$0] }, order.map { countries6[$0] }
            )
        }
    }

    private func isAscending<Number: Comparable>(_ numbers: [Number]) -> Bool {
        zip(numbers, numbers.dropFirst()).allSatisfy { $0 <= $1 }
    }

    /// `# Generated: Thu, 25 Jun 2026 04:33:59 GMT`: the date alone will do.
    private mutating func readComment(_ line: ArraySlice<UInt8>) {
        let words = String(decoding: line.prefix(100), as: UTF8.self).split(separator: " ")
        guard builtAt == nil, words.count >= 6, words[1] == "Generated:", let day = Int(words[3]),
            let year = Int(words[5]),
            let month = CountryRanges.months.firstIndex(of: String(words[4])), (1...31).contains(day),
            (2000...2200).contains(year)
        else { return }
        builtAt = CivilTime.days(year: year, month: month + 1, day: day) * 86_400
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}

extension CivilTime {
    /// Days from 1970-01-01 to a date of the Gregorian calendar (Hinnant, "chrono-Compatible Low-Level Date Algorithms").
    static func days(year: Int, month: Int, day: Int) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return Int64(era * 146_097 + dayOfEra - 719_468)
    }
}

import EventModel
import Platform
import PluginAPI

/// A hit as one line of JSON. Members bear the names of `Field`; what is not known is left out.
enum HitLine {
    /// Adds the line. Throws `poison` when JSON or ISO 8601 has no form for a value.
    static func append(_ hit: Hit, to bytes: inout [UInt8]) throws(StoreError) {
        guard isWritable(hit.time), isWritable(hit.receivedAt) else {
            throw .poison("a time lies outside of the years 0 to 9999")
        }
        guard appendObject(hit, properties: hit.properties, facts: hit.facts, to: &bytes) else {
            throw .poison("a property or fact is not a finite number")
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    /// Adds the line of a dead letter, which can always be written.
    static func append(
        dead hit: Hit, sequence: UInt64, reason: String, to bytes: inout [UInt8]
    ) {
        bytes += "{\"reason\":".utf8
        JSONText.append(text: reason, to: &bytes)
        bytes += ",\"sequence\":\(sequence),\"event\":".utf8
        _ = appendObject(
            hit, properties: hit.properties.map(\.representable), facts: hit.facts.map(\.representable), to: &bytes)
        bytes += "}\n".utf8
    }

    private static func appendObject(
        _ hit: Hit, properties: [Property], facts: [Property], to bytes: inout [UInt8]
    ) -> Bool {
        bytes += "{\"\(Field.site.rawValue)\":\(hit.site.rawValue)".utf8
        member(.id, to: &bytes) { append(id: hit.id, to: &$0) }
        text(.name, hit.name, to: &bytes)
        member(.receivedAt, to: &bytes) { append(time: hit.receivedAt, to: &$0) }
        member(.time, to: &bytes) { append(time: hit.time, to: &$0) }
        text(.hostname, hit.hostname, to: &bytes)
        text(.path, hit.path, to: &bytes)
        text(.title, hit.title, to: &bytes)
        text(.source, hit.source, to: &bytes)
        text(.referrerHost, hit.referrerHost, to: &bytes)
        text(.referrerPath, hit.referrerPath, to: &bytes)
        text(.country, hit.country, to: &bytes)
        if let width = hit.viewportWidth { member(.viewportWidth, to: &bytes) { $0 += "\(width)".utf8 } }
        if hit.isBot { member(.isBot, to: &bytes) { $0 += "true".utf8 } }
        text(.quarantine, hit.quarantine, to: &bytes)
        if hit.weight != 1 { member(.weight, to: &bytes) { $0 += "\(hit.weight)".utf8 } }
        if let visitor = hit.visitor {
            // As text: a JSON number holds 53 bits.
            member(.visitorID, to: &bytes) { bytes in
                bytes.append(UInt8(ascii: "\""))
                JSONText.append(hexadecimal: UInt128(visitor.rawValue), digits: 16, to: &bytes)
                bytes.append(UInt8(ascii: "\""))
            }
        }
        if let user = hit.user {
            member(.userID, to: &bytes) { bytes in
                bytes.append(UInt8(ascii: "\""))
                JSONText.append(hexadecimal: UInt128(user.rawValue), digits: 16, to: &bytes)
                bytes.append(UInt8(ascii: "\""))
            }
        }
        var isWhole = true
        if !properties.isEmpty {
            member(.properties, to: &bytes) { isWhole = JSONText.append(object: properties, to: &$0) }
        }
        if !facts.isEmpty {
            bytes += ",\"facts\":".utf8
            isWhole = JSONText.append(object: facts, to: &bytes) && isWhole
        }
        bytes.append(UInt8(ascii: "}"))
        return isWhole
    }

    private static func member(_ field: Field, to bytes: inout [UInt8], _ value: (inout [UInt8]) -> Void) {
        bytes += ",\"".utf8
        bytes += field.rawValue.utf8
        bytes += "\":".utf8
        value(&bytes)
    }

    private static func text(_ field: Field, _ text: String, to bytes: inout [UInt8]) {
        guard !text.isEmpty else { return }
        member(field, to: &bytes) { JSONText.append(text: text, to: &$0) }
    }

    /// The usual form of a UUID.
    private static func append(id: EventID, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        var rest = 128
        for (index, digits) in [8, 4, 4, 4, 12].enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: "-")) }
            rest -= 4 * digits
            JSONText.append(hexadecimal: id.value >> UInt128(rest), digits: digits, to: &bytes)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static let writable: ClosedRange<Int64> = -62_167_219_200_000...253_402_300_799_999

    private static func isWritable(_ time: Timestamp) -> Bool { writable.contains(time.milliseconds) }

    /// ISO 8601, UTC, with milliseconds; a time beyond its years as a number of milliseconds since 1970.
    private static func append(time: Timestamp, to bytes: inout [UInt8]) {
        guard isWritable(time) else {
            bytes += "\(time.milliseconds)".utf8
            return
        }
        let civil = CivilTime(milliseconds: time.milliseconds)
        let milliseconds = Int(time.milliseconds % 1000)
        bytes.append(UInt8(ascii: "\""))
        digits(civil.year, 4, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        digits(civil.month, 2, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        digits(civil.day, 2, to: &bytes)
        bytes.append(UInt8(ascii: "T"))
        digits(civil.hour, 2, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        digits(civil.minute, 2, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        digits(civil.second, 2, to: &bytes)
        bytes.append(UInt8(ascii: "."))
        digits(milliseconds < 0 ? milliseconds + 1000 : milliseconds, 3, to: &bytes)
        bytes += "Z\"".utf8
    }

    private static func digits(_ number: Int, _ count: Int, to bytes: inout [UInt8]) {
        var divisor = 1
        for _ in 1..<count { divisor *= 10 }
        while divisor > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / divisor % 10))
            divisor /= 10
        }
    }
}

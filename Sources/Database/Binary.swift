/// PostgreSQL's binary forms: big-endian numbers, moments in microseconds since 2000.
enum Binary {
    /// 2000-01-01T00:00:00Z in milliseconds since 1970.
    static let epoch: Int64 = 946_684_800_000

    /// Milliseconds since 1970 in PostgreSQL's count. What does not fit becomes a number that the server rejects as
    /// out of range; the largest and smallest would mean infinity to it.
    static func timestamp(_ milliseconds: Int64) -> Int64 {
        let (shifted, underflow) = milliseconds.subtractingReportingOverflow(epoch)
        let (microseconds, overflow) = shifted.multipliedReportingOverflow(by: 1000)
        guard !underflow, !overflow else { return milliseconds < 0 ? .min + 1 : .max - 1 }
        return microseconds
    }

    /// Milliseconds since 1970 from PostgreSQL's count, rounded down.
    static func milliseconds(_ timestamp: Int64) -> Int64 {
        let (quotient, remainder) = timestamp.quotientAndRemainder(dividingBy: 1000)
        let (sum, overflow) = (remainder < 0 ? quotient - 1 : quotient).addingReportingOverflow(epoch)
        return overflow ? timestamp : sum
    }

    /// 2000-01-01 in days since 1970.
    static let epochDay = 10_957
}

extension [UInt8] {
    /// Adds a number, most significant byte first.
    @inline(__always)
    mutating func append(_ number: some FixedWidthInteger) {
        unsafe Swift.withUnsafeBytes(of: number.bigEndian) { unsafe append(contentsOf: $0) }
    }

    /// Adds JSON as `jsonb` travels: one byte of version, then the text.
    @inline(__always)
    mutating func append(json text: String) {
        append(1 as UInt8)
        append(contentsOf: text.utf8)
    }

    /// Puts a number where another stands already.
    @inline(__always)
    mutating func overwrite(at place: Int, with number: Int32) {
        let bits = UInt32(bitPattern: number)
        self[place] = UInt8(truncatingIfNeeded: bits >> 24)
        self[place + 1] = UInt8(truncatingIfNeeded: bits >> 16)
        self[place + 2] = UInt8(truncatingIfNeeded: bits >> 8)
        self[place + 3] = UInt8(truncatingIfNeeded: bits)
    }
}

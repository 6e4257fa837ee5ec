import CPostgres

/// Writes rows in the binary form of COPY: fields in the order of the statement's columns.
///
///     try copy.row(fields: 3)
///     try copy.field(site); copy.field(text: path); copy.null()
@safe public struct CopyWriter {
    private let handle: OpaquePointer
    private var buffer: [UInt8]
    private static let flushSize = 256 * 1024

    init(handle: OpaquePointer) {
        unsafe self.handle = handle
        buffer = []
        buffer.reserveCapacity(CopyWriter.flushSize + 16 * 1024)
        buffer += "PGCOPY\n".utf8
        buffer += [0xff, 0x0d, 0x0a, 0x00]
        buffer.append(Int32(0))
        buffer.append(Int32(0))
    }

    /// Begins a row of so many fields.
    public mutating func row(fields: Int16) throws(DatabaseError) {
        if buffer.count >= CopyWriter.flushSize { try flush() }
        buffer.append(fields)
    }

    /// Writes null.
    @inline(__always)
    public mutating func null() {
        buffer.append(Int32(-1))
    }

    /// Writes a `smallint`.
    public mutating func field(_ value: Int16?) { number(value) }

    /// Writes an `integer`.
    public mutating func field(_ value: Int32?) { number(value) }

    /// Writes a `bigint`.
    public mutating func field(_ value: Int64?) { number(value) }

    /// Writes a `double precision`.
    public mutating func field(_ value: Double?) { number(value?.bitPattern) }

    /// Writes a `boolean`.
    public mutating func field(_ value: Bool?) { number(value.map { $0 ? 1 as UInt8 : 0 }) }

    /// Writes a `uuid`.
    public mutating func field(uuid bits: UInt128?) { number(bits) }

    /// Writes a `timestamptz` of milliseconds since 1970.
    public mutating func field(timestamp milliseconds: Int64?) { number(milliseconds.map(Binary.timestamp)) }

    /// Writes a `text`.
    public mutating func field(text: String?) {
        guard let text else { return null() }
        buffer.append(Int32(truncatingIfNeeded: text.utf8.count))
        buffer.append(contentsOf: text.utf8)
    }

    /// Writes a `bytea`.
    public mutating func field(bytes: [UInt8]?) {
        guard let bytes else { return null() }
        buffer.append(Int32(truncatingIfNeeded: bytes.count))
        buffer += bytes
    }

    /// Writes a `jsonb` from the bytes of its text.
    public mutating func field(json: [UInt8]?) {
        guard let json else { return null() }
        buffer.append(Int32(truncatingIfNeeded: json.count + 1))
        buffer.append(1 as UInt8)
        buffer += json
    }

    @inline(__always)
    private mutating func number<Number: FixedWidthInteger>(_ value: Number?) {
        guard let value else { return null() }
        buffer.append(Int32(MemoryLayout<Number>.size))
        buffer.append(value)
    }

    mutating func finish() throws(DatabaseError) {
        buffer.append(Int16(-1))
        try flush()
    }

    private mutating func flush() throws(DatabaseError) {
        let sent = unsafe buffer.withUnsafeBytes { bytes in
            unsafe PQputCopyData(
                handle, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(truncatingIfNeeded: bytes.count))
        }
        guard sent == 1 else { throw DatabaseError(kind: .connection, message: "connection lost during COPY") }
        buffer.removeAll(keepingCapacity: true)
    }
}

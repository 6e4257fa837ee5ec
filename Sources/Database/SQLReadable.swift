import Platform

/// A field of a row in PostgreSQL's binary form. Lives as long as the call that it is handed to.
@safe public struct PostgresField {
    let type: UInt32
    let bytes: UnsafeRawBufferPointer

    func integer<Integer: FixedWidthInteger>(_: Integer.Type, at offset: Int = 0) -> Integer? {
        guard offset >= 0, unsafe bytes.count >= offset + MemoryLayout<Integer>.size else { return nil }
        return Integer(bigEndian: unsafe bytes.loadUnaligned(fromByteOffset: offset, as: Integer.self))
    }

    func isType(_ wanted: PostgresType) -> Bool { type == wanted.rawValue }

    /// The elements of a one-dimensional array, each read by `read`; `nil` when it is none or an element cannot be.
    func elements<Element>(_ read: (PostgresField?) -> Element?) -> [Element]? {
        guard let dimensions = integer(Int32.self), let element = integer(UInt32.self, at: 8) else { return nil }
        if dimensions == 0 { return [] }
        guard dimensions == 1, let count = integer(Int32.self, at: 12), count >= 0 else { return nil }
        var values: [Element] = []
        var offset = 20
        for _ in 0..<count {
            guard let length = integer(Int32.self, at: offset) else { return nil }
            offset += 4
            var field: PostgresField?
            if length >= 0 {
                let end = offset + Int(length)
                guard unsafe end <= bytes.count else { return nil }
                field = unsafe PostgresField(
                    type: element, bytes: UnsafeRawBufferPointer(rebasing: bytes[offset..<end]))
                offset = end
            }
            guard let value = read(field) else { return nil }
            values.append(value)
        }
        return values
    }
}

/// A value that can be read from a row.
public protocol SQLReadable {
    /// The value of the field; `nil` when the field's type does not fit or it is null.
    static func read(_ field: PostgresField?) -> Self?
}

/// A whole number: `smallint`, `integer` or `bigint`, whichever fits into the type asked for.
private func readInteger<Integer: FixedWidthInteger>(_ field: PostgresField?, as type: Integer.Type) -> Integer? {
    guard let field else { return nil }
    if field.isType(.int8) { return field.integer(Int64.self).flatMap { Integer(exactly: $0) } }
    if field.isType(.int4) { return field.integer(Int32.self).flatMap { Integer(exactly: $0) } }
    if field.isType(.int2) { return field.integer(Int16.self).flatMap { Integer(exactly: $0) } }
    return nil
}

extension Int: SQLReadable {
    /// From any whole number that fits.
    public static func read(_ field: PostgresField?) -> Int? { readInteger(field, as: Int.self) }
}

extension Int64: SQLReadable {
    /// From any whole number.
    public static func read(_ field: PostgresField?) -> Int64? { readInteger(field, as: Int64.self) }
}

extension Int32: SQLReadable {
    /// From any whole number that fits.
    public static func read(_ field: PostgresField?) -> Int32? { readInteger(field, as: Int32.self) }
}

extension Int16: SQLReadable {
    /// From any whole number that fits.
    public static func read(_ field: PostgresField?) -> Int16? { readInteger(field, as: Int16.self) }
}

extension Bool: SQLReadable {
    /// From `boolean`.
    public static func read(_ field: PostgresField?) -> Bool? {
        guard let field, field.isType(.bool) else { return nil }
        return field.integer(UInt8.self).map { $0 != 0 }
    }
}

extension Double: SQLReadable {
    /// From `double precision` or any whole number. `numeric` must be cast in the statement.
    public static func read(_ field: PostgresField?) -> Double? {
        guard let field else { return nil }
        if field.isType(.float8) { return field.integer(UInt64.self).map { Double(bitPattern: $0) } }
        return readInteger(field, as: Int64.self).map { Double($0) }
    }
}

extension String: SQLReadable {
    /// From `text` and its like, and from `jsonb`, `json` and `date` in their usual spelling.
    public static func read(_ field: PostgresField?) -> String? {
        guard let field else { return nil }
        switch field.type {
        case PostgresType.text.rawValue, 18, 19, 114, 1042, 1043: return unsafe text(field.bytes)
        case PostgresType.jsonb.rawValue:
            return unsafe text(UnsafeRawBufferPointer(rebasing: field.bytes.dropFirst()))
        case PostgresType.date.rawValue: return CalendarDay.read(field)?.description
        default: return nil
        }
    }

    private static func text(_ bytes: UnsafeRawBufferPointer) -> String {
        unsafe String(decoding: bytes, as: UTF8.self)
    }
}

extension UInt128: SQLReadable {
    /// From `uuid`.
    public static func read(_ field: PostgresField?) -> UInt128? {
        guard let field, field.isType(.uuid) else { return nil }
        return field.integer(UInt128.self)
    }
}

extension Optional: SQLReadable where Wrapped: SQLReadable {
    /// From null, or from whatever the wrapped type reads.
    public static func read(_ field: PostgresField?) -> Wrapped?? {
        guard let field else { return .some(nil) }
        return Wrapped.read(field).map { .some($0) }
    }
}

extension Array: SQLReadable where Element: SQLReadable {
    /// From a one-dimensional array; from `bytea` for bytes.
    public static func read(_ field: PostgresField?) -> [Element]? {
        guard let field else { return nil }
        if field.isType(.bytea) { return unsafe Array<UInt8>(field.bytes) as? [Element] }
        return field.elements(Element.read)
    }
}

extension UInt8: SQLReadable {
    /// Never from a field of its own: it stands here so that `[UInt8]` can be read from `bytea`.
    public static func read(_ field: PostgresField?) -> UInt8? { nil }
}

/// A moment as `timestamptz` has it.
public struct Moment: SQLReadable, Sendable, Equatable {
    /// Milliseconds since 1970, UTC.
    public var milliseconds: Int64

    /// From `timestamptz`.
    public static func read(_ field: PostgresField?) -> Moment? {
        guard let field, field.isType(.timestamptz) else { return nil }
        return field.integer(Int64.self).map { Moment(milliseconds: Binary.milliseconds($0)) }
    }
}

/// A day of the calendar as `date` has it.
public struct CalendarDay: SQLReadable, Sendable, Equatable, CustomStringConvertible {
    /// Days since 1970-01-01.
    public var number: Int

    /// From `date`.
    public static func read(_ field: PostgresField?) -> CalendarDay? {
        guard let field, field.isType(.date) else { return nil }
        return field.integer(Int32.self).map { CalendarDay(number: Int($0) + Binary.epochDay) }
    }

    /// ISO 8601: `2026-11-24`.
    public var description: String { CivilTime(milliseconds: Int64(number) * 86_400_000).date }
}

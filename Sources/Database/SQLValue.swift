/// A value that can stand in a statement as a bind.
public protocol SQLValue {
    /// The value as the server gets it.
    var bind: Bind { get }
}

/// A value on its way to the server: a type and its binary form. Never described, for it may be personal.
public struct Bind: Sendable, CustomStringConvertible, CustomReflectable {
    let type: PostgresType
    /// The binary form; `nil` is SQL's null.
    let bytes: [UInt8]?

    init(type: PostgresType, bytes: [UInt8]?) {
        self.type = type
        self.bytes = bytes
    }

    init(type: PostgresType, _ encode: (inout [UInt8]) -> Void) {
        var bytes: [UInt8] = []
        encode(&bytes)
        self.init(type: type, bytes: bytes)
    }

    /// Never the value.
    public var description: String { "[bind]" }

    /// Nothing to reflect.
    public var customMirror: Mirror { Mirror(self, children: []) }

    static func array<Element>(
        _ elements: [Element], of type: PostgresType, encode: (Element, inout [UInt8]) -> Void
    ) -> Bind {
        array(elements.count, of: type, hasNulls: false) { index, bytes in
            encode(elements[index], &bytes)
            return true
        }
    }

    static func array<Element>(
        nullable elements: [Element?], of type: PostgresType, encode: (Element, inout [UInt8]) -> Void
    ) -> Bind {
        array(elements.count, of: type, hasNulls: true) { index, bytes in
            guard let element = elements[index] else { return false }
            encode(element, &bytes)
            return true
        }
    }

    /// PostgreSQL's binary array: dimensions, null flag, element type, then length and lower bound of the one
    /// dimension, then each element behind its length.
    private static func array(
        _ count: Int, of type: PostgresType, hasNulls: Bool, encode: (Int, inout [UInt8]) -> Bool
    ) -> Bind {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(20 + count * 12)
        bytes.append(Int32(count == 0 ? 0 : 1))
        bytes.append(Int32(hasNulls ? 1 : 0))
        bytes.append(type.rawValue)
        if count > 0 {
            bytes.append(Int32(truncatingIfNeeded: count))
            bytes.append(Int32(1))
        }
        for index in 0..<count {
            let place = bytes.count
            bytes.append(Int32(-1))
            if encode(index, &bytes) {
                bytes.overwrite(at: place, with: Int32(truncatingIfNeeded: bytes.count - place - 4))
            }
        }
        return Bind(type: type.array, bytes: bytes)
    }
}

extension Bool: SQLValue {
    /// As `boolean`.
    public var bind: Bind { Bind(type: .bool, bytes: [self ? 1 : 0]) }
}

extension Int16: SQLValue {
    /// As `smallint`.
    public var bind: Bind { Bind(type: .int2) { $0.append(self) } }
}

extension Int32: SQLValue {
    /// As `integer`.
    public var bind: Bind { Bind(type: .int4) { $0.append(self) } }
}

extension Int64: SQLValue {
    /// As `bigint`.
    public var bind: Bind { Bind(type: .int8) { $0.append(self) } }
}

extension Int: SQLValue {
    /// As `bigint`.
    public var bind: Bind { Int64(self).bind }
}

extension Double: SQLValue {
    /// As `double precision`.
    public var bind: Bind { Bind(type: .float8) { $0.append(bitPattern) } }
}

extension String: SQLValue {
    /// As `text`.
    public var bind: Bind { Bind(type: .text, bytes: Array(utf8)) }
}

extension Optional: SQLValue where Wrapped: SQLNullable {
    /// As the wrapped type, or its null.
    public var bind: Bind { self?.bind ?? Bind(type: Wrapped.postgresType, bytes: nil) }
}

extension Array: SQLValue where Element: SQLElement {
    /// As a one-dimensional array.
    public var bind: Bind { Element.arrayBind(self) }
}

/// A value whose type is known even where the value is missing.
public protocol SQLNullable: SQLValue {
    /// The type of a null.
    static var postgresType: PostgresType { get }
    /// Adds the bytes of the value in PostgreSQL's binary form.
    func append(to bytes: inout [UInt8])
}

extension SQLNullable {
    /// The bytes of the value as it is bound alone; those of which whole columns are sent do without the detour.
    public func append(to bytes: inout [UInt8]) {
        if let encoded = bind.bytes { bytes += encoded }
    }
}

/// A value that can stand in an array.
public protocol SQLElement {
    /// The array of these elements.
    static func arrayBind(_ elements: [Self]) -> Bind
}

extension Bool: SQLNullable {
    /// `boolean`.
    public static var postgresType: PostgresType { .bool }
}

extension Int16: SQLNullable {
    /// `smallint`.
    public static var postgresType: PostgresType { .int2 }

    /// Two bytes.
    public func append(to bytes: inout [UInt8]) { bytes.append(self) }
}

extension Int32: SQLNullable, SQLElement {
    /// `integer`.
    public static var postgresType: PostgresType { .int4 }

    /// Four bytes.
    public func append(to bytes: inout [UInt8]) { bytes.append(self) }

    /// `integer[]`.
    public static func arrayBind(_ elements: [Int32]) -> Bind { .array(elements, of: .int4) { $1.append($0) } }
}

extension Int64: SQLNullable, SQLElement {
    /// `bigint`.
    public static var postgresType: PostgresType { .int8 }

    /// Eight bytes.
    public func append(to bytes: inout [UInt8]) { bytes.append(self) }

    /// `bigint[]`.
    public static func arrayBind(_ elements: [Int64]) -> Bind { .array(elements, of: .int8) { $1.append($0) } }
}

extension Int: SQLNullable, SQLElement {
    /// `bigint`.
    public static var postgresType: PostgresType { .int8 }

    /// `bigint[]`.
    public static func arrayBind(_ elements: [Int]) -> Bind { .array(elements, of: .int8) { $1.append(Int64($0)) } }
}

extension Double: SQLNullable, SQLElement {
    /// `double precision`.
    public static var postgresType: PostgresType { .float8 }

    /// `double precision[]`.
    public static func arrayBind(_ elements: [Double]) -> Bind {
        .array(elements, of: .float8) { $1.append($0.bitPattern) }
    }
}

extension String: SQLNullable, SQLElement {
    /// `text`.
    public static var postgresType: PostgresType { .text }

    /// UTF-8.
    public func append(to bytes: inout [UInt8]) { bytes.append(contentsOf: utf8) }

    /// `text[]`.
    public static func arrayBind(_ elements: [String]) -> Bind {
        .array(elements, of: .text) { $1.append(contentsOf: $0.utf8) }
    }
}

extension Optional: SQLElement where Wrapped: SQLNullable {
    /// An array with nulls in it.
    public static func arrayBind(_ elements: [Wrapped?]) -> Bind {
        .array(nullable: elements, of: Wrapped.postgresType) { element, bytes in
            element.append(to: &bytes)
        }
    }
}

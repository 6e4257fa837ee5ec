/// A statement whose text is written in the program and whose values travel beside it.
///
///     let visits: SQL = "SELECT count(*) FROM session WHERE site_id = \(site) AND started_at >= \(timestamp: from)"
///
/// Literals are `StaticString`: no text made at run time can become part of a statement. Interpolated values become
/// binds `$1`, `$2` …; interpolated `SQL` becomes part of the text, its binds renumbered; identifiers that vary come
/// as `SQL` constants of an enum's cases.
public struct SQL: Sendable, ExpressibleByStringInterpolation, CustomStringConvertible {
    /// The pieces of the text; between two pieces stands a bind.
    private(set) var pieces: [String]
    /// The values between the pieces.
    private(set) var binds: [Bind]

    /// A statement without values.
    public init(stringLiteral text: StaticString) {
        pieces = ["\(text)"]
        binds = []
    }

    /// A statement with values in it.
    public init(stringInterpolation: StringInterpolation) {
        pieces = stringInterpolation.sql.pieces
        binds = stringInterpolation.sql.binds
    }

    /// The text as the server gets it. Descriptions never show values.
    public var description: String { text }

    /// The text with `$n` for every value.
    var text: String {
        var text = pieces[0]
        for (index, piece) in pieces.dropFirst().enumerated() {
            text += "$\(index + 1)\(piece)"
        }
        return text
    }

    /// The fragments with `separator` between them; nothing for none.
    public static func joined(_ fragments: [SQL], by separator: SQL) -> SQL {
        var joined: SQL = ""
        for (index, fragment) in fragments.enumerated() {
            if index > 0 { joined.append(separator) }
            joined.append(fragment)
        }
        return joined
    }

    /// This statement followed by another piece.
    public static func + (left: SQL, right: SQL) -> SQL {
        var sum = left
        sum.append(right)
        return sum
    }

    /// Adds another piece at the end.
    public static func += (left: inout SQL, right: SQL) {
        left.append(right)
    }

    fileprivate mutating func append(_ other: SQL) {
        pieces[pieces.count - 1] += other.pieces[0]
        pieces += other.pieces.dropFirst()
        binds += other.binds
    }

    fileprivate mutating func append(_ bind: Bind) {
        binds.append(bind)
        pieces.append("")
    }

    /// How the compiler builds a statement from its pieces.
    public struct StringInterpolation: StringInterpolationProtocol {
        /// What `StaticString` is made of here; its presence keeps run-time strings out.
        public typealias StringLiteralType = StaticString

        fileprivate var sql: SQL = ""

        /// Room for the pieces.
        public init(literalCapacity: Int, interpolationCount: Int) {}

        /// Adds a piece of the program's text.
        public mutating func appendLiteral(_ literal: StaticString) {
            sql.append(SQL(stringLiteral: literal))
        }

        /// Adds a piece of a statement, its values included.
        public mutating func appendInterpolation(_ fragment: SQL) {
            sql.append(fragment)
        }

        /// Adds a value.
        public mutating func appendInterpolation(_ value: some SQLValue) {
            sql.append(value.bind)
        }

        /// Adds a value or its null.
        public mutating func appendInterpolation<Value: SQLNullable>(_ value: Value?) {
            sql.append(value.bind)
        }

        /// Adds a list of values or its null.
        public mutating func appendInterpolation<Element: SQLNullable & SQLElement>(list values: [Element]?) {
            sql.append(values?.bind ?? Bind(type: Element.postgresType.array, bytes: nil))
        }

        /// Adds a `timestamptz` of milliseconds since 1970.
        public mutating func appendInterpolation(timestamp milliseconds: Int64) {
            sql.append(Bind(type: .timestamptz) { $0.append(Binary.timestamp(milliseconds)) })
        }

        /// Adds a `timestamptz` of milliseconds since 1970, or its null.
        public mutating func appendInterpolation(timestamp milliseconds: Int64?) {
            guard let milliseconds else { return sql.append(Bind(type: .timestamptz, bytes: nil)) }
            appendInterpolation(timestamp: milliseconds)
        }

        /// Adds a `timestamptz[]` of milliseconds since 1970.
        public mutating func appendInterpolation(timestamps milliseconds: [Int64]) {
            sql.append(.array(milliseconds, of: .timestamptz) { $1.append(Binary.timestamp($0)) })
        }

        /// Adds a `timestamptz[]` of milliseconds since 1970, some of them null.
        public mutating func appendInterpolation(timestamps milliseconds: [Int64?]) {
            sql.append(.array(nullable: milliseconds, of: .timestamptz) { $1.append(Binary.timestamp($0)) })
        }

        /// Adds a `uuid`.
        public mutating func appendInterpolation(uuid bits: UInt128) {
            sql.append(Bind(type: .uuid) { $0.append(bits) })
        }

        /// Adds a `uuid[]`.
        public mutating func appendInterpolation(uuids bits: [UInt128]) {
            sql.append(.array(bits, of: .uuid) { $1.append($0) })
        }

        /// Adds a `uuid[]`, some of them null.
        public mutating func appendInterpolation(uuids bits: [UInt128?]) {
            sql.append(.array(nullable: bits, of: .uuid) { $1.append($0) })
        }

        /// Adds a `bytea`.
        public mutating func appendInterpolation(bytes: [UInt8]) {
            sql.append(Bind(type: .bytea) { $0.append(contentsOf: bytes) })
        }

        /// Adds a `bytea` or its null.
        public mutating func appendInterpolation(bytes: [UInt8]?) {
            guard let bytes else { return sql.append(Bind(type: .bytea, bytes: nil)) }
            appendInterpolation(bytes: bytes)
        }

        /// Adds a `jsonb` from its text.
        public mutating func appendInterpolation(json text: String) {
            sql.append(Bind(type: .jsonb) { $0.append(json: text) })
        }

        /// Adds a `jsonb[]` from texts.
        public mutating func appendInterpolation(jsons texts: [String]) {
            sql.append(.array(texts, of: .jsonb) { $1.append(json: $0) })
        }
    }
}

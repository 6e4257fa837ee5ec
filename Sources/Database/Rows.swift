import CPostgres

/// The rows that a statement answered with, still in libpq's memory.
@safe public final class Rows: RandomAccessCollection {
    private let result: OpaquePointer
    private let columnTypes: [UInt32]
    /// How many rows there are.
    public let count: Int

    init(owning result: OpaquePointer) {
        unsafe self.result = result
        count = unsafe Int(PQntuples(result))
        columnTypes = unsafe (0..<PQnfields(result)).map { column in unsafe UInt32(PQftype(result, column)) }
    }

    convenience init(_ result: OpaquePointer) throws(DatabaseError) {
        unsafe self.init(owning: result)
        guard unsafe PQbinaryTuples(result) == 1 || columnTypes.isEmpty else {
            throw DatabaseError(kind: .decoding, message: "rows came in text form")
        }
    }

    deinit {
        unsafe PQclear(result)
    }

    /// The first row is row 0.
    public var startIndex: Int { 0 }

    /// One past the last row.
    public var endIndex: Int { count }

    /// A row by its place.
    public subscript(position: Int) -> Row { Row(rows: self, index: Int32(truncatingIfNeeded: position)) }

    /// How many rows the statement inserted, updated, deleted or answered with.
    public var touched: Int { unsafe Connection.touched(result) }

    /// The server's word for what it did, such as `COMMIT`.
    var command: String { unsafe String(cString: PQcmdStatus(result)) }

    /// The bytes of one field, `nil` for null. Valid within `body`.
    func field<Result>(
        _ row: Int32, _ column: Int, _ body: (PostgresField?) throws(DatabaseError) -> Result
    ) throws(DatabaseError) -> Result {
        guard column >= 0, column < columnTypes.count, row >= 0, row < count else {
            throw DatabaseError(kind: .decoding, message: "no column \(column) in the answer")
        }
        let place = Int32(truncatingIfNeeded: column)
        if unsafe PQgetisnull(result, row, place) == 1 { return try body(nil) }
        let length = unsafe Int(PQgetlength(result, row, place))
        let bytes = unsafe UnsafeRawBufferPointer(start: PQgetvalue(result, row, place), count: length)
        return try body(unsafe PostgresField(type: columnTypes[column], bytes: bytes))
    }
}

/// One row of an answer.
public struct Row {
    let rows: Rows
    let index: Int32

    /// The value of a column (from 0) in the type that the context asks for. Throws an error of kind `decoding` for
    /// null where the type is not optional, and for a type of the server that does not fit.
    public func value<Value: SQLReadable>(
        _ column: Int, as type: Value.Type = Value.self
    ) throws(DatabaseError) -> Value {
        try rows.field(index, column) { (field) throws(DatabaseError) in
            guard let value = Value.read(field) else {
                let found = field.map { "type \($0.type)" } ?? "null"
                throw DatabaseError(kind: .decoding, message: "column \(column): cannot read \(found) as \(Value.self)")
            }
            return value
        }
    }

    /// A `timestamptz` in milliseconds since 1970.
    public func milliseconds(_ column: Int) throws(DatabaseError) -> Int64 {
        try value(column, as: Moment.self).milliseconds
    }

    /// A `timestamptz` in milliseconds since 1970, `nil` for null.
    public func optionalMilliseconds(_ column: Int) throws(DatabaseError) -> Int64? {
        try value(column, as: Moment?.self)?.milliseconds
    }
}

/// The CGI parameters of a request, kept as one block of bytes: a request brings some thirty, its handler looks at
/// five, and a dictionary of strings would cost more than the rest of the request.
public struct Parameters: Sendable, ExpressibleByDictionaryLiteral {
    private var bytes: [UInt8]
    private var entries: [Entry]

    private struct Entry {
        var start: Int32
        var nameLength: Int32
        var valueLength: Int32
    }

    /// Parameters given by hand, in order.
    public init(dictionaryLiteral elements: (String, String)...) {
        bytes = []
        entries = []
        for (name, value) in elements { append(name: Array(name.utf8)[...], value: Array(value.utf8)[...]) }
    }

    /// No parameters; room for as many bytes as a usual request brings.
    init(capacity: Int) {
        bytes = []
        entries = []
        bytes.reserveCapacity(capacity)
        entries.reserveCapacity(40)
    }

    /// Bytes of all names and values.
    public var byteCount: Int { bytes.count }

    mutating func append(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>) {
        entries.append(
            Entry(start: Int32(bytes.count), nameLength: Int32(name.count), valueLength: Int32(value.count)))
        bytes.append(contentsOf: name)
        bytes.append(contentsOf: value)
    }

    /// Adds the text `NAME=VALUE` as libfcgi keeps it.
    mutating func append(pair: UnsafeBufferPointer<UInt8>) {
        guard let split = unsafe pair.firstIndex(of: UInt8(ascii: "=")) else { return }
        entries.append(
            Entry(start: Int32(bytes.count), nameLength: Int32(split), valueLength: Int32(pair.count - split - 1)))
        unsafe bytes.append(contentsOf: pair[..<split])
        unsafe bytes.append(contentsOf: pair[(split + 1)...])
    }

    /// The value of the first parameter of this name, `nil` when there is none. nginx before 1.23 passes doubled
    /// headers as doubled parameters, and what nginx itself sets comes first.
    public subscript(name: String) -> String? {
        guard let value = slice(name) else { return nil }
        return String(decoding: value, as: UTF8.self)
    }

    /// The value's bytes, for those who need no string of it.
    public func slice(_ name: String) -> ArraySlice<UInt8>? {
        let wanted = name.utf8
        let length = Int32(wanted.count)
        for entry in entries where entry.nameLength == length {
            let start = Int(entry.start)
            let nameEnd = start + Int(length)
            if bytes[start..<nameEnd].elementsEqual(wanted) { return bytes[nameEnd..<nameEnd + Int(entry.valueLength)] }
        }
        return nil
    }
}

import Glibc

/// The CGI parameters of a request, kept as one block of bytes: a request brings some thirty, its handler looks at
/// five, and a dictionary of strings would cost more than the rest of the request.
public struct Parameters: Sendable, ExpressibleByDictionaryLiteral {
    private var bytes: [UInt8]
    private var entries: [Entry]

    private struct Entry {
        var start: Int32
        var nameLength: Int32
        var valueStart: Int32
        var valueLength: Int32
    }

    /// Parameters given by hand, in order.
    public init(dictionaryLiteral elements: (String, String)...) {
        self.init(elements)
    }

    /// Parameters given by hand, in order.
    public init(_ elements: [(String, String)]) {
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

    /// Adds a parameter by hand, for tests and tools.
    public mutating func append(_ name: String, _ value: String) {
        append(name: Array(name.utf8)[...], value: Array(value.utf8)[...])
    }

    mutating func append(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>) {
        let start = Int32(bytes.count)
        let length = Int32(name.count)
        entries.append(
            Entry(start: start, nameLength: length, valueStart: start + length, valueLength: Int32(value.count)))
        bytes.append(contentsOf: name)
        bytes.append(contentsOf: value)
    }

    /// Adds the text `NAME=VALUE` as libfcgi keeps it.
    mutating func append(pair: UnsafeBufferPointer<UInt8>) {
        guard let start = pair.baseAddress, let sign = unsafe memchr(start, Int32(UInt8(ascii: "=")), pair.count)
        else { return }
        let split = unsafe UnsafeRawPointer(sign) - UnsafeRawPointer(start)
        entries.append(
            Entry(
                start: Int32(bytes.count), nameLength: Int32(split), valueStart: Int32(bytes.count + split + 1),
                valueLength: Int32(pair.count - split - 1)))
        unsafe bytes.append(contentsOf: pair)
    }

    /// The value of the first parameter of this name, `nil` when there is none. nginx before 1.23 passes doubled
    /// headers as doubled parameters, and what nginx itself sets comes first.
    public subscript(name: String) -> String? {
        guard let value = slice(name) else { return nil }
        return String(decoding: value, as: UTF8.self)
    }

    /// The value's bytes, for those who need no string of it.
    public func slice(_ name: String) -> ArraySlice<UInt8>? {
        var name = name
        let found = name.withUTF8 { wanted in
            unsafe bytes.withUnsafeBufferPointer { bytes in
                entries.firstIndex { entry in
                    guard Int(entry.nameLength) == wanted.count, let start = bytes.baseAddress,
                        let other = wanted.baseAddress
                    else { return false }
                    return unsafe memcmp(start + Int(entry.start), other, wanted.count) == 0
                }
            }
        }
        guard let found else { return nil }
        let entry = entries[found]
        return bytes[Int(entry.valueStart)..<Int(entry.valueStart + entry.valueLength)]
    }
}

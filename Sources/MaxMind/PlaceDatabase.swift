import CMaxMindDB
public import EventModel

/// A database of places by address in MaxMind's format (https://maxmind.github.io/MaxMind-DB/): GeoLite2, DB-IP Lite and
/// others. The file is mapped into memory: its size costs address space, not memory.
@safe public final class PlaceDatabase: Sendable {
    // Constant after it was opened; the library's look-ups change nothing in it (libmaxminddb(3), "THREAD SAFETY").
    nonisolated(unsafe) private let database: UnsafeMutablePointer<MMDB_s>

    /// Opens a file. Throws when it is none of this format, with the library's words.
    public init(_ path: String) throws(PlaceDatabaseError) {
        let database = UnsafeMutablePointer<MMDB_s>.allocate(capacity: 1)
        let status = unsafe MMDB_open(path, UInt32(MMDB_MODE_MMAP), database)
        guard status == MMDB_SUCCESS else {
            unsafe database.deallocate()
            throw PlaceDatabaseError(message: "\(path) cannot be opened: \(PlaceDatabase.message(status))")
        }
        unsafe self.database = database
    }

    deinit {
        unsafe MMDB_close(database)
        unsafe database.deallocate()
    }

    /// When the file was made, in seconds since 1970.
    public var builtAt: Int64 {
        unsafe Int64(clamping: database.pointee.metadata.build_epoch)
    }

    /// What kind of database it calls itself, such as `GeoLite2-Country`.
    public var kind: String {
        guard let type = unsafe database.pointee.metadata.database_type else { return "" }
        return unsafe String(cString: type)
    }

    /// The text at a path of names and list places, such as `["subdivisions", "0", "iso_code"]`, in the record of an
    /// address; `nil` where there is none.
    public func text(for address: IPAddress, at path: [String]) -> String? {
        record(of: address)?.text(at: path)
    }

    /// The record of an address; `nil` when the database has none, or is damaged there.
    public func record(of address: IPAddress) -> Record? {
        var status = MMDB_SUCCESS
        let result: MMDB_lookup_result_s
        switch address {
        case .v4(let bits):
            var socket = sockaddr_in()
            socket.sin_family = sa_family_t(AF_INET)
            socket.sin_addr.s_addr = bits.bigEndian
            unsafe result = withUnsafePointer(to: &socket) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe MMDB_lookup_sockaddr(database, $0, &status)
                }
            }
        case .v6(let bits):
            // A database of IPv4 alone has no record for any other address, and the library an error.
            guard unsafe database.pointee.metadata.ip_version == 6 else { return nil }
            var socket = sockaddr_in6()
            socket.sin6_family = sa_family_t(AF_INET6)
            unsafe withUnsafeMutableBytes(of: &socket.sin6_addr) { bytes in
                for index in 0..<16 {
                    unsafe bytes[index] = UInt8(truncatingIfNeeded: bits >> UInt128(120 - 8 * index))
                }
            }
            unsafe result = withUnsafePointer(to: &socket) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe MMDB_lookup_sockaddr(database, $0, &status)
                }
            }
        }
        guard status == MMDB_SUCCESS, unsafe result.found_entry else { return nil }
        return unsafe Record(entry: result.entry, owner: self)
    }

    /// What the database has on one address. Holds on to the database, which may have been replaced meanwhile.
    @safe public struct Record {
        private var entry: MMDB_entry_s
        private let owner: PlaceDatabase

        fileprivate init(entry: MMDB_entry_s, owner: PlaceDatabase) {
            unsafe self.entry = entry
            self.owner = owner
        }

        /// The text at a path; `nil` where there is none.
        public func text(at path: [String]) -> String? {
            var entry = unsafe entry
            var data = unsafe MMDB_entry_data_s()
            let names = path.map { Array($0.utf8CString) }
            let status = unsafe PlaceDatabase.withPointers(names) { unsafe MMDB_aget_value(&entry, &data, $0) }
            guard status == MMDB_SUCCESS, unsafe data.has_data, unsafe data.type == UInt32(MMDB_DATA_TYPE_UTF8_STRING),
                let start = unsafe data.utf8_string
            else { return nil }
            let bytes = unsafe UnsafeRawBufferPointer(start: start, count: Int(unsafe data.data_size))
            return unsafe String(decoding: bytes, as: UTF8.self)
        }
    }

    /// The list of C strings that ends with a null pointer, for the time of the call.
    private static func withPointers(
        _ names: [[CChar]], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Int32
    ) -> Int32 {
        var pointers: [UnsafePointer<CChar>?] = unsafe []
        func add(_ index: Int) -> Int32 {
            guard index < names.count else {
                unsafe pointers.append(nil)
                return unsafe pointers.withUnsafeBufferPointer { list in
                    guard let start = list.baseAddress else { return MMDB_INVALID_DATA_ERROR }
                    return unsafe body(start)
                }
            }
            return unsafe names[index].withUnsafeBufferPointer { name in
                unsafe pointers.append(name.baseAddress)
                return add(index + 1)
            }
        }
        return add(0)
    }

    private static func message(_ status: Int32) -> String {
        unsafe String(cString: MMDB_strerror(status))
    }
}

/// Why a database cannot be used.
public struct PlaceDatabaseError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong with it.
    public var message: String

    /// The same.
    public var description: String { message }
}

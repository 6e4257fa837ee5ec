import CMaxMindDB
public import EventModel

/// A database of places by address in MaxMind's format (https://maxmind.github.io/MaxMind-DB/): GeoLite2, DB-IP Lite and
/// others.
///
/// A copy of the file is mapped into memory (`PrivateCopy`), so that whoever writes over the file, as
/// `gunzip -c new.mmdb.gz > places.mmdb` does, cannot take pages away from under a look-up. Its size costs address space
/// and room in `/var/tmp`; memory only for the pages that are in use.
@safe public final class PlaceDatabase: Sendable {
    // Constant after it was opened; the library's look-ups change nothing in it (libmaxminddb(3), "THREAD SAFETY").
    nonisolated(unsafe) private let database: UnsafeMutablePointer<MMDB_s>

    /// Opens a file. Throws when it is none of this format, with the library's words.
    public init(_ path: String) throws(PlaceDatabaseError) {
        let copy = try PrivateCopy(path)
        defer { copy.unlink() }
        let database = UnsafeMutablePointer<MMDB_s>.allocate(capacity: 1)
        let status = unsafe MMDB_open(copy.path, UInt32(MMDB_MODE_MMAP), database)
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

    /// The text at a path in the record of an address; `nil` where there is none.
    public func text(for address: IPAddress, at path: RecordPath) -> String? {
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
                unsafe bytes.storeBytes(of: bits.bigEndian, as: UInt128.self)
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

        /// The text at a path; `nil` where there is none, or the database is damaged.
        public func text(at path: RecordPath) -> String? {
            var entry = unsafe entry
            var data = unsafe MMDB_entry_data_s()
            let status = unsafe path.withNames { unsafe MMDB_aget_value(&entry, &data, $0) }
            guard status == MMDB_SUCCESS, unsafe data.has_data, unsafe data.type == UInt32(MMDB_DATA_TYPE_UTF8_STRING),
                let start = unsafe data.utf8_string
            else { return nil }
            let bytes = unsafe UnsafeRawBufferPointer(start: start, count: Int(unsafe data.data_size))
            return unsafe String(decoding: bytes, as: UTF8.self)
        }
    }

    private static func message(_ status: Int32) -> String {
        unsafe String(cString: MMDB_strerror(status))
    }
}

/// The names and list places that lead to a value in a record, such as `subdivisions`, `0`, `iso_code`: made once, because
/// the library wants them as C strings at every look-up.
@safe public final class RecordPath: Sendable {
    // Constant after it was made.
    nonisolated(unsafe) private let names: UnsafeMutablePointer<UnsafePointer<CChar>?>
    private let count: Int

    /// The path of these names; a place in a list is a number.
    public init(_ names: String...) {
        count = names.count
        unsafe self.names = .allocate(capacity: names.count + 1)
        for (index, name) in names.enumerated() {
            let characters = name.utf8CString
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: characters.count)
            for (place, character) in characters.enumerated() {
                unsafe (copy + place).initialize(to: character)
            }
            unsafe (self.names + index).initialize(to: UnsafePointer(copy))
        }
        unsafe (self.names + names.count).initialize(to: nil)
    }

    deinit {
        for index in 0..<count { unsafe names[index]?.deallocate() }
        unsafe names.deallocate()
    }

    /// Lends the list of C strings, which ends with a null pointer.
    fileprivate func withNames<Result>(_ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result) -> Result {
        unsafe body(UnsafePointer(names))
    }
}

/// Why a database cannot be used.
public struct PlaceDatabaseError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong with it.
    public var message: String

    /// An error of these words.
    public init(message: String) {
        self.message = message
    }

    /// The same.
    public var description: String { message }
}

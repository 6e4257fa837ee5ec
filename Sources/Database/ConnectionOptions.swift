import CPostgres

/// The URL taken apart by libpq, with our own options laid over it.
struct ConnectionOptions {
    private var values: [String: String]
    /// To keep it out of messages.
    var password: String { values["password"] ?? "" }

    /// libpq's message about a malformed URL repeats parts of it, the password among them; ours does not.
    init(_ settings: ConnectionSettings) throws(DatabaseError) {
        values = [:]
        var complaint: UnsafeMutablePointer<CChar>?
        let parsed = unsafe PQconninfoParse(settings.url, &complaint)
        defer {
            unsafe PQconninfoFree(parsed)
            unsafe PQfreemem(complaint)
        }
        guard var option = unsafe parsed, !settings.url.isEmpty else {
            throw DatabaseError(
                kind: .refused,
                message: "database URL is not of the form postgresql://user:password@host:port/name")
        }
        while let keyword = unsafe option.pointee.keyword {
            if let value = unsafe option.pointee.val {
                unsafe values[String(cString: keyword)] = unsafe String(cString: value)
            }
            unsafe option += 1
        }
        values["application_name"] = settings.applicationName
        values["client_encoding"] = "UTF8"
        values["connect_timeout"] = values["connect_timeout"] ?? "\(max(2, settings.connectTimeoutSeconds))"
        // A server that vanished while we wait for its answer would otherwise be noticed after two hours.
        values["keepalives_idle"] = values["keepalives_idle"] ?? "10"
        values["keepalives_interval"] = values["keepalives_interval"] ?? "5"
        values["keepalives_count"] = values["keepalives_count"] ?? "3"
        values["tcp_user_timeout"] = values["tcp_user_timeout"] ?? "\(settings.tcpUserTimeoutMilliseconds)"
    }

    /// Opens the connection; its status tells whether that worked.
    mutating func connect() -> OpaquePointer? {
        let keywords = values.keys.sorted()
        var buffer: [CChar] = []
        var starts: [Int] = []
        for text in keywords + keywords.map({ values[$0] ?? "" }) {
            starts.append(buffer.count)
            buffer += text.utf8.map { CChar(bitPattern: $0) } + [0]
        }
        return unsafe buffer.withUnsafeBufferPointer { characters in
            let start = characters.baseAddress
            let pointers = unsafe starts.map { offset in unsafe start?.advanced(by: offset) }
            let names = unsafe Array(pointers.prefix(keywords.count)) + [nil]
            let texts = unsafe Array(pointers.dropFirst(keywords.count)) + [nil]
            return unsafe PQconnectdbParams(names, texts, 0)
        }
    }
}

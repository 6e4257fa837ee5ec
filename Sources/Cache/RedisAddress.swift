/// Where a Redis server is. Carries a password: no description shows it.
public struct RedisAddress: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    enum Place: Equatable {
        case network(host: String, port: Int32)
        case unix(path: String)
    }

    let place: Place
    let user: String
    let password: String
    let database: Int

    init(place: Place, user: String = "", password: String = "", database: Int = 0) {
        self.place = place
        self.user = user
        self.password = password
        self.database = database
    }

    /// Reads `redis://[[user]:password@]host[:port][/database]` or `unix:/path[?db=number]`; `nil` for the empty
    /// text, which means that there is no Redis.
    public init?(url: String) throws(RedisAddressError) {
        if url.isEmpty { return nil }
        if url.utf8.starts(with: "unix:".utf8) {
            let parts = url.dropFirst(5).split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
            var path = parts[0]
            // unix:///path is what many write.
            while path.utf8.starts(with: "//".utf8) { path = path.dropFirst() }
            guard path.utf8.first == UInt8(ascii: "/") else { throw .unreadable("the socket's path must begin with /") }
            // sun_path holds 108 bytes with the zero at its end.
            guard path.utf8.count < 108 else { throw .unreadable("the socket's path is longer than 107 bytes") }
            place = .unix(path: String(path))
            (user, password) = ("", "")
            guard parts.count > 1 else {
                database = 0
                return
            }
            guard parts[1].utf8.starts(with: "db=".utf8) else {
                throw .unreadable("only ?db=number may follow the path")
            }
            database = try RedisAddress.database(parts[1].dropFirst(3))
            return
        }
        guard url.utf8.starts(with: "redis://".utf8) else {
            throw .unreadable("it must begin with redis:// or unix:, or be empty for no Redis")
        }
        var rest = url.dropFirst(8)
        if let at = rest.utf8.lastIndex(of: UInt8(ascii: "@")) {
            let credentials = rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard credentials.count == 2 else { throw .unreadable("a password is written :password@") }
            user = try RedisAddress.decode(credentials[0])
            password = try RedisAddress.decode(credentials[1])
            rest = rest[rest.utf8.index(after: at)...]
        } else {
            (user, password) = ("", "")
        }
        let parts = rest.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        database = parts.count > 1 && !parts[1].isEmpty ? try RedisAddress.database(parts[1]) : 0
        place = try RedisAddress.network(parts[0])
    }

    private static func network(_ text: Substring) throws(RedisAddressError) -> Place {
        var host = text
        var port: Int32 = 6379
        if let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")), text.utf8.last != UInt8(ascii: "]") {
            host = text[..<colon]
            guard let number = Int32(text[text.utf8.index(after: colon)...]), (1...65_535).contains(number) else {
                throw .unreadable("the port must be a number from 1 to 65535")
            }
            port = number
        }
        if host.utf8.first == UInt8(ascii: "["), host.utf8.last == UInt8(ascii: "]") {
            host = host.dropFirst().dropLast()
        }
        guard !host.isEmpty, !host.utf8.contains(0) else { throw .unreadable("the host is missing") }
        return .network(host: String(host), port: port)
    }

    private static func database(_ text: Substring) throws(RedisAddressError) -> Int {
        guard let number = Int(text), (0...65_535).contains(number) else {
            throw .unreadable("the database must be a number")
        }
        return number
    }

    private static func decode(_ text: Substring) throws(RedisAddressError) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = String(decoding: [rest.popFirst() ?? 0, rest.popFirst() ?? 0], as: UTF8.self)
            guard digits.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") }), let value = UInt8(digits, radix: 16) else {
                throw .unreadable("a % in the password is written %25")
            }
            bytes.append(value)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Where it is, and never how to get in.
    public var description: String {
        switch place {
        case .network(let host, let port): "redis://\(host):\(port)/\(database)"
        case .unix(let path): "unix:\(path)?db=\(database)"
        }
    }

    /// Never the password.
    public var debugDescription: String { description }

    /// Nothing to reflect: `dump` stays blind too.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Why a Redis URL cannot be read. Never repeats the URL, which may hold a password.
public enum RedisAddressError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The URL is not one; the text says what is wrong.
    case unreadable(String)

    /// One line for the operator.
    public var description: String {
        switch self {
        case .unreadable(let reason): "not a Redis URL: \(reason)"
        }
    }
}

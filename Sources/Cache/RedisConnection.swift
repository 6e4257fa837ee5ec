import CHiredis
import Glibc

/// What Redis answered.
enum RedisReply: Equatable {
    case bytes([UInt8])
    case integer(Int64)
    case status(String)
    case nothing
    /// A refusal, such as `NOAUTH` or `OOM`. The connection is fine.
    case refusal(String)
    case other
}

/// Why a connection is of no use any more.
struct RedisError: Error, CustomStringConvertible {
    let description: String
}

/// One connection to Redis. Every call ends within the time limit; after an error the connection is dropped, for
/// nobody knows whose answer would be read next.
///
/// Arguments are counted bytes (`redisCommandArgv`), so nothing in a key or value can become a command.
///
/// @unchecked Sendable: a connection is used by one thread at a time. `RedisTier` takes it out of its list under a
/// lock and puts it back when the thread is done with it.
@safe final class RedisConnection: @unchecked Sendable {
    private let context: UnsafeMutablePointer<redisContext>

    /// Connects and logs in. The time limit holds for connecting and for each command; a host name is resolved
    /// without one, so a numeric address or a unix socket is better.
    init(_ address: RedisAddress, timeoutMilliseconds: Int) throws(RedisError) {
        let timeout = timeval(
            tv_sec: timeoutMilliseconds / 1000, tv_usec: Int(timeoutMilliseconds % 1000) * 1000)
        let opened =
            switch address.place {
            case .network(let host, let port): unsafe redisConnectWithTimeout(host, port, timeout)
            case .unix(let path): unsafe redisConnectUnixWithTimeout(path, timeout)
            }
        guard let context = unsafe opened else { throw RedisError(description: "out of memory") }
        unsafe self.context = context
        guard unsafe context.pointee.err == 0, unsafe redisSetTimeout(context, timeout) == REDIS_OK else {
            throw failure()
        }
        if !address.password.isEmpty {
            let credentials = address.user.isEmpty ? [address.password] : [address.user, address.password]
            try require(["AUTH"] + credentials)
        }
        if address.database != 0 { try require(["SELECT", "\(address.database)"]) }
    }

    deinit {
        unsafe redisFree(context)
    }

    /// Sends a command that has to succeed.
    func require(_ arguments: [String]) throws(RedisError) {
        let reply = try command(arguments.map { Array($0.utf8) })
        if case .refusal(let message) = reply { throw RedisError(description: message) }
    }

    /// Sends a command and waits for its answer.
    func command(_ arguments: [[UInt8]]) throws(RedisError) -> RedisReply {
        // One buffer for all arguments; the byte at its end gives an empty one something to point to.
        var buffer: [UInt8] = []
        buffer.reserveCapacity(arguments.reduce(1) { $0 + $1.count })
        var offsets: [Int] = []
        for argument in arguments {
            offsets.append(buffer.count)
            buffer += argument
        }
        buffer.append(0)
        let lengths = arguments.map(\.count)
        let raw = unsafe buffer.withUnsafeBytes { bytes in
            let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            var pointers = unsafe offsets.map { offset in unsafe start.map { unsafe $0 + offset } }
            return unsafe RedisConnection.withoutSIGPIPE {
                unsafe redisCommandArgv(context, Int32(arguments.count), &pointers, lengths)
            }
        }
        guard let raw = unsafe raw else { throw failure() }
        defer { unsafe freeReplyObject(raw) }
        return unsafe RedisConnection.read(raw.assumingMemoryBound(to: redisReply.self).pointee)
    }

    private static func read(_ reply: redisReply) -> RedisReply {
        switch unsafe reply.type {
        case REDIS_REPLY_STRING: unsafe .bytes(bytes(reply))
        case REDIS_REPLY_INTEGER: unsafe .integer(reply.integer)
        case REDIS_REPLY_STATUS: unsafe .status(String(decoding: bytes(reply), as: UTF8.self))
        case REDIS_REPLY_NIL: .nothing
        case REDIS_REPLY_ERROR: unsafe .refusal(String(decoding: bytes(reply), as: UTF8.self))
        default: .other
        }
    }

    private static func bytes(_ reply: redisReply) -> [UInt8] {
        guard let text = unsafe reply.str else { return [] }
        return unsafe Array(UnsafeRawBufferPointer(start: text, count: Int(reply.len)))
    }

    /// hiredis writes without MSG_NOSIGNAL, so a server that has hung up raises SIGPIPE. The program ignores it;
    /// here it is kept from those who do not (tests, tools), without touching what belongs to the process.
    private static func withoutSIGPIPE<Result>(_ body: () -> Result) -> Result {
        var pipe = sigset_t()
        var before = sigset_t()
        unsafe sigemptyset(&pipe)
        unsafe sigaddset(&pipe, SIGPIPE)
        unsafe pthread_sigmask(SIG_BLOCK, &pipe, &before)
        defer {
            if unsafe sigismember(&before, SIGPIPE) == 0 {
                var none = timespec()
                _ = unsafe sigtimedwait(&pipe, nil, &none)
                unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
            }
        }
        return body()
    }

    private func failure() -> RedisError {
        let code = unsafe context.pointee.err
        let message = unsafe withUnsafeBytes(of: context.pointee.errstr) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        return RedisError(description: message.isEmpty ? "error \(code)" : message)
    }
}

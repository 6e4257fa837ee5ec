import CFastCGI
import Glibc
import Platform

/// One accepted connection with libfcgi's parser on it. Idle it costs a file descriptor and some 200 bytes.
///
/// @unchecked: a connection is touched by one owner at a time. Armed in epoll it has none; the worker that takes its
/// event owns it, hands it on to the exchange, and the exchange's answer arms it again.
@safe final class Connection: @unchecked Sendable {
    private let parser: UnsafeMutablePointer<FCGX_Request>
    let descriptor: Int32

    /// What reading a request came to.
    enum Reading {
        case request(Request)
        /// The request is answered with this status without a handler seeing it.
        case refused(status: Int)
        /// The peer went away or talks something else; libfcgi has closed the connection.
        case closed
    }

    init(descriptor: Int32) {
        self.descriptor = descriptor
        unsafe parser = .allocate(capacity: 1)
        unsafe FCGX_InitRequest(parser, -1, 0)
        // Below the header's line "Don't use anything below here", but the only way to have an own accept loop; the
        // layout has been the same since 2003 and Tests/FastCGI pins it. Without keepConnection FCGX_Accept_r would
        // close the descriptor first.
        unsafe parser.pointee.ipcFd = descriptor
        unsafe parser.pointee.keepConnection = 1
    }

    deinit {
        unsafe FCGX_Free(parser, 1)
        unsafe parser.deallocate()
    }

    /// Whether the connection is still open after an answer.
    var isOpen: Bool { unsafe parser.pointee.ipcFd >= 0 }

    /// Whether libfcgi will close it after the answer.
    var closesAfterAnswer: Bool { unsafe parser.pointee.keepConnection == 0 }

    /// Makes the answer the last one on this connection.
    func closeAfterAnswer() {
        unsafe parser.pointee.keepConnection = 0
    }

    /// Reads one request to the end of its body. Blocks as long as the peer takes, at most the socket's time limit
    /// for each read.
    func read(limits: Limits) -> Reading {
        guard unsafe FCGX_Accept_r(parser) == 0 else { return .closed }
        var parameters = Parameters(capacity: 2048)
        if var entry = unsafe parser.pointee.envp {
            while let pair = unsafe entry.pointee {
                let length = unsafe strlen(pair)
                unsafe pair.withMemoryRebound(to: UInt8.self, capacity: length) { bytes in
                    unsafe parameters.append(pair: UnsafeBufferPointer(start: bytes, count: length))
                }
                unsafe entry += 1
            }
        }
        let declared = parameters["CONTENT_LENGTH"].map { $0.isEmpty ? 0 : Int($0) ?? -1 } ?? 0
        let (body, total, isWhole) = readBody(declared: declared, limit: limits.bodyBytes)
        guard isWhole, total == declared else {
            closeAfterAnswer()
            return .refused(status: total > limits.bodyBytes ? 413 : 400)
        }
        if total > limits.bodyBytes { return .refused(status: 413) }
        if parameters.byteCount > limits.headerBytes { return .refused(status: 431) }
        return .request(Request(parameters: parameters, body: body))
    }

    /// Reads the body to its end, also what is over the limit and not kept: left in the stream, its bytes would be
    /// parsed as the next request (request smuggling). Only a body of more than four limits is cut off, and then the
    /// connection ends with the answer.
    private func readBody(declared: Int, limit: Int) -> (body: [UInt8], total: Int, isWhole: Bool) {
        guard let stream = unsafe parser.pointee.in else { return ([], 0, false) }
        var body: [UInt8] = []
        var total = 0
        if declared > 0, declared <= limit { body.reserveCapacity(declared) }
        return unsafe withUnsafeTemporaryAllocation(byteCount: 16 * 1024, alignment: 1) { chunk in
            guard let start = chunk.baseAddress else { return ([], 0, false) }
            while true {
                let count = unsafe Int(
                    FCGX_GetStr(start.assumingMemoryBound(to: CChar.self), Int32(chunk.count), stream))
                if count <= 0 { return unsafe (body, total, FCGX_GetError(stream) == 0) }
                total += count
                if total <= limit { unsafe body.append(contentsOf: chunk[..<count]) } else { body = [] }
                if total > 4 * limit { return (body, total, false) }
            }
        }
    }

    /// Sends the answer and ends the request. Blocks at most the socket's time limit when the peer does not read.
    func write(_ response: Response) {
        let bytes = response.cgiBytes
        unsafe bytes.withUnsafeBytes { buffer in
            if let start = buffer.baseAddress {
                _ = unsafe FCGX_PutStr(
                    start.assumingMemoryBound(to: CChar.self), Int32(buffer.count), parser.pointee.out)
            }
        }
        unsafe FCGX_Finish_r(parser)
    }
}

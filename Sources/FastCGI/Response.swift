/// The answer to one request.
public struct Response: Sendable {
    /// HTTP status code.
    public var status: Int
    /// Header fields in order; `addHeader` keeps control characters out.
    public private(set) var headers: [(name: StaticString, value: String)]
    /// Body bytes, UTF-8 where it is text.
    public var body: [UInt8]

    /// An answer without a body.
    public init(status: Int) {
        self.status = status
        headers = []
        headers.reserveCapacity(6)
        body = []
    }

    /// An answer with a body of this type.
    public init(status: Int, type: StaticString, body: [UInt8]) {
        self.init(status: status)
        addHeader("Content-Type", "\(type)")
        self.body = body
    }

    /// Adds a header field. A value with a control character would let a client write headers of its own
    /// (response splitting): such a field is left out.
    public mutating func addHeader(_ name: StaticString, _ value: String) {
        guard !value.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) else { return }
        headers.append((name, value))
    }

    /// The value of the first header field of this name, for tests.
    public func header(_ name: String) -> String? {
        headers.first { "\($0.name)".lowercased() == name.lowercased() }?.value
    }

    /// The answer as CGI has it (RFC 3875 section 6): header lines, an empty line, the body.
    var cgiBytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256 + body.count)
        Response.append("Status: ", to: &bytes)
        bytes.append(contentsOf: "\(status) ".utf8)
        Response.append(reason, to: &bytes)
        for (name, value) in headers {
            Response.append("\r\n", to: &bytes)
            Response.append(name, to: &bytes)
            Response.append(": ", to: &bytes)
            bytes.append(contentsOf: value.utf8)
        }
        if status != 204, status != 304 { bytes.append(contentsOf: "\r\nContent-Length: \(body.count)".utf8) }
        Response.append("\r\n\r\n", to: &bytes)
        bytes.append(contentsOf: body)
        return bytes
    }

    @inline(__always)
    private static func append(_ text: StaticString, to bytes: inout [UInt8]) {
        text.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
    }

    private var reason: StaticString {
        switch status {
        case 200: "OK"
        case 204: "No Content"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 303: "See Other"
        case 304: "Not Modified"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 413: "Content Too Large"
        case 415: "Unsupported Media Type"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 503: "Service Unavailable"
        default: "Status"
        }
    }
}

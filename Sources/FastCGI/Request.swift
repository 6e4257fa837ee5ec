/// One request as the web server handed it over, copied out of libfcgi's buffers and complete: the body was read to
/// its end and is exactly as long as `CONTENT_LENGTH` said.
public struct Request: Sendable {
    /// Request method, upper case as sent (`GET`, `POST`, …).
    public var method: String
    /// Path as nginx understood it: percent-decoded, with dots and doubled slashes resolved, without the query.
    public var path: String
    /// Query without the question mark, still percent-encoded.
    public var query: String
    /// The body, at most as long as the dispatcher's limit.
    public var body: [UInt8]
    /// The CGI parameters by name (`REMOTE_ADDR`, `HTTP_USER_AGENT`, …). Of doubled names the first one counts.
    public var parameters: Parameters

    /// A request made by hand, for tests and tools.
    public init(
        method: String = "GET", path: String, query: String = "", parameters: Parameters = [:], body: [UInt8] = []
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.parameters = parameters
        self.body = body
    }

    /// A request from its CGI parameters and its body.
    init(parameters: Parameters, body: [UInt8]) {
        method = parameters["REQUEST_METHOD"] ?? "GET"
        query = parameters["QUERY_STRING"] ?? ""
        let uri = parameters.slice("DOCUMENT_URI") ?? parameters.slice("SCRIPT_NAME") ?? parameters.slice("REQUEST_URI")
        path = uri.map { String(decoding: $0.prefix { $0 != UInt8(ascii: "?") }, as: UTF8.self) } ?? "/"
        self.parameters = parameters
        self.body = body
    }

    /// The value of a request header by its CGI name without `HTTP_`, such as `USER_AGENT`; `nil` when missing.
    public func header(_ name: String) -> String? {
        parameters["HTTP_" + name]
    }
}

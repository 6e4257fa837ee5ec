import Platform

/// A request as nginx wrote it into the spool (`log_format footfall_spool` in nginx/footfall-http.conf): an object of
/// texts on one line.
///
/// nginx escapes quotes, backslashes and control characters and leaves all other bytes as they came. So this works on
/// bytes: what the gateway is handed is what the browser sent.
struct SpoolLine {
    /// When the request began, in milliseconds since 1970.
    var receivedAt: Int64
    /// nginx's id of the request.
    var requestID: [UInt8]
    var method: String
    var path: String
    var query: [UInt8]
    var contentType: [UInt8]
    var origin: [UInt8]
    /// The page, where a pixel does not name it.
    var referer: [UInt8]
    /// `DNT`, `Sec-GPC` and `Sec-Purpose`, by the names that FastCGI gives them: the chain drops or limits what it would have
    /// dropped or limited at once.
    var signals: [(name: String, value: [UInt8])]
    var body: [UInt8]

    /// How every line begins. No text holds this: quotes in texts are escaped.
    static let beginning = Array(#"{"spool":1,"msec":""#.utf8)

    /// The lines that stand in one: of a line that was torn (a full disk) the end is missing, and the next one follows.
    static func parts(of line: [UInt8]) -> [ArraySlice<UInt8>] {
        var starts: [Int] = []
        for index in line.indices where line[index] == UInt8(ascii: "{") {
            if line[index...].starts(with: beginning) { starts.append(index) }
        }
        if starts.first != 0 { starts.insert(0, at: 0) }
        return zip(starts, starts.dropFirst() + [line.count]).map { line[$0..<$1] }
    }

    /// Reads a line; `nil` when it is not one of nginx's, or not whole.
    init?(_ line: ArraySlice<UInt8>) {
        guard line.starts(with: SpoolLine.beginning) else { return nil }
        var scanner = SpoolScanner(line.dropFirst(#"{"spool":1,"#.utf8.count))
        guard let fields = scanner.fields(),
            let moment = fields["msec"].flatMap(SpoolLine.milliseconds),
            let duration = fields["seconds"].flatMap(SpoolLine.milliseconds),
            let id = fields["id"], let method = fields["method"], let path = fields["path"],
            let query = fields["query"], let type = fields["type"], let origin = fields["origin"],
            let referer = fields["referer"], let body = fields["body"]
        else { return nil }
        receivedAt = moment - duration
        requestID = id
        self.method = String(decoding: method, as: UTF8.self)
        self.path = String(decoding: path, as: UTF8.self)
        // Whoever can write into the folder shall not reach more of the gateway than browsers do.
        guard ["POST /e", "GET /p.gif"].contains("\(self.method) \(self.path)") else { return nil }
        self.query = query
        contentType = type
        self.origin = origin
        self.referer = referer
        // Lines of an nginx whose footfall-http.conf is older have none.
        signals = [("HTTP_DNT", "dnt"), ("HTTP_SEC_GPC", "gpc"), ("HTTP_SEC_PURPOSE", "purpose")].compactMap {
            parameter, name in fields[name].map { (parameter, $0) }
        }
        self.body = body
    }

    /// As nginx would have handed it over, without a sender.
    var parameters: [(name: String, value: [UInt8])] {
        [
            ("REQUEST_METHOD", Array(method.utf8)), ("DOCUMENT_URI", Array(path.utf8)), ("QUERY_STRING", query),
            ("CONTENT_TYPE", contentType), ("HTTP_ORIGIN", origin), ("HTTP_REFERER", referer),
            ("FOOTFALL_REQUEST_ID", requestID), ("FOOTFALL_RECEIVED_AT", Array("\(receivedAt)".utf8)),
        ].filter { !$0.1.isEmpty } + signals.filter { !$0.value.isEmpty }
    }

    /// `1764066070.123`, seconds with three digits after the point as nginx prints them, in milliseconds.
    private static func milliseconds(_ text: [UInt8]) -> Int64? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].count == 3, (1...12).contains(parts[0].count) else { return nil }
        var number: Int64 = 0
        for byte in parts[0] + parts[1] {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            number = number * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        return number
    }
}

/// Reads `"name":"text",…}`.
private struct SpoolScanner {
    private let bytes: ArraySlice<UInt8>
    private var index: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        index = bytes.startIndex
    }

    /// The texts by name; `nil` when anything is out of order.
    mutating func fields() -> [String: [UInt8]]? {
        var fields: [String: [UInt8]] = [:]
        while true {
            guard let name = text(), take(UInt8(ascii: ":")), let value = text() else { return nil }
            fields[String(decoding: name, as: UTF8.self)] = value
            if take(UInt8(ascii: "}")) { return index == bytes.endIndex ? fields : nil }
            guard take(UInt8(ascii: ",")) else { return nil }
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard index < bytes.endIndex, bytes[index] == byte else { return false }
        index += 1
        return true
    }

    private mutating func text() -> [UInt8]? {
        guard take(UInt8(ascii: "\"")) else { return nil }
        var text: [UInt8] = []
        while index < bytes.endIndex {
            let byte = bytes[index]
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return text
            case UInt8(ascii: "\\"):
                guard let byte = escape() else { return nil }
                text.append(byte)
            default: text.append(byte)
            }
        }
        return nil
    }

    /// nginx knows `\"`, `\\`, five control characters by letter, and the others as `\u00XX`.
    private mutating func escape() -> UInt8? {
        guard index < bytes.endIndex else { return nil }
        let byte = bytes[index]
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): return byte
        case UInt8(ascii: "b"): return 0x08
        case UInt8(ascii: "f"): return 0x0c
        case UInt8(ascii: "n"): return 0x0a
        case UInt8(ascii: "r"): return 0x0d
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "u"):
            guard bytes.endIndex - index >= 4 else { return nil }
            let digits = String(decoding: bytes[index..<(index + 4)], as: UTF8.self)
            index += 4
            return UInt8(digits, radix: 16)
        default: return nil
        }
    }
}

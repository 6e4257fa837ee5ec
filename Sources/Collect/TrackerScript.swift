import Cryptography
import EventModel
import FastCGI
import Platform

/// The browser script as `make tracker` built it from `tracker/footfall.js`, compiled into the program.
///
/// `/footfall.js` is the same for everybody. `/footfall.js?s=KEY` is that of a site: it carries a token (`ScriptToken`),
/// whether or not the site wants one, so that a site's pages can be changed before it begins to want it.
enum TrackerScript {
    private static let hash = String(ContentHash.bits128(of: PackageResources.footfall_js), radix: 16)

    /// The script's own arguments, `(window,document)`: a token becomes a third one. The place is before the bracket.
    private static let place = lastPlace(of: Array("(window,document)".utf8), in: PackageResources.footfall_js)

    /// The script, or 304 when the browser has this very version.
    static func response(
        to request: Request, sites: SiteSnapshot?, now: Timestamp = Timestamp(milliseconds: Clock.wallMilliseconds())
    ) -> Response {
        guard request.method == "GET" || request.method == "HEAD" else {
            var response = Response(status: 405)
            response.addHeader("Allow", "GET, HEAD")
            return response
        }
        let key = siteKey(request.query)
        let token = key.flatMap { sites?.byKey[$0] }
            .flatMap { $0.scriptSecret.isEmpty ? nil : ScriptToken.make(secret: $0.scriptSecret, at: now) }
        let tag = "\"\(hash)\(token.map { "-\($0)" } ?? "")\""
        let isKnown = request.header("IF_NONE_MATCH")?.contains(tag) ?? false
        var response =
            isKnown
            ? Response(status: 304)
            : Response(status: 200, type: "text/javascript; charset=utf-8", body: script(with: token))
        // One with a token must not lie anywhere for longer than the token is fresh, nor serve another site's pages.
        response.addHeader("Cache-Control", key == nil ? "public, max-age=3600" : "private, max-age=900")
        response.addHeader("ETag", tag)
        // Pages of any origin may load it, also those that ask for CORS or isolate themselves.
        response.addHeader("Access-Control-Allow-Origin", "*")
        response.addHeader("Cross-Origin-Resource-Policy", "cross-origin")
        response.addHeader("X-Content-Type-Options", "nosniff")
        if let token {
            // For a page that has been open for so long that it asks for another one.
            response.addHeader("Footfall-Token", token)
            response.addHeader("Access-Control-Expose-Headers", "Footfall-Token")
        }
        return response
    }

    private static func siteKey(_ query: String) -> String? {
        query.split(separator: "&").prefix(20).first { $0.hasPrefix("s=") }
            .map { String($0.dropFirst(2)).percentDecoded(plusIsSpace: true) }
    }

    private static func script(with token: String?) -> [UInt8] {
        let plain = PackageResources.footfall_js
        guard let token, let place else { return plain }
        return Array(plain[..<place]) + Array(",\"\(token)\"".utf8) + Array(plain[place...])
    }

    private static func lastPlace(of text: [UInt8], in script: [UInt8]) -> Int? {
        guard script.count >= text.count else { return nil }
        let start = (0...script.count - text.count).reversed().first { script[$0...].starts(with: text) }
        return start.map { $0 + text.count - 1 }
    }
}

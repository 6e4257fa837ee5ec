import Cryptography
import FastCGI

/// The browser script as `make tracker` built it from `tracker/footfall.js`, compiled into the program.
enum TrackerScript {
    private static let entityTag = "\"\(String(ContentHash.bits128(of: PackageResources.footfall_js), radix: 16))\""

    /// The script, or 304 when the browser has this very version.
    static func response(to request: Request) -> Response {
        guard request.method == "GET" || request.method == "HEAD" else {
            var response = Response(status: 405)
            response.addHeader("Allow", "GET, HEAD")
            return response
        }
        let isKnown = request.header("IF_NONE_MATCH")?.contains(entityTag) ?? false
        var response =
            isKnown
            ? Response(status: 304)
            : Response(status: 200, type: "text/javascript; charset=utf-8", body: PackageResources.footfall_js)
        response.addHeader("Cache-Control", "public, max-age=3600")
        response.addHeader("ETag", entityTag)
        // Pages of any origin may load it, also those that ask for CORS or isolate themselves.
        response.addHeader("Access-Control-Allow-Origin", "*")
        response.addHeader("Cross-Origin-Resource-Policy", "cross-origin")
        response.addHeader("X-Content-Type-Options", "nosniff")
        return response
    }
}

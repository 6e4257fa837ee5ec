import FastCGI

/// The image that pages without JavaScript load.
enum Pixel {
    /// A transparent GIF of one pixel, written out from the GIF89a specification.
    static let image: [UInt8] = [
        0x47, 0x49, 0x46, 0x38, 0x39, 0x61,  // "GIF89a"
        0x01, 0x00, 0x01, 0x00, 0x80, 0x00, 0x00,  // screen 1 × 1, table of two colours
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00,  // the colours, both black
        0x21, 0xf9, 0x04, 0x01, 0x00, 0x00, 0x00, 0x00,  // graphic control: colour 0 is transparent
        0x2c, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x01, 0x00, 0x00,  // image 1 × 1
        0x02, 0x02, 0x44, 0x01, 0x00,  // LZW data: one pixel of colour 0
        0x3b,
    ]

    /// The refusal of what the journal had no room for.
    static let later = "try again later"

    /// The image, although there were too many events. When to come again is for those that ask.
    static func tooMany(_ standing: RateLimits.Standing) -> Response {
        response(refusal: Rejection(met: standing).message, met: standing)
    }

    /// The image, never to be cached. `refusal` says in a header why nothing was counted. No browser asks again for an
    /// image; `footfall replay` does, when it is told to.
    static func response(refusal: String?, met: RateLimits.Standing? = nil) -> Response {
        var response = Response(status: 200, type: "image/gif", body: image)
        response.addHeader("Cache-Control", "no-store")
        response.addHeader("Cross-Origin-Resource-Policy", "cross-origin")
        if let refusal { response.addHeader("X-Footfall-Refused", refusal) }
        if let met { response.addMet(met) } else if refusal == later { response.addHeader("Retry-After", "5") }
        return response
    }
}

import Accounts

/// The files of an organisation's looks.
enum BrandFiles {
    /// The media type of the logo, one of those that `BrandRules` lets in; `nil` for none.
    static func type(of brand: Brand) -> StaticString? {
        switch brand.logoType {
        case "image/png": "image/png"
        case "image/jpeg": "image/jpeg"
        case "image/webp": "image/webp"
        case "image/gif": "image/gif"
        default: nil
        }
    }

    /// The colour in place of Footfall's. In the dark it is mixed with white, as far as text in it needs to be read.
    static func stylesheet(colour: String) -> [UInt8] {
        Array(
            """
            :root { --accent: \(colour); --tint: color-mix(in srgb, \(colour) 14%, white); \
            --wash: color-mix(in srgb, \(colour) 12%, transparent); }
            @media (prefers-color-scheme: dark) { :root { --accent: color-mix(in srgb, \(colour) 55%, white); \
            --tint: color-mix(in srgb, \(colour) 40%, black); --wash: color-mix(in srgb, \(colour) 20%, transparent); } }

            """.utf8)
    }
}

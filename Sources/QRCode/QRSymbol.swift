import CQRencode

/// A QR code (ISO/IEC 18004), made by libqrencode: a square of modules, dark and light. Level M: a seventh of it may be
/// unreadable. Readers guess the encoding of what is not ASCII: addresses come percent-encoded.
public struct QRSymbol: Sendable, Equatable {
    /// Bytes of the longest text: version 40 at level M.
    public static let lengthLimit = 2331

    /// Modules that stay light on every side (section 9.1); they belong to none of the rest.
    public static let quietZone = 4

    /// Modules on a side: 21 to 177.
    public let width: Int
    /// Row by row from the top left, `true` for dark.
    private let modules: [Bool]

    /// The smallest code of a text's UTF-8. `nil` when there is none, for an empty text or one of more than `lengthLimit`
    /// bytes, or no memory.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard (1...QRSymbol.lengthLimit).contains(bytes.count),
            let code = unsafe QRcode_encodeData(Int32(bytes.count), bytes, 0, QR_ECLEVEL_M)
        else { return nil }
        defer { unsafe QRcode_free(code) }
        width = Int(unsafe code.pointee.width)
        guard width > 0, let data = unsafe code.pointee.data else { return nil }
        // The lowest bit is the colour, the others say what a module is for (qrencode.h).
        modules = unsafe UnsafeBufferPointer(start: data, count: width * width).map { $0 & 1 == 1 }
    }

    /// Whether a module is dark. What lies outside is light.
    public func isDark(x: Int, y: Int) -> Bool {
        guard (0..<width).contains(x), (0..<width).contains(y) else { return false }
        return modules[y * width + x]
    }

    /// The dark modules as the `d` of an SVG path, one unit each from 0, 0: a rectangle for every run in a row. A picture
    /// shows it with its quiet zone, as in `viewBox="-4 -4 29 29"` for a width of 21, dark on light.
    public var path: String {
        var path = ""
        for y in 0..<width {
            var x = 0
            while x < width {
                let start = x
                while isDark(x: x, y: y) { x += 1 }
                if x > start { path += "M\(start) \(y)h\(x - start)v1h-\(x - start)z" }
                x += 1
            }
        }
        return path
    }
}

/// A piece of markup that is safe by construction: what the programmer wrote is trusted, what arrives at run time is
/// escaped, and there is no way to say otherwise.
///
/// Literals are `StaticString`, which only exists for text in the source code. So a `String` that came from a visitor
/// can neither become `HTML` nor be smuggled in as a literal. Each of these lines is a compile error:
///
///     let name: String = request.path
///     let a: HTML = name                     // cannot convert value of type 'String' to specified type 'HTML'
///     let b = HTML(stringLiteral: name)      // cannot convert value of type 'String' to expected 'StaticString'
///     let c: HTML = "<p>" + name             // no such operator
///     let d: HTML = "<p>\(raw: name)</p>"    // no raw hatch exists
///     let e: HTML = "<p>\(optionalName)</p>" // optionals are not interpolated: say what to show instead
///
/// Attribute values are always written in double quotes (a test reads the templates for it), so that the escaping of
/// `"` is enough. Addresses from outside go through `\(url:)`; there are no inline scripts, handlers or styles,
/// which the Content-Security-Policy would refuse anyway.
public struct HTML: Sendable, ExpressibleByStringInterpolation {
    /// The markup as UTF-8, ready to be sent.
    public private(set) var bytes: [UInt8]

    /// No markup at all.
    public static let empty: HTML = ""

    /// Trusted markup, written by the programmer.
    public init(stringLiteral value: StaticString) {
        bytes = Array(value.description.utf8)
    }

    /// Trusted markup with escaped values in it.
    public init(stringInterpolation: StringInterpolation) {
        bytes = stringInterpolation.bytes
    }

    /// Whether there is nothing to show.
    public var isEmpty: Bool { bytes.isEmpty }

    /// One piece after the other.
    public static func + (left: HTML, right: HTML) -> HTML {
        var sum = left
        sum.bytes += right.bytes
        return sum
    }

    /// Adds a piece at the end.
    public static func += (left: inout HTML, right: HTML) {
        left.bytes += right.bytes
    }

    /// Collects the literals and values of one template.
    public struct StringInterpolation: StringInterpolationProtocol {
        var bytes: [UInt8] = []

        /// Makes room for the literals and a guess for the values.
        public init(literalCapacity: Int, interpolationCount: Int) {
            bytes.reserveCapacity(literalCapacity + interpolationCount * 16)
        }

        /// Trusted markup.
        public mutating func appendLiteral(_ literal: StaticString) {
            bytes += literal.description.utf8
        }

        /// Text: escaped, so that it is text in element content and in double-quoted attributes.
        public mutating func appendInterpolation(_ text: some StringProtocol) {
            bytes.appendEscaped(text)
        }

        /// A whole number.
        public mutating func appendInterpolation(_ number: some BinaryInteger) {
            bytes += number.description.utf8
        }

        /// A coordinate or a share, to two decimals; what is not a number becomes 0, so that no SVG breaks.
        public mutating func appendInterpolation(_ number: Double) {
            bytes += HTML.decimal(number).utf8
        }

        /// Markup inside of markup.
        public mutating func appendInterpolation(_ html: HTML) {
            bytes += html.bytes
        }

        /// Markup that may be missing.
        public mutating func appendInterpolation(_ html: HTML?) {
            guard let html else { return }
            bytes += html.bytes
        }

        /// One piece of markup for each element, in order.
        public mutating func appendInterpolation<Elements: Sequence>(
            each elements: Elements, _ render: (Elements.Element) -> HTML
        ) {
            for element in elements {
                bytes += render(element).bytes
            }
        }

        /// An address for `href` or `src`: http, https or relative to this site, and `#` for everything else
        /// (`javascript:`, `data:`, other hosts without a scheme, text with control characters, …).
        public mutating func appendInterpolation(url: String) {
            bytes.appendEscaped(HTML.isSafe(url: url) ? url : "#")
        }
    }

    /// Whether an address can be followed without running code: its scheme is http or https, or it has none and stays
    /// on this host. Browsers strip blanks and control characters before they look for the scheme and read `\` as `/`;
    /// nothing honest contains these, so they make an address unsafe instead of being understood.
    static func isSafe(url: String) -> Bool {
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f && $0 != UInt8(ascii: "\\") }) else { return false }
        guard !url.utf8.starts(with: "//".utf8) else { return false }
        let delimiters = ":/?#".utf8
        guard let first = url.utf8.firstIndex(where: { delimiters.contains($0) }) else { return true }
        guard url.utf8[first] == UInt8(ascii: ":") else { return true }
        let scheme = url[..<first].lowercased()
        return scheme == "http" || scheme == "https"
    }

    /// A number with at most two decimals and no exponent, as SVG attributes want it.
    static func decimal(_ number: Double) -> String {
        guard number.isFinite, abs(number) < 1e12 else { return "0" }
        let hundredths = Int((number * 100).rounded())
        let (whole, rest) = (abs(hundredths) / 100, abs(hundredths) % 100)
        let sign = hundredths < 0 ? "-" : ""
        guard rest != 0 else { return "\(sign)\(whole)" }
        if rest % 10 == 0 { return "\(sign)\(whole).\(rest / 10)" }
        return "\(sign)\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }
}

extension [UInt8] {
    /// Appends text with the five characters that end text or an attribute escaped, and U+FFFD instead of the control
    /// characters and noncharacters that HTML forbids.
    mutating func appendEscaped(_ text: some StringProtocol) {
        // Nearly all text is plain: one look at the bytes saves the look at every character.
        if text.utf8.allSatisfy({ HTML.isPlain($0) }) {
            self += text.utf8
            return
        }
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": self += "&amp;".utf8
            case "<": self += "&lt;".utf8
            case ">": self += "&gt;".utf8
            case "\"": self += "&quot;".utf8
            case "'": self += "&#39;".utf8
            case _ where HTML.isForbidden(scalar): self += "\u{FFFD}".utf8
            default: self += String(scalar).utf8
            }
        }
    }
}

extension HTML {
    /// Printable ASCII that means nothing to HTML.
    fileprivate static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "'"): false
        default: byte >= 0x20 && byte < 0x7f
        }
    }

    /// Code points that a document must not contain (HTML standard, 13.1.8 and 13.2.3.5): controls except tab, line
    /// feed, form feed and carriage return, and noncharacters.
    fileprivate static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0C, 0x0D: false
        case 0...0x1F, 0x7F...0x9F, 0xFDD0...0xFDEF: true
        default: scalar.value & 0xFFFE == 0xFFFE
        }
    }
}

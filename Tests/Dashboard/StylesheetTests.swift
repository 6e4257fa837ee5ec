import Testing

@testable import Dashboard

/// The stylesheet's colours, measured as WCAG 2.2 does.
struct StylesheetTests {
    private static let css = String(decoding: Asset.stylesheet.bytes, as: UTF8.self)

    /// The tokens of light and dark, `#rrggbb` only.
    private static let schemes: [[String: [Double]]] = {
        var schemes: [[String: [Double]]] = []
        for block in css.split(separator: ":root {").dropFirst().prefix(2) {
            var tokens = schemes.first ?? [:]
            for line in block.prefix(while: { $0 != "}" }).split(separator: ";") {
                let parts = line.split(separator: ":").map { $0.filter { !$0.isWhitespace } }
                guard parts.count == 2, parts[1].hasPrefix("#"), let value = Int(parts[1].dropFirst(), radix: 16) else {
                    continue
                }
                tokens[parts[0]] = [value >> 16, value >> 8 & 255, value & 255].map { Double($0) / 255 }
            }
            schemes.append(tokens)
        }
        return schemes
    }()

    private func luminance(_ color: [Double]) -> Double {
        let linear = color.map { $0 <= 0.04045 ? $0 / 12.92 : power(($0 + 0.055) / 1.055) }
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }

    /// `x` to the power of 2.4, without a mathematics library: the fifth root of its twelfth power, by Newton.
    private func power(_ x: Double) -> Double {
        let twelfth = x * x * x * x * x * x * x * x * x * x * x * x
        var root = 1.0
        for _ in 0..<200 { root -= (root * root * root * root * root - twelfth) / (5 * root * root * root * root) }
        return root
    }

    @Test(arguments: [
        ("--ink", "--panel", 7.0), ("--ink", "--ground", 7), ("--ink", "--tint", 7), ("--soft", "--panel", 4.5),
        ("--soft", "--ground", 4.5), ("--soft", "--tint", 4.5), ("--soft", "--rule", 4.5), ("--accent", "--panel", 4.5),
        ("--accent", "--ground", 4.5), ("--accent", "--tint", 4.5), ("--good", "--panel", 4.5),
        ("--bad", "--panel", 4.5),
    ])
    func textIsReadable(text: String, ground: String, wanted: Double) throws {
        #expect(StylesheetTests.schemes.count == 2)
        for (name, scheme) in zip(["light", "dark"], StylesheetTests.schemes) {
            let (a, b) = (luminance(try #require(scheme[text])), luminance(try #require(scheme[ground])))
            let contrast = (max(a, b) + 0.05) / (min(a, b) + 0.05)
            #expect(contrast >= wanted, "\(text) on \(ground), \(name): \(contrast)")
        }
    }

    @Test func itLoadsNothingAndIsSmall() {
        #expect(!StylesheetTests.css.contains("url("))
        #expect(!StylesheetTests.css.contains("@import"))
        #expect(StylesheetTests.css.contains("prefers-reduced-motion"))
        #expect(StylesheetTests.css.utf8.count < 36_000)
    }

    @Test func everyClassThatItStylesIsUsedAndEveryClassIsStyled() {
        var used: Set<String> = []
        for page in PageCase.all {
            for element in Markup(page.text).elements {
                used.formUnion((element.attributes["class"] ?? "").split(separator: " ").map(String.init))
            }
        }
        let body = StylesheetTests.css.split(separator: "/*").map { $0.split(separator: "*/").last ?? "" }.joined()
        var styled: Set<String> = []
        for part in body.split(separator: ".").dropFirst() {
            let name = String(part.prefix { $0.isLetter || $0.isNumber || $0 == "-" })
            if !name.isEmpty, name.first?.isLowercase == true { styled.insert(name) }
        }
        // Names that need no style of their own: they tell elements apart for others.
        let plain: Set = ["lead", "major", "slot", "tile"]
        #expect(used.subtracting(styled).subtracting(plain) == [])
        let units: Set = ["em", "rem", "px", "s"]
        #expect(styled.subtracting(used).subtracting(units) == [])
    }
}

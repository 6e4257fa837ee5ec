import QRCode
import TestSupport
import Testing

@Suite struct QRSymbolTests {
    /// A finder pattern (ISO/IEC 18004, section 6.3.3): a dark ring, a light one, a dark square of nine.
    private func isFinder(_ symbol: QRSymbol, _ left: Int, _ top: Int) -> Bool {
        (-1...7).allSatisfy { y in
            (-1...7).allSatisfy { x in
                let ring = max(abs(x - 3), abs(y - 3))
                return symbol.isDark(x: left + x, y: top + y) == (ring == 3 || ring < 2)
            }
        }
    }

    @Test(arguments: [
        "a", "otpauth://totp/Footfall:anna%40shop.example?secret=GEZDGNBVGY3TQOJQ&issuer=Footfall", "ü\0\u{10ffff}",
    ])
    func aSymbolHasItsPatterns(_ text: String) throws {
        let symbol = try #require(QRSymbol(text))
        #expect((21...177).contains(symbol.width) && symbol.width % 4 == 1)
        #expect(
            isFinder(symbol, 0, 0) && isFinder(symbol, symbol.width - 7, 0) && isFinder(symbol, 0, symbol.width - 7))
        // The timing patterns alternate between them.
        for place in 8..<symbol.width - 8 {
            #expect(symbol.isDark(x: place, y: 6) == (place % 2 == 0))
            #expect(symbol.isDark(x: 6, y: place) == (place % 2 == 0))
        }
        #expect(symbol == QRSymbol(text))
    }

    @Test func theLengthDecidesTheWidth() {
        #expect(QRSymbol("") == nil)
        #expect(QRSymbol("a")?.width == 21)
        // Section 7.4: 14 bytes at level M are the most of version 1, 2331 of version 40.
        #expect(QRSymbol(String(repeating: "x", count: 14))?.width == 21)
        #expect(QRSymbol(String(repeating: "x", count: 15))?.width == 25)
        #expect(QRSymbol(String(repeating: "x", count: 2331))?.width == 177)
        #expect(QRSymbol(String(repeating: "x", count: 2332)) == nil)
        #expect(QRSymbol(String(repeating: "ü", count: 1_000_000)) == nil)
    }

    @Test func nothingLiesOutside() throws {
        let symbol = try #require(QRSymbol("a"))
        for place in [Int.min, -1, 21, .max] {
            #expect(!symbol.isDark(x: place, y: 0) && !symbol.isDark(x: 0, y: place))
        }
    }

    /// The path is read back: every run paints modules that are dark, and all of them.
    @Test func thePathPaintsTheDarkModules() throws {
        let symbol = try #require(QRSymbol("https://shop.example/"))
        var painted: Set<[Int]> = []
        for run in symbol.path.split(separator: "z") {
            let numbers = run.split { !"0123456789".contains($0) }.compactMap { Int($0) }
            try #require(numbers.count == 5)
            let (x, y, length) = (numbers[0], numbers[1], numbers[2])
            #expect(run == "M\(x) \(y)h\(length)v1h-\(length)")
            for place in x..<x + length { #expect(painted.insert([place, y]).inserted) }
        }
        for y in 0..<symbol.width {
            for x in 0..<symbol.width { #expect(painted.contains([x, y]) == symbol.isDark(x: x, y: y)) }
        }
    }

    @Test func manyThreadsMakeSymbols() async {
        let expected = (0..<8).map { QRSymbol("text \($0)") }
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<200 { group.addTask { QRSymbol("text \(number % 8)") == expected[number % 8] } }
            for await isSame in group { #expect(isSame) }
        }
    }
}

import TestSupport
import Testing

@testable import LookupPlugin

@Suite struct CSVReaderTests {
    private func rows(_ text: String) throws -> [[String]] {
        var reader = CSVReader(Array(text.utf8))
        var row = CSVReader.Row()
        var rows: [[String]] = []
        while try reader.next(&row) { rows.append((0..<row.count).map { String(decoding: row[$0], as: UTF8.self) }) }
        return rows
    }

    @Test(
        arguments: [
            ("", []), ("\u{feff}", []), ("a", [["a"]]), ("a,b\n", [["a", "b"]]),
            ("a,b\r\nc,d", [["a", "b"], ["c", "d"]]),
            ("\u{feff}a,b\n", [["a", "b"]]), ("\u{feff}\"a\",b\n", [["a", "b"]]), (",\n,b,\n", [["", "b", ""]]),
            ("\"a,b\",c", [["a,b", "c"]]), ("\"a \"\"b\"\"\",c", [["a \"b\"", "c"]]), ("\"\"\"\"", [["\""]]),
            ("\"a\r\nb\",c\n", [["a\r\nb", "c"]]), ("\n\n a , b \n\r\n", [[" a ", " b "]]), ("a,\"\"\n", [["a", ""]]),
            ("a;b\n", [["a;b"]]), ("ä,日本\n", [["ä", "日本"]]), ("a,b,", [["a", "b", ""]]),
        ] as [(String, [[String]])])
    func rowsAreReadAsRFC4180HasThem(text: String, expected: [[String]]) throws {
        #expect(try rows(text) == expected)
    }

    @Test(arguments: [
        ("a,b\nc,\"d", 2), ("a\n\"b\nc\nd", 2), ("a,b\"c\n", 1), ("\"a\"b\n", 1), ("a\rb\n", 1), ("a\n\nb\r", 3),
        ("\"a\nb\"\n\"c\"d", 3),
    ])
    func mistakesNameTheirLine(text: String, line: Int) {
        let mistake = #expect(throws: CSVReader.Mistake.self) { try rows(text) }
        #expect(mistake?.line == line)
    }

    @Test func whatIsWrittenIsRead() throws {
        var random = SeededRandom(4)
        let pieces = ["a", "\"", ",", "\n", "\r\n", "ü", " ", "", "\r"]
        for _ in 0..<1000 {
            let table = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                (0..<3).map { _ in
                    (0..<Int.random(in: 0...5, using: &random)).map { _ in
                        pieces[Int.random(in: 0..<pieces.count, using: &random)]
                    }.joined()
                }
            }
            let text = table.map { row in
                row.map { "\"\($0.replacing("\"", with: "\"\""))\"" }.joined(separator: ",") + "\r\n"
            }.joined()
            let read = try rows(text).map { $0.map { Array($0.utf8) } }
            let written = table.filter { !$0.allSatisfy(\.isEmpty) }.map { $0.map { Array($0.utf8) } }
            #expect(read == written)
        }
    }

    @Test func anyBytesAreReadOrRefused() {
        var random = SeededRandom(4)
        let alphabet = Array("a,\"\n\r".utf8) + [0xff, 0]
        for _ in 0..<5000 {
            var reader = CSVReader(
                (0..<Int.random(in: 0...30, using: &random)).map { _ in
                    alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
                })
            var row = CSVReader.Row()
            while (try? reader.next(&row)) ?? false {}
        }
    }
}

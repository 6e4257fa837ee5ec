import Platform
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#endif

/// Every page against the file that somebody has looked at. After a change on purpose:
/// `RECORD_GOLDEN=1 swift test --filter GoldenTests` writes the files anew (and fails, so that no pipeline records by
/// mistake); then read the difference before committing it.
struct GoldenTests {
    static let isRecording = Process.environment()["RECORD_GOLDEN"] == "1"

    @Test(arguments: PageCase.all)
    func pageIsAsRecorded(_ page: PageCase) throws {
        let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        let file = "\(folder)/Golden/\(page.file).html"
        let text = GoldenTests.withoutHash(page.text)
        if GoldenTests.isRecording {
            try Data(text.utf8).write(to: URL(filePath: file))
            Issue.record("recorded \(file)")
            return
        }
        let recorded = try Files.read(file)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let wanted = recorded.split(separator: "\n", omittingEmptySubsequences: false)
        for (number, (line, want)) in zip(lines, wanted).enumerated() where line != want {
            Issue.record("\(page.file).html:\(number + 1)\n  is:     \(line)\n  wanted: \(want)")
            return
        }
        #expect(lines.count == wanted.count)
    }

    /// Stylesheet and script have names that change with their content; pages do not change with it.
    static func withoutHash(_ text: String) -> String {
        let marker = "/assets/dashboard-"
        var parts = text.split(separator: marker, omittingEmptySubsequences: false).map(String.init)
        for index in parts.indices.dropFirst() {
            parts[index] = "HASH" + parts[index].drop { $0.isHexDigit }
        }
        return parts.joined(separator: marker)
    }
}

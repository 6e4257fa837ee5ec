import EventModel
import Glibc
import Platform
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import GeoPlugin

@Suite struct RangeTableTests {
    private func table(_ text: String) throws -> RangeTable {
        try RangeTable(Array(text.utf8))
    }

    private func country(_ table: RangeTable, _ address: String) throws -> String {
        table.country(of: try #require(IPAddress(address)))
    }

    @Test func rangesAnswerForTheirAddresses() throws {
        let table = try table(
            """
            # a comment
            # Generated: Thu, 25 Jun 2026 04:33:59 GMT

            0,255,ZZ
            16777216,16777471,AU
            16777472,16778239,cn
            16778240,16779263,??
            4294967295,4294967295,EU\r
            ::1,::1,XX
            2001:db8::,2001:db8::ffff,JP
            ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,NO
            """)
        #expect(table.count == 5)
        #expect(table.date?.description == "2026-06-25")
        for (address, expected) in [
            ("0.0.0.0", ""), ("0.255.255.255", ""), ("1.0.0.0", "AU"), ("1.0.0.255", "AU"), ("1.0.1.0", "CN"),
            ("1.0.3.255", "CN"), ("1.0.4.0", ""), ("255.255.255.254", ""), ("255.255.255.255", "EU"), ("::1", ""),
            ("2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", ""), ("2001:db8::", "JP"), ("2001:db8::ffff", "JP"),
            ("2001:db8::1:0", ""), ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "NO"), ("::", ""),
        ] {
            #expect(try country(table, address) == expected, "\(address)")
        }
    }

    @Test func rangesWithDotsAreReadToo() throws {
        let table = try table("1.0.0.0,1.0.0.255,AU\n2001:db8::,2001:db8::ffff,JP")
        #expect(try country(table, "1.0.0.7") == "AU")
        #expect(try country(table, "2001:db8::7") == "JP")
        #expect(table.date == nil)
    }

    @Test(arguments: [
        ("1,2,AU\n\n1,AU", 3, "is no range"), ("# x\n1;2;AU", 2, "is no range"), ("1,x,AU", 1, "is no range"),
        ("1,,AU", 1, "is no range"), ("1,2001:db8::,AU", 1, "is no range"), ("1,4294967296,AU", 1, "is no range"),
        ("1,99999999999999999999999,AU", 1, "is no range"), ("-1,2,AU", 1, "is no range"),
        ("2,1,AU", 1, "has a last address before"), ("1,5,AU\n5,6,AT", 2, "begins before"),
        ("2001:db8::5,2001:db8::6,AU\n2001:db8::1,2001:db8::2,AU", 2, "begins before"),
        ("1,2,AUS", 1, "has no country"), ("1,2,", 1, "has no country"), ("1,2,AU,x", 1, "has no country"),
        ("", 0, "no line had a range"), ("# nothing\n1,2,??\n", 2, "no line had a range"),
    ])
    func aBadLineIsNamedByItsNumber(text: String, number: Int, problem: String) throws {
        let error = try #require(throws: RangeTable.BadLine.self) { try table(text) }
        #expect(error.number == number)
        #expect("\(error)".contains(problem))
    }

    @Test func thereIsRoomForEveryCodeOfTwoLetters() throws {
        let letters = (65...90).map { String(UnicodeScalar(UInt8($0))) }
        let codes = letters.flatMap { first in letters.map { first + $0 } }
        let lines = codes.enumerated().map { "\($0.offset),\($0.offset),\($0.element)" }
        let table = try table(lines.joined(separator: "\n"))
        for (place, code) in codes.enumerated() {
            #expect(table.country(of: .v4(UInt32(place))) == PlaceText.country(code))
        }
    }

    @Test func damagedFilesTrapNowhere() throws {
        let whole = Array(
            "# Generated: Thu, 25 Jun 2026 04:33:59 GMT\n1,5,AU\n7,9,AT\n2001:db8::,2001:db8::f,JP\n".utf8)
        var random = SeededRandom(4)
        for _ in 0..<3000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
            guard let table = try? RangeTable(bytes) else { continue }
            for bits in [0, 3, 8, UInt32.max] { _ = table.country(of: .v4(bits)) }
        }
    }

    @Test func aFileIsReadAtTheStart() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/ranges"
        try Files.append(path, bytes: Array("1.0.0.0,1.0.0.255,AU\n".utf8), mode: 0o600)
        let other = "\(folder.path)/other"
        try Files.append(other, bytes: Array("1.0.0.0,1.0.1.255,DE\nbad\n".utf8), mode: 0o600)
        let plugin = try Geo(geoSettings { $0.ranges = [path] }, in: PluginChecks.context)
        try plugin.start()
        defer { plugin.stop() }
        var event = event(from: "1.0.0.1")
        try plugin.enrich(&event)
        #expect(event.hit.country == "AU")
        #expect(plugin.counts.filter { $0.count > 0 } == [PluginCount("ranges", 1)])
        #expect(plugin.notes.count == 1)
        #expect(plugin.notes[0].hasPrefix("\(path) (1 ranges): country data of "))
        let broken = try Geo(geoSettings { $0.ranges = [path, other] }, in: PluginChecks.context)
        let error = try #require(throws: PluginError.self) { try broken.start() }
        #expect(error.description.contains("\(other): line 2"))
    }
}

/// tor's files of Debian's package tor-geoipdb.
enum TorFiles {
    static let folder = unsafe getenv("FOOTFALL_TEST_CORPORA").map { unsafe String(cString: $0) } ?? ""
    static let areThere = !folder.isEmpty && Files.exists("\(folder)/geoip") && Files.exists("\(folder)/geoip6")
}

@Suite(.enabled(if: TorFiles.areThere)) struct TorFileTests {
    private typealias Line<Bits> = (start: Bits, end: Bits, country: String)

    /// The file's lines by another way than the reader's.
    private func lines<Bits>(_ name: String, _ bits: @escaping (IPAddress) -> Bits?) throws -> [Line<Bits>] {
        try Files.read("\(TorFiles.folder)/\(name)").split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
            let parts = line.split(separator: ",").map(String.init)
            let ends = parts[..<2].map { text in UInt32(text).map { IPAddress.v4($0) } ?? IPAddress(text) }
            let start: Bits? = ends[0].flatMap(bits)
            let end: Bits? = ends[1].flatMap(bits)
            return (try #require(start), try #require(end), ["??": "", "ZZ": "", "UK": "GB"][parts[2]] ?? parts[2])
        }
    }

    @Test func rangesOfFourAnswerAsTheFileSays() throws {
        let began = Clock.monotonicNanoseconds()
        let table = try RangeTable(try Files.readBytes("\(TorFiles.folder)/geoip"))
        print("geoip: \(table.count) ranges read in \((Clock.monotonicNanoseconds() - began) / 1_000_000) ms")
        let lines: [Line<UInt32>] = try lines("geoip") { if case .v4(let bits) = $0 { bits } else { nil } }
        #expect(table.count == lines.count { !$0.country.isEmpty })
        #expect(table.date?.description == "2026-06-25")
        var wrong = 0
        for line in lines {
            if table.country(of: .v4(line.start)) != line.country { wrong += 1 }
            if table.country(of: .v4(line.end)) != line.country { wrong += 1 }
        }
        #expect(wrong == 0, "of the first and last address of \(lines.count) ranges")
        var random = SeededRandom(4)
        for _ in 0..<100 {
            let bits = UInt32.random(in: 0...UInt32.max, using: &random)
            let line = lines.first { $0.start <= bits && bits <= $0.end }
            #expect(table.country(of: .v4(bits)) == line?.country ?? "")
        }
    }

    @Test func rangesOfSixAnswerAsTheFileSays() throws {
        let began = Clock.monotonicNanoseconds()
        let table = try RangeTable(try Files.readBytes("\(TorFiles.folder)/geoip6"))
        print("geoip6: \(table.count) ranges read in \((Clock.monotonicNanoseconds() - began) / 1_000_000) ms")
        let lines: [Line<UInt128>] = try lines("geoip6") { if case .v6(let bits) = $0 { bits } else { nil } }
        #expect(table.count == lines.count { !$0.country.isEmpty })
        var random = SeededRandom(4)
        var wrong = 0
        for _ in 0..<20_000 {
            let line = try #require(lines.randomElement(using: &random))
            if table.country(of: .v6(line.start)) != line.country { wrong += 1 }
            if table.country(of: .v6(line.end)) != line.country { wrong += 1 }
        }
        #expect(wrong == 0, "of the first and last address of 20,000 ranges")
        for _ in 0..<100 {
            // Half of them where networks are given out, half anywhere.
            let any = UInt128.random(in: 0...UInt128.max, using: &random)
            let bits = Bool.random(using: &random) ? any : any >> 8 | UInt128(0x20) << 120
            let line = lines.first { $0.start <= bits && bits <= $0.end }
            #expect(table.country(of: .v6(bits)) == line?.country ?? "")
        }
    }
}

import EventModel
import Platform
import Synchronization
import TestSupport
import Testing

@testable import MaxMind

/// Databases that `make-database.pl` writes.
enum MadeDatabase {
    static let canBeMade =
        (try? Program("perl")?.run(["-MMaxMind::DB::Writer::Tree", "-e", "1"]).status) == 0
    static let advice: Comment =
        "Perl's MaxMind::DB::Writer is not installed: apt-get install libmaxmind-db-writer-perl"

    struct Failure: Error {}

    static func make(_ path: String, _ options: String...) throws {
        let script = "\(repositoryFolder)/Tests/MaxMind/make-database.pl"
        guard try Program("perl")?.run([script, path] + options).status == 0 else { throw Failure() }
    }
}

@Suite struct PlaceDatabaseTests {
    @Test func whatIsNoDatabaseIsRefusedWithAReason() throws {
        #expect(throws: PlaceDatabaseError(message: "/nonexistent.mmdb cannot be read: No such file or directory")) {
            try PlaceDatabase("/nonexistent.mmdb")
        }
        #expect(throws: PlaceDatabaseError.self) { try PlaceDatabase("/etc/passwd") }
        #expect(throws: PlaceDatabaseError.self) { try PlaceDatabase("/etc") }
        let folder = try TemporaryFolder()
        try Files.append("\(folder.path)/empty", bytes: [], mode: 0o600)
        #expect(throws: PlaceDatabaseError.self) { try PlaceDatabase("\(folder.path)/empty") }
    }

    /// The operator's file is of any size and comes back every month: copies that stay would fill the disk.
    @Test func noCopyStaysBehind() throws {
        let folder = try TemporaryFolder()
        // A folder can be opened but not read.
        #expect(throws: PlaceDatabaseError.self) { _ = try PrivateCopy("/etc", in: [folder.path]) }
        #expect(try Files.list(folder.path) == [])
        let copy = try PrivateCopy("/etc/passwd", in: ["/nonexistent", folder.path])
        #expect(try Files.list(folder.path).count == 1)
        #expect(try Files.readBytes(copy.path) == Files.readBytes("/etc/passwd"))
        copy.unlink()
        #expect(try Files.list(folder.path) == [])
        #expect(try PrivateCopy("/etc/passwd", in: ["/nonexistent"]).path == "/etc/passwd", "nowhere to copy to")
    }
}

@Suite(.enabled(if: MadeDatabase.canBeMade, MadeDatabase.advice)) struct MadeDatabaseTests {
    private let folder: TemporaryFolder
    private var path: String { "\(folder.path)/places.mmdb" }
    private let country = RecordPath("country", "iso_code")
    private let registered = RecordPath("registered_country", "iso_code")
    private let region = RecordPath("subdivisions", "0", "iso_code")
    private let city = RecordPath("city", "names", "en")

    init() throws {
        folder = try TemporaryFolder()
    }

    private func address(_ text: String) throws -> IPAddress {
        try #require(IPAddress(text))
    }

    @Test(arguments: ["4", "6"], ["24", "28", "32"])
    func addressesHaveTheirRecords(ipVersion: String, recordSize: String) throws {
        try MadeDatabase.make(path, "--ip-version", ipVersion, "--record-size", recordSize)
        let database = try PlaceDatabase(path)
        let vienna = try #require(database.record(of: address("192.0.2.1")))
        #expect(vienna.text(at: country) == "AT")
        #expect(vienna.text(at: registered) == "DE")
        #expect(vienna.text(at: region) == "9")
        #expect(vienna.text(at: city) == "Vienna")
        #expect(try database.text(for: address("192.0.2.127"), at: city) == "Vienna")
        #expect(try database.text(for: address("192.0.2.128"), at: country) == "DE")
        #expect(try database.text(for: address("192.0.2.128"), at: city) == nil)
        #expect(try database.record(of: address("198.51.100.1"))?.text(at: country) == nil)
        #expect(try database.text(for: address("198.51.100.200"), at: registered) == "CH")
        #expect(try database.record(of: address("192.0.3.1")) == nil)
        #expect(database.kind == "Footfall-Test-City")
        #expect(abs(database.builtAt - Clock.wallMilliseconds() / 1000) < 3600)
    }

    @Test func addressesOfSixAreAnsweredByADatabaseOfSixOnly() throws {
        try MadeDatabase.make(path)
        let six = try PlaceDatabase(path)
        #expect(try six.text(for: address("2001:db8::7"), at: country) == "JP")
        #expect(try six.text(for: address("2001:db8:0:ffff:ffff:ffff:ffff:ffff"), at: region) == "13")
        #expect(try six.record(of: address("2001:db8:3::1")) == nil)
        #expect(
            try six.text(for: address("::ffff:192.0.2.1"), at: country) == "AT", "an IPv4 address in IPv6's clothes")
        try MadeDatabase.make(path, "--ip-version", "4")
        let four = try PlaceDatabase(path)
        #expect(try four.record(of: address("2001:db8::7")) == nil)
        #expect(try four.text(for: address("::ffff:192.0.2.1"), at: country) == "AT")
    }

    @Test func pathsThatLeadNowhereGiveNothing() throws {
        try MadeDatabase.make(path)
        let record = try #require(try PlaceDatabase(path).record(of: address("192.0.2.1")))
        for path in [
            RecordPath(), RecordPath("country"), RecordPath("country", "iso_code", "more"), RecordPath("location"),
            RecordPath("location", "latitude"), RecordPath("subdivisions", "1", "iso_code"),
            RecordPath("subdivisions", "x"), RecordPath("subdivisions", "99999999999999999999"), RecordPath(""),
        ] {
            #expect(record.text(at: path) == nil)
        }
        #expect(
            record.text(at: RecordPath("city", "names", "de")) == "Wien", "it outlives the variable of its database")
    }

    /// A damaged file answers wrongly or not at all, but it ends nobody's process.
    @Test func aDamagedFileTrapsNowhere() throws {
        try MadeDatabase.make(path)
        let whole = try Files.readBytes(path)
        var random = SeededRandom(4)
        let damaged = "\(folder.path)/damaged.mmdb"
        var opened = 0
        for round in 0..<1500 {
            var bytes = whole
            if round % 5 == 0 {
                bytes.removeLast(Int.random(in: 1..<whole.count, using: &random))
            } else {
                for _ in 0..<Int.random(in: 1...20, using: &random) {
                    bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
                }
            }
            Files.remove(damaged)
            try Files.append(damaged, bytes: bytes, mode: 0o600)
            guard let database = try? PlaceDatabase(damaged) else { continue }
            opened += 1
            _ = database.kind
            _ = database.builtAt
            for text in ["192.0.2.1", "198.51.100.200", "203.0.113.1", "255.255.255.255", "2001:db8::1", "::", "ff::"] {
                guard let record = try database.record(of: address(text)) else { continue }
                for path in [country, registered, region, city] { _ = record.text(at: path) }
            }
        }
        #expect(opened > 100, "most damage is not noticed when the file is opened")
    }

    /// What `gunzip -c new.mmdb.gz > places.mmdb` does to a database that is in use.
    @Test func aFileThatIsCutUnderLookUpsHarmsNobody() throws {
        try MadeDatabase.make(path)
        let database = try PlaceDatabase(path)
        let isDone = Atomic(false)
        let wrong = Atomic(0)
        let asked = try address("192.0.2.1")
        let threads = try (0..<4).map { _ in
            try Thread(name: "look-up") {
                while !isDone.load(ordering: .relaxed) {
                    if database.text(for: asked, at: self.country) != "AT" { wrong.add(1, ordering: .relaxed) }
                }
            }
        }
        for _ in 0..<5 {
            _ = try Program("truncate")?.run(["-s", "0", path])
            #expect(throws: PlaceDatabaseError.self) { try PlaceDatabase(path) }
            try MadeDatabase.make("\(folder.path)/next.mmdb", "--first-country", "CH")
            _ = try Program("cp")?.run(["\(folder.path)/next.mmdb", path])
            #expect(try PlaceDatabase(path).text(for: asked, at: country) == "CH")
        }
        isDone.store(true, ordering: .relaxed)
        for thread in threads { thread.join() }
        #expect(wrong.load(ordering: .relaxed) == 0)
    }
}

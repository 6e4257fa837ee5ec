import Configuration
import Cryptography
import EventModel
import Platform
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import VisitorIDPlugin

@Suite struct VisitorIDTests {
    private func plugin(
        folder: String = "", sites: SiteSnapshot = SiteSnapshot(),
        _ change: (inout VisitorIdentity.Settings) -> Void = { _ in }
    ) throws -> VisitorIdentity {
        let context = PluginContext(id: "visitor_id", installation: "test", sites: { sites })
        let plugin = try VisitorIdentity(settings(folder: folder, change), in: context)
        try plugin.start()
        return plugin
    }

    private func settings(
        folder: String = "", _ change: (inout VisitorIdentity.Settings) -> Void = { _ in }
    ) -> VisitorIdentity.Settings {
        var settings = VisitorIdentity.Settings()
        settings.salt_directory = folder
        change(&settings)
        return settings
    }

    private func visitor(_ plugin: VisitorIdentity, _ event: Event = HostileEvents.ordinary()) throws -> VisitorID? {
        var event = event
        #expect(try plugin.filter(&event) == .keep)
        return event.hit.visitor
    }

    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(
                of: VisitorIdentity.self, factory: PluginFactory(VisitorIdentity.self), folder: pluginFolder()) == [])
        for identity in VisitorIdentity.Settings.Identity.allCases {
            for userAgent in VisitorIdentity.Settings.UserAgent.allCases {
                let settings = settings {
                    $0.identity = identity
                    $0.user_agent = userAgent
                }
                #expect(
                    PluginChecks.accessFailures(of: VisitorIdentity.self, settings: settings) { plugin, event in
                        _ = try? plugin.filter(&event)
                    } == [])
            }
        }
    }

    @Test(arguments: [VisitorIdentity.Settings.Identity.daily, .weekly, .monthly])
    func onePersonHasOnePseudonymAndOthersHaveOthers(identity: VisitorIdentity.Settings.Identity) throws {
        let plugin = try plugin { $0.identity = identity }
        defer { plugin.stop() }
        let first = try #require(try visitor(plugin))
        #expect(try visitor(plugin) == first)
        #expect(try visitor(plugin, HostileEvents.ordinary(address: "198.51.100.8")) != first)
        #expect(try visitor(plugin, HostileEvents.ordinary(userAgent: "Other/1.0")) != first)
        var otherSite = HostileEvents.ordinary()
        otherSite.hit.site = SiteID(rawValue: 2)
        #expect(try visitor(plugin, otherSite) != first)
    }

    @Test func addressesOfOneIPv6NetworkAreOneVisitor() throws {
        let plugin = try plugin()
        defer { plugin.stop() }
        let one = try visitor(plugin, HostileEvents.ordinary(address: "2001:db8:1:2::a"))
        #expect(one == (try visitor(plugin, HostileEvents.ordinary(address: "2001:db8:1:2:ffff::b"))))
        #expect(one != (try visitor(plugin, HostileEvents.ordinary(address: "2001:db8:1:3::a"))))
    }

    @Test func withoutAnAddressThereIsNoVisitor() throws {
        let plugin = try plugin()
        defer { plugin.stop() }
        #expect(try visitor(plugin, HostileEvents.ordinary(address: "unknown")) == nil)
    }

    @Test func identityNoneHasNoVisitors() throws {
        let plugin = try plugin { $0.identity = .none }
        defer { plugin.stop() }
        var event = HostileEvents.ordinary()
        event.hit.visitor = VisitorID(rawValue: 7)
        event.hit.visitorBefore = VisitorID(rawValue: 8)
        _ = try plugin.filter(&event)
        #expect(event.hit.visitor == nil)
        #expect(event.hit.visitorBefore == nil)
        #expect(plugin.notes == [])
    }

    @Test func whoDoesNotWantToBeRecognisedIsNot() throws {
        let plugin = try plugin()
        defer { plugin.stop() }
        var event = HostileEvents.ordinary()
        event.hit.setFact("limited", .flag(true))
        #expect(try visitor(plugin, event) == nil)
        event.hit.setFact("limited", .flag(false))
        #expect(try visitor(plugin, event) != nil)
    }

    @Test func anEventOfADayWhoseSaltIsGoneHasNoVisitor() throws {
        let plugin = try plugin()
        defer { plugin.stop() }
        var event = HostileEvents.ordinary()
        event.hit.time = event.hit.time.advanced(byMilliseconds: -2 * day)
        #expect(try visitor(plugin, event) == nil)
    }

    /// With the browser's family many headers are one visitor, and the header itself is not looked at.
    @Test func ofTheBrowserOnlyItsFamilyMayCount() throws {
        let plugin = try plugin { $0.user_agent = .family }
        defer { plugin.stop() }
        func event(_ userAgent: String, _ browser: String, _ version: String, _ system: String, _ device: String)
            -> Event
        {
            var event = HostileEvents.ordinary(userAgent: userAgent)
            event.hit.setFact("browser", browser)
            event.hit.setFact("browser_version", version)
            event.hit.setFact("os", system)
            event.hit.setFact("device", device)
            return event
        }
        let first = try visitor(plugin, event("A/1.0", "Firefox", "140", "Linux", "desktop"))
        #expect(try first != nil && visitor(plugin, event("B/2.0", "Firefox", "140", "Linux", "desktop")) == first)
        for other in [
            event("A/1.0", "Chrome", "140", "Linux", "desktop"), event("A/1.0", "Firefox", "141", "Linux", "desktop"),
            event("A/1.0", "Firefox", "140", "Windows", "desktop"), event("A/1.0", "Firefox", "140", "Linux", "mobile"),
            event("A/1.0", "Firefox1", "40", "Linux", "desktop"), event("A/1.0", "", "", "", ""),
        ] {
            #expect(try visitor(plugin, other) != first)
        }
        #expect(!VisitorIdentity.declaration(for: settings { $0.user_agent = .family }).reads.contains(.userAgent))
    }

    @Test func strictSettingsRecogniseForADayAtMost() {
        for identity in VisitorIdentity.Settings.Identity.allCases {
            let strict = VisitorIdentity.strict(settings { $0.identity = identity })
            #expect(strict.identity == (identity == .none ? .none : .daily))
            #expect(strict.user_agent == .family)
        }
    }

    @Test func aFolderIsAbsolute() {
        #expect(settings(folder: "salts").problems().map(\.key) == ["salt_directory"])
        #expect(settings(folder: "/run/footfall").problems() == [])
    }

    @Test func hostileEventsDoNotTrap() throws {
        for userAgent in VisitorIdentity.Settings.UserAgent.allCases {
            let plugin = try plugin {
                $0.identity = .monthly
                $0.user_agent = userAgent
            }
            defer { plugin.stop() }
            for var event in HostileEvents.all { _ = try plugin.filter(&event) }
        }
    }

    // MARK: - Over the change of period

    /// The calendar is laid so that the period has just changed: the plugin's clock is the machine's.
    @Test(arguments: [0, 10, 29, 30, 59])
    func aVisitGoesOnOverTheChange(minutes: Int64) throws {
        let now = Clock.wallMilliseconds()
        let starts = [now - day - hour, now - minutes * minute, now + day].map { Timestamp(milliseconds: $0) }
        let sites = SiteSnapshot(
            sites: [Site(id: SiteID(rawValue: 1), domain: "a", key: "a", hosts: [], timeZone: "Z")],
            calendars: ["Z": LocalDays(starts: starts)])
        let folder = try TemporaryFolder(in: "/dev/shm")
        // The salt of yesterday was made yesterday.
        try Files.makeFolder("\(folder.path)/test", mode: 0o700)
        let yesterday = SaltName(site: SiteID(rawValue: 1), period: starts[0]..<starts[1])
        _ = try Files.createOnce("\(folder.path)/test/\(yesterday.fileName)", bytes: Array(0..<16), mode: 0o600)
        let plugin = try plugin(folder: folder.path, sites: sites)
        defer { plugin.stop() }
        var late = HostileEvents.ordinary()
        late.hit.time = starts[1].advanced(byMilliseconds: -1)
        var early = late
        early.hit.time = Timestamp(milliseconds: now)
        _ = try plugin.filter(&late)
        _ = try plugin.filter(&early)
        let before = try #require(late.hit.visitor)
        #expect(late.hit.visitorBefore == nil)
        #expect(early.hit.visitor != nil && early.hit.visitor != before)
        #expect(early.hit.visitorBefore == (minutes < 30 ? before : nil))
    }

    // MARK: - The message

    /// Different senders have different messages, whatever they put into them: seen by their hashes, without a collision
    /// among thousands that differ only in where a part ends.
    @Test func noTwoSendersShareAMessage() throws {
        let key = try #require(SecretBytes(randomIn: SecretMemory()))
        var seen: [UInt64: String] = [:]
        func check(_ name: String, _ hash: UInt64?) {
            guard let hash else {
                Issue.record("no hash: \(name)")
                return
            }
            #expect(seen[hash] == nil || seen[hash] == name, "\(name) and \(seen[hash] ?? "")")
            seen[hash] = name
        }
        let texts = [
            "", "\0", "\0\0", "\0\0\0\0", "\0\0\0\u{1}", "a", "ab", "b", "\0\0\0\u{1}a", "\u{4}",
            String(repeating: "\0", count: 12),
        ]
        let addresses: [IPAddress] = [
            .v4(0), .v4(1), .v4(0x0400_0000), .v6(0), .v6(1 << 64), .v6(4 << 64), .v6(1 << 96),
        ]
        for site in [Int32.min, -1, 0, 1, 4, 256, .max] {
            for address in addresses {
                let sender = Sender(site: SiteID(rawValue: site), address: address)
                for text in texts {
                    check("\(site) \(address) \(text.debugDescription)", sender.withMessage(text) { $0.hash(key: key) })
                    for other in texts {
                        var traits = Traits(HostileEvents.ordinary().hit)
                        traits.browser = text
                        traits.version = other
                        check(
                            "\(site) \(address) \(text.debugDescription) \(other.debugDescription)",
                            sender.withMessage(traits) { $0.hash(key: key) })
                        (traits.version, traits.system) = ("", other)
                        if !other.isEmpty {
                            check(
                                "\(site) \(address) \(text.debugDescription) - \(other.debugDescription)",
                                sender.withMessage(traits) { $0.hash(key: key) })
                        }
                    }
                }
            }
        }
        #expect(seen.count > 5000)
    }

    /// Random senders, cut at random places.
    @Test func noTwoRandomSendersShareAMessage() throws {
        let key = try #require(SecretBytes(randomIn: SecretMemory()))
        var random = SeededRandom(4)
        var seen: [UInt64: String] = [:]
        for _ in 0..<20_000 {
            let site = Int32(random.next() % 3)
            let address: IPAddress =
                random.next() % 2 == 0 ? .v4(UInt32(random.next() % 3)) : .v6(UInt128(random.next() % 3) << 64)
            let text =
                String(repeating: "\u{1}", count: Int(random.next() % 9))
                + String(repeating: "\0", count: Int(random.next() % 9))
            let name = "\(site) \(address) \(text.debugDescription)"
            let hash = try #require(
                Sender(site: SiteID(rawValue: site), address: address).withMessage(text) { $0.hash(key: key) })
            #expect(seen[hash] == nil || seen[hash] == name)
            seen[hash] = name
        }
    }

    /// Another process, which knows the format and has SipHash of its own, finds the same pseudonym with the salt in the
    /// shared folder.
    @Test(.enabled(if: Program("python3") != nil))
    func anotherProcessAgrees() throws {
        let folder = try TemporaryFolder(in: "/dev/shm")
        let plugin = try plugin(folder: folder.path)
        defer { plugin.stop() }
        let agent = "Mozilla/5.0 (X11; Linux x86_64) Test/1.0"
        let mine = try #require(try visitor(plugin, HostileEvents.ordinary(address: "198.51.100.7", userAgent: agent)))
        let script = """
            import os, struct, sys
            M = (1 << 64) - 1
            rotl = lambda x, b: ((x << b) | (x >> (64 - b))) & M
            def siphash(key, data):
                k0, k1 = struct.unpack("<QQ", key)
                v = [k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573]
                def rounds(n):
                    for _ in range(n):
                        v[0] = (v[0] + v[1]) & M; v[1] = rotl(v[1], 13) ^ v[0]; v[0] = rotl(v[0], 32)
                        v[2] = (v[2] + v[3]) & M; v[3] = rotl(v[3], 16) ^ v[2]
                        v[0] = (v[0] + v[3]) & M; v[3] = rotl(v[3], 21) ^ v[0]
                        v[2] = (v[2] + v[1]) & M; v[1] = rotl(v[1], 17) ^ v[2]; v[2] = rotl(v[2], 32)
                data += bytes(-(len(data) + 1) % 8) + bytes([len(data) & 255])
                for (m,) in struct.iter_unpack("<Q", data):
                    v[3] ^= m; rounds(2); v[0] ^= m
                v[2] ^= 255; rounds(4)
                return v[0] ^ v[1] ^ v[2] ^ v[3]
            folder, agent = sys.argv[1], sys.argv[2].encode()
            (name,) = os.listdir(folder)
            key = open(f"{folder}/{name}", "rb").read()
            message = struct.pack(">iI4BII", 1, 4, 198, 51, 100, 7, 1, len(agent)) + agent
            print(siphash(key, message))
            """
        let outcome = try #require(try Program("python3")?.run(["-c", script, "\(folder.path)/test", agent]))
        #expect(String(decoding: outcome.output, as: UTF8.self) == "\(mine.rawValue)\n")
    }
}

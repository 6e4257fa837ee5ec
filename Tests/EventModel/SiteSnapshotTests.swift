import EventModel
import FoundationEssentials
import Testing

@Suite struct SiteSnapshotTests {
    /// A gateway that starts while its database is away reads them from a file.
    @Test func aSnapshotComesBackFromItsFile() throws {
        let sites = [
            Site(
                id: SiteID(rawValue: 1), domain: "a.example", key: "a", hosts: ["a.example"], timeZone: "Europe/Vienna"),
            Site(
                id: SiteID(rawValue: 2), domain: "b.example", key: "b", hosts: ["*.b.example"], timeZone: "UTC",
                ack: .journal),
        ]
        let days = LocalDays(starts: [0, 86_400_000, 172_800_000].map { Timestamp(milliseconds: $0) })
        let snapshot = SiteSnapshot(
            sites: sites, calendars: ["UTC": days, "Europe/Vienna": days],
            secretKeys: [
                "abc": SendingKey(
                    number: 3, sites: [SiteID(rawValue: 2)], scopes: [.send, .read],
                    expiresAt: Timestamp(milliseconds: 9))
            ], limitSecret: StoredSecret([1, 2, 3]), userKeys: [SiteID(rawValue: 2): StoredSecret([4, 5])])
        let data = try JSONEncoder().encode(snapshot)
        let read = try JSONDecoder().decode(SiteSnapshot.self, from: data)
        #expect(read == snapshot)
        #expect(read.userKey(of: SiteID(rawValue: 2)) == StoredSecret([4, 5]))
        #expect(read.key(hash: "abc")?.sites == [SiteID(rawValue: 2)])
        #expect(read.key(hash: "abc")?.isExpired(at: Timestamp(milliseconds: 9)) == true)
        #expect(read.allows(host: "www.b.example"))
        #expect(read.day(of: SiteID(rawValue: 1), containing: Timestamp(milliseconds: 1)).upperBound == days.starts[1])
    }

    /// What a version wrote that knew neither limits nor scopes is good enough until the database has been asked.
    @Test func theFileOfAnOlderVersionIsRead() throws {
        let file = """
            {"sites":[{"id":4,"domain":"a.example","key":"a","hosts":["a.example"],"timeZone":"UTC"}],
             "calendars":{"UTC":{"starts":[{"milliseconds":0}],"dates":[0]}},"secret_key_hashes":{"abc":4}}
            """
        let read = try JSONDecoder().decode(SiteSnapshot.self, from: Data(file.utf8))
        let site = try #require(read.byKey["a"])
        #expect(site.eventsPerSecond == nil && !site.needsScriptToken && site.scriptSecret.isEmpty)
        #expect(read.key(hash: "abc") == SendingKey(number: 0, sites: [site.id]))
        #expect(read.limitSecret.isEmpty)
    }

    @Test func noDescriptionShowsASecret() {
        let secret = StoredSecret(Array("0123456789".utf8))
        var text = "\(secret) \(String(reflecting: secret))"
        dump(secret, to: &text)
        dump(SiteSnapshot(limitSecret: secret), to: &text)
        #expect(!text.contains("48") && !text.contains("0123"))
    }
}

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
            sites: sites, calendars: ["UTC": days, "Europe/Vienna": days], secretKeys: ["abc": SiteID(rawValue: 2)],
            userKeys: [SiteID(rawValue: 2): [1, 2, 3]])
        let data = try JSONEncoder().encode(snapshot)
        let read = try JSONDecoder().decode(SiteSnapshot.self, from: data)
        #expect(read == snapshot)
        #expect(read.site(secretKeyHash: "abc")?.domain == "b.example")
        #expect(read.userKey(of: SiteID(rawValue: 2)) == [1, 2, 3])
        #expect(read.allows(host: "www.b.example"))
        #expect(read.day(of: SiteID(rawValue: 1), containing: Timestamp(milliseconds: 1)).upperBound == days.starts[1])
    }
}

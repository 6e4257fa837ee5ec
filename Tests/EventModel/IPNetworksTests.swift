import EventModel
import TestSupport
import Testing

@Suite struct IPNetworksTests {
    private func networks(_ texts: [String]) -> (IPNetworks, rejected: [String]) {
        var rejected: [String] = []
        let networks = IPNetworks(texts, rejected: &rejected)
        return (networks, rejected)
    }

    @Test(arguments: [
        ("192.0.2.0/24", "192.0.2.255", true), ("192.0.2.0/24", "192.0.3.0", false), ("192.0.2.7", "192.0.2.7", true),
        ("192.0.2.7", "192.0.2.8", false), ("0.0.0.0/0", "203.0.113.9", true), ("0.0.0.0/0", "2001:db8::1", false),
        ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::", false), ("::/0", "::1", true),
        ("192.0.2.99/24", "192.0.2.1", true), ("::ffff:192.0.2.0/120", "192.0.2.200", true),
        ("255.255.255.255", "255.255.255.255", true),
    ])
    func anAddressLiesInItsNetwork(network: String, address: String, isInside: Bool) throws {
        let parsed = networks([network])
        #expect(parsed.rejected == [])
        #expect(parsed.0.contains(try #require(IPAddress(address))) == isInside)
    }

    @Test(arguments: [
        "", "/", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/+8", "2001:db8::/129", "example", "1.2.3.4/8/8",
        "fe80::1%eth0",
    ])
    func whatIsNoNetworkIsNamed(text: String) {
        #expect(networks([text]).rejected == [text])
    }

    @Test func overlappingNetworksAnswerAsTheSingleOnesWould() throws {
        var random = SeededRandom(4)
        for _ in 0..<200 {
            let texts = (0..<20).map { _ in
                "10.0.0.\(Int.random(in: 0...255, using: &random))/\(Int.random(in: 24...32, using: &random))"
            }
            let all = networks(texts).0
            let single = texts.map { networks([$0]).0 }
            for host in 0...255 {
                let address = try #require(IPAddress("10.0.0.\(host)"))
                #expect(all.contains(address) == single.contains { $0.contains(address) })
            }
        }
    }
}

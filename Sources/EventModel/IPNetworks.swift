/// Networks of addresses, asked thousands of times a second whether an address lies in one of them: sorted ranges without
/// overlap, found by halving.
public struct IPNetworks: Sendable, Equatable {
    private var v4: [Range4] = []
    private var v6: [Range6] = []

    private struct Range4: Sendable, Equatable {
        var first: UInt32
        var last: UInt32
    }

    private struct Range6: Sendable, Equatable {
        var first: UInt128
        var last: UInt128
    }

    /// No network.
    public init() {}

    /// Networks in CIDR notation (`192.0.2.0/24`, `2001:db8::/32`, RFC 4632 and 4291) and single addresses. `rejected`
    /// gets the texts that are neither.
    public init(_ texts: some Sequence<String>, rejected: inout [String]) {
        for text in texts {
            guard let (address, bits) = IPNetworks.parse(text) else {
                rejected.append(text)
                continue
            }
            switch address {
            case .v4(let value):
                let host: UInt32 = bits == 0 ? .max : (1 << UInt32(32 - bits)) - 1
                v4.append(Range4(first: value & ~host, last: value | host))
            case .v6(let value):
                let host: UInt128 = bits == 0 ? .max : (1 << UInt128(128 - bits)) - 1
                v6.append(Range6(first: value & ~host, last: value | host))
            }
        }
        v4.sort { $0.first < $1.first }
        v6.sort { $0.first < $1.first }
        merge()
    }

    /// Whether there is none.
    public var isEmpty: Bool { v4.isEmpty && v6.isEmpty }

    /// How many ranges there are, after those that touch were joined.
    public var count: Int { v4.count + v6.count }

    /// Whether the address lies in one of the networks.
    public func contains(_ address: IPAddress) -> Bool {
        switch address {
        case .v4(let value):
            let place = v4.partitioningIndex { $0.first > value }
            return place > 0 && v4[place - 1].last >= value
        case .v6(let value):
            let place = v6.partitioningIndex { $0.first > value }
            return place > 0 && v6[place - 1].last >= value
        }
    }

    /// An address and the number of bits that name its network; `nil` for what is no network.
    private static func parse(_ text: String) -> (IPAddress, Int)? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let address = IPAddress(String(parts[0])), !parts[0].contains("%") else { return nil }
        var most = 128
        if case .v4 = address { most = 32 }
        guard parts.count == 2 else { return (address, most) }
        guard let bits = Int(parts[1]), parts[1].utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        // ::ffff:192.0.2.0/120 is 192.0.2.0/24.
        let isMapped = most == 32 && parts[0].contains(":")
        let own = isMapped ? bits - 96 : bits
        return (0...most).contains(own) ? (address, own) : nil
    }

    private mutating func merge() {
        var merged4: [Range4] = []
        for range in v4 {
            if let last = merged4.last, range.first <= last.last || range.first == last.last &+ 1 {
                merged4[merged4.count - 1].last = max(last.last, range.last)
            } else {
                merged4.append(range)
            }
        }
        var merged6: [Range6] = []
        for range in v6 {
            if let last = merged6.last, range.first <= last.last || range.first == last.last &+ 1 {
                merged6[merged6.count - 1].last = max(last.last, range.last)
            } else {
                merged6.append(range)
            }
        }
        (v4, v6) = (merged4, merged6)
    }
}

extension RandomAccessCollection where Index == Int {
    /// The first place from which on `isSecond` holds, in a collection that is sorted by it; `endIndex` when it never does.
    public func partitioningIndex(where isSecond: (Element) -> Bool) -> Int {
        var low = startIndex
        var high = endIndex
        while low < high {
            let middle = low + (high - low) / 2
            if isSecond(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

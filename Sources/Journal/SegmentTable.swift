import EventModel
import Synchronization

/// A segment that exists.
struct SegmentInfo: Sendable {
    var header: SegmentHeader
    /// Length of the file.
    var size: Int
    /// Where frames end at the latest: the header's copy follows.
    var end: Int
    /// When every store was first seen to have all of it, on the monotonic clock.
    var loadedAt: UInt64?
}

/// The segments of a journal in order: shared by the one who writes, those who read, and the one who deletes.
final class SegmentTable: Sendable {
    private let all: Mutex<[SegmentInfo]>

    init(_ segments: [SegmentInfo]) {
        all = Mutex(segments)
    }

    /// Adds the newest segment; one with the same base, in which nothing durable stands, is replaced by it.
    func add(_ segment: SegmentInfo) {
        all.withLock { all in
            all.removeAll { $0.header.base == segment.header.base }
            all.append(segment)
        }
    }

    func remove(base: UInt64) {
        all.withLock { all in all.removeAll { $0.header.base == base } }
    }

    /// Bytes of all segments.
    var bytes: Int { all.withLock { $0.reduce(0) { $0 + $1.size } } }

    var count: Int { all.withLock { $0.count } }

    /// How many entries lie behind `position`, of those through `durable`; numbers that were left out are none.
    func entries(after position: UInt64, through durable: UInt64) -> UInt64 {
        all.withLock { all in
            var count: UInt64 = 0
            for (index, segment) in all.enumerated() {
                let last = index + 1 < all.count ? all[index + 1].header.follows : durable
                let before = max(segment.header.base - 1, position)
                if last > before { count += last - before }
            }
            return count
        }
    }

    /// The segment in which an entry of this number stands; the first one for a number before it.
    func segment(holding sequence: UInt64) -> SegmentInfo? {
        all.withLock { all in all.last { $0.header.base <= sequence } ?? all.first }
    }

    /// The segment that comes next.
    func segment(after base: UInt64) -> SegmentInfo? {
        all.withLock { all in all.first { $0.header.base > base } }
    }

    /// The oldest segment of which every store, at `position`, has all; never the newest, which is being written.
    func oldestLoaded(position: UInt64, now: UInt64) -> SegmentInfo? {
        all.withLock { all in
            for index in all.indices.dropLast() where all[index + 1].header.follows <= position {
                if all[index].loadedAt == nil { all[index].loadedAt = now }
            }
            guard all.count > 1, all[1].header.follows <= position else { return nil }
            return all[0]
        }
    }
}

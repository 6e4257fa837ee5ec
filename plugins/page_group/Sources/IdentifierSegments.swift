/// Segments of a path that name one thing out of many: numbers, UUIDs, long hexadecimal texts.
enum IdentifierSegments {
    /// The path with `:id` in the place of each such segment, without what follows a question mark; `nil` when it has none.
    static func replaced(in path: String) -> String? {
        let bytes = path.utf8.span
        var end = 0
        while end < bytes.count, bytes[end] != UInt8(ascii: "?") { end += 1 }
        // Most paths have none, and cost no memory.
        guard let first = nextIdentifier(bytes, from: 0, to: end) else { return nil }
        var replaced: [UInt8] = []
        replaced.reserveCapacity(end)
        var copied = 0
        var identifier: Range<Int>? = first
        while let segment = identifier {
            for place in copied..<segment.lowerBound { replaced.append(bytes[place]) }
            replaced += ":id".utf8
            copied = segment.upperBound
            identifier = nextIdentifier(bytes, from: copied, to: end)
        }
        for place in copied..<end { replaced.append(bytes[place]) }
        return String(decoding: replaced, as: UTF8.self)
    }

    /// The next segment behind `start` that is an identifier.
    private static func nextIdentifier(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> Range<Int>? {
        var begin = start
        while begin < end {
            while begin < end, bytes[begin] == UInt8(ascii: "/") { begin += 1 }
            var stop = begin
            while stop < end, bytes[stop] != UInt8(ascii: "/") { stop += 1 }
            if isIdentifier(bytes, begin..<stop) { return begin..<stop }
            begin = stop
        }
        return nil
    }

    private static func isIdentifier(_ bytes: Span<UInt8>, _ segment: Range<Int>) -> Bool {
        var digits = 0
        var hyphensInPlace = 0
        for place in segment {
            let byte = bytes[place]
            if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
                digits += 1
            } else if byte | 0x20 >= UInt8(ascii: "a"), byte | 0x20 <= UInt8(ascii: "f") {
                continue
            } else if byte == UInt8(ascii: "-"), isHyphenOfUUID(place - segment.lowerBound) {
                hyphensInPlace += 1
            } else {
                return false
            }
        }
        if digits == segment.count { return digits > 0 }
        if hyphensInPlace > 0 { return hyphensInPlace == 4 && segment.count == 36 }
        // A word of so many letters from a to f does not exist, but a digit makes it sure.
        return digits > 0 && segment.count >= 16
    }

    /// Where the hyphens of a UUID stand (RFC 9562 section 4).
    private static func isHyphenOfUUID(_ offset: Int) -> Bool {
        offset == 8 || offset == 13 || offset == 18 || offset == 23
    }
}

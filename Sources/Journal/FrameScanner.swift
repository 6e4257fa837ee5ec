import Platform

/// Reads the frames of one segment and finds the next one behind damaged bytes.
struct FrameScanner {
    let file: any JournalFile
    /// What the frames' checksums begin with.
    let seed: UInt32
    /// Where frames end at the latest.
    let size: Int

    enum Reading {
        /// A whole frame, its header's bytes first.
        case frame(FrameHeader, [UInt8])
        /// Nothing was written here.
        case empty
        /// Bytes that are no frame, or one that is not whole.
        case damaged
    }

    func read(at offset: Int) throws(PlatformError) -> Reading {
        guard offset + FrameHeader.size <= size else { return .empty }
        guard let start = try file.readIfPossible(at: offset, count: FrameHeader.size) else { return .damaged }
        guard start.count == FrameHeader.size else { return .empty }
        if start.allSatisfy({ $0 == 0 }) { return .empty }
        guard let header = FrameHeader.read(start, at: 0, room: size - offset) else { return .damaged }
        guard let frame = try file.readIfPossible(at: offset, count: FrameHeader.size + header.length) else {
            return .damaged
        }
        return FrameHeader.isWhole(frame, length: header.length, seed: seed) ? .frame(header, frame) : .damaged
    }

    /// The first whole frame at or behind `offset` that `accepts`, with its place. Frames begin at multiples of eight.
    func search(
        from offset: Int, accepts: (FrameHeader) -> Bool
    ) throws(PlatformError) -> (offset: Int, header: FrameHeader)? {
        var chunkSize = 1 << 20
        var start = (offset + 7) & ~7
        while start + FrameHeader.size <= size {
            guard let chunk = try file.readIfPossible(at: start, count: min(chunkSize + FrameHeader.size, size - start))
            else {
                // Around a bad sector in small steps, and past it.
                if chunkSize > 512 { chunkSize = 512 } else { start += chunkSize }
                continue
            }
            guard chunk.count >= FrameHeader.size else { return nil }
            var place = 0
            while place < chunkSize, place + FrameHeader.size <= chunk.count {
                defer { place += 8 }
                // The length is never zero, and most of what is searched is.
                if chunk[place] | chunk[place + 1] | chunk[place + 2] | chunk[place + 3] == 0 { continue }
                guard let header = FrameHeader.read(chunk, at: place, room: size - start - place), accepts(header)
                else {
                    continue
                }
                if case .frame(let header, _) = try read(at: start + place) { return (start + place, header) }
            }
            start += chunkSize
        }
        return nil
    }
}

import Platform

/// Reads the frames of one segment and finds the next one behind damaged bytes.
struct FrameScanner {
    let file: any JournalFile
    /// What the frames' checksums begin with.
    let seed: UInt32
    /// Length of the file.
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
        let start = try file.read(at: offset, count: FrameHeader.size)
        guard start.count == FrameHeader.size else { return .empty }
        if start.allSatisfy({ $0 == 0 }) { return .empty }
        guard let header = FrameHeader.read(start, at: 0, room: size - offset) else { return .damaged }
        let frame = try file.read(at: offset, count: FrameHeader.size + header.length)
        return FrameHeader.isWhole(frame, length: header.length, seed: seed) ? .frame(header, frame) : .damaged
    }

    /// The first whole frame at or behind `offset` that `accepts`, with its place. Frames begin at multiples of eight.
    func search(
        from offset: Int, accepts: (FrameHeader) -> Bool
    ) throws(PlatformError) -> (offset: Int, header: FrameHeader)? {
        let chunkSize = 1 << 20
        var start = (offset + 7) & ~7
        while start + FrameHeader.size <= size {
            let chunk = try file.read(at: start, count: min(chunkSize + FrameHeader.size, size - start))
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

import Platform

/// How far a journal is written, and where the file ends that holds the last of it.
struct Cursor: Equatable {
    /// Counts the cursors of this journal; the higher one is the later.
    var generation: UInt64 = 0
    /// Number of the last entry that is on the disk.
    var position: UInt64 = 0
    /// Final name of the file that was written to last; empty before the first.
    var file = ""
    /// When that file was opened, in milliseconds since 1970.
    var openedAt: Int64 = 0
    /// Bytes of it that count. What stands behind them was being written when the gateway died.
    var length = 0

    /// A sector: disks write it whole, or say that they did not.
    static let size = 512

    /// One line of text behind its checksum, filled up with blanks, so that a person can read it, too.
    var slot: [UInt8] {
        var content = Array("\(generation) \(position) \(length) \(openedAt) \(file)".utf8)
        content += repeatElement(UInt8(ascii: " "), count: max(0, Cursor.size - 12 - content.count))
        content.append(UInt8(ascii: "\n"))
        return Array(Cursor.checksum(content).utf8) + content
    }

    init() {}

    /// The cursor in a slot; `nil` when there is none or it was not written to its end.
    init?(slot: [UInt8]) {
        guard slot.count == Cursor.size else { return nil }
        let content = Array(slot[11...])
        guard Cursor.checksum(content).utf8.elementsEqual(slot[..<11]) else { return nil }
        let parts = String(decoding: content, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard parts.count == 4 || parts.count == 5, let generation = UInt64(parts[0]),
            let position = UInt64(parts[1]), let length = Int(parts[2]), let openedAt = Int64(parts[3])
        else { return nil }
        self.generation = generation
        self.position = position
        self.length = length
        self.openedAt = openedAt
        file = parts.count == 5 ? String(parts[4]) : ""
    }

    /// Ten digits and a blank.
    private static func checksum(_ content: [UInt8]) -> String {
        let digits = "\(Checksum.crc32c(content))"
        return String(repeating: "0", count: 10 - digits.utf8.count) + digits + " "
    }
}

/// Keeps a cursor in a file of two slots that are overwritten in turn: a write that does not come to its end leaves the
/// other one, and none of them needs room on a full disk.
struct CursorFile {
    private let file: DiskFile
    /// The slots lie in different blocks of the filesystem.
    private static let distance = 4096

    /// Opens the file, and fills a new one with empty slots.
    init(_ path: String, folder: String) throws(PlatformError) {
        file = try DiskFile(path, create: true)
        let size = try file.size()
        guard size < 2 * CursorFile.distance else { return }
        try file.write([UInt8](repeating: 0, count: 2 * CursorFile.distance - size), at: size)
        try file.sync()
        try Files.syncFolder(folder)
    }

    /// The later one of the cursors that are whole; `nil` when none is.
    func read() throws(PlatformError) -> Cursor? {
        let first = Cursor(slot: try file.read(at: 0, count: Cursor.size))
        let second = Cursor(slot: try file.read(at: CursorFile.distance, count: Cursor.size))
        guard let first, let second else { return first ?? second }
        return first.generation > second.generation ? first : second
    }

    /// Puts a cursor into the slot of its generation, where the one before the last was, and waits for the disk.
    func write(_ cursor: Cursor) throws(PlatformError) {
        try file.write(cursor.slot, at: cursor.generation % 2 == 0 ? 0 : CursorFile.distance)
        try file.sync()
    }
}

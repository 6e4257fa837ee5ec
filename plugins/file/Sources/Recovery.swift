import EventModel
import Platform

/// What a start makes of the files that the last run left behind.
struct Recovery {
    let folder: String
    let names: FileNames
    let log: Log

    /// The cursor to go on from, and the unfinished file that it names, cut to the length that counts.
    func run(_ cursorFile: CursorFile) throws(PlatformError) -> (Cursor, DiskFile?) {
        let own = try Files.list(folder).filter { names.first(of: $0) != nil }
        guard let cursor = try cursorFile.read() else {
            let cursor = try withoutCursor(own)
            // From the first batch on there are two slots to fall back on.
            try cursorFile.write(cursor)
            return (cursor, nil)
        }
        let current = cursor.file + FileNames.unfinished
        for name in own where name.hasSuffix(FileNames.unfinished) && name != current {
            // Begun, and not one of its lines was counted: they come again.
            Files.remove("\(folder)/\(name)")
        }
        guard own.contains(current) else { return (cursor, nil) }
        let file = try DiskFile("\(folder)/\(current)", create: false)
        let size = try file.size()
        if size < cursor.length {
            log.error(
                "file: \(folder)/\(current) has \(size) bytes and had \(cursor.length) on the disk: the disk has lost what "
                    + "it had confirmed. The file is kept as \(cursor.file)\(FileNames.torn)")
            try setAside(current)
            return (cursor, nil)
        }
        if size > cursor.length { try file.truncate(cursor.length) }
        return (cursor, file)
    }

    /// Both slots are gone, or this journal is new here. A file was only ever begun when everything before its first entry
    /// was on the disk, so that the names tell a position: one that repeats the last file, and loses nothing.
    private func withoutCursor(_ own: [String]) throws(PlatformError) -> Cursor {
        var cursor = Cursor()
        cursor.position = own.compactMap { names.first(of: $0) }.max().map { $0 - min($0, 1) } ?? 0
        for name in own where name.hasSuffix(FileNames.unfinished) { try setAside(name) }
        if !own.isEmpty {
            log.error(
                "file: \(folder)/\(names.cursor) cannot be read. Going on after entry \(cursor.position) of the journal, as "
                    + "the names of the files tell; the events of the last file are written a second time")
        }
        return cursor
    }

    private func setAside(_ name: String) throws(PlatformError) {
        let final = name.dropLast(FileNames.unfinished.utf8.count)
        try Files.rename("\(folder)/\(name)", to: "\(folder)/\(final)\(FileNames.torn)")
        try Files.syncFolder(folder)
    }
}

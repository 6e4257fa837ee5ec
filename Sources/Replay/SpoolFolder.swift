public import Platform

/// The folder into which nginx writes what it keeps: a file `events-NUMBER.log` for each ten seconds since 1970.
public struct SpoolFolder: Sendable {
    /// Where it is.
    public let path: String

    /// Milliseconds of one file, as `$footfall_spool_part` in nginx/footfall-http.conf cuts them.
    static let part: Int64 = 10_000
    /// Milliseconds after its end for which a file may still be written to: a worker that is held up has an old clock.
    static let grace: Int64 = 5000
    /// Most bytes of lines that could not be handed in.
    static let refusedLimit = 64 << 20

    /// A file of the spool.
    public struct File: Sendable, Equatable {
        /// Its path.
        public var path: String
        /// Tens of seconds since 1970.
        var number: Int64
    }

    /// The folder at this path, which need not exist.
    public init(_ path: String) {
        self.path = path
    }

    /// Whether there is such a folder.
    public var exists: Bool { Files.exists(path) }

    /// The files to which nginx writes no more, oldest first.
    public func finished(now: Int64 = Clock.wallMilliseconds()) throws(PlatformError) -> [File] {
        var files: [File] = []
        for name in try Files.list(path) where name.hasPrefix("events-") && name.hasSuffix(".log") {
            guard let number = Int64(name.dropFirst(7).dropLast(4)), number >= 0, number < 1 << 40 else { continue }
            guard (number + 1) * SpoolFolder.part + SpoolFolder.grace <= now else { continue }
            files.append(File(path: "\(path)/\(name)", number: number))
        }
        return files.sorted { $0.number < $1.number }
    }

    /// Keeps a line that cannot be handed in. Renamed to `events-0.log`, the file is tried again.
    func refuse(_ line: some Sequence<UInt8>) throws(PlatformError) {
        let file = "\(path)/refused.log"
        guard Files.size(file) < SpoolFolder.refusedLimit else { return }
        try Files.append(file, bytes: Array(line) + [UInt8(ascii: "\n")], mode: 0o600)
    }
}

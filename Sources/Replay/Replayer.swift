public import Platform

/// What a replay has done.
public struct ReplayReport: Sendable, Equatable {
    /// Files that were handed in whole.
    public var files = 0
    /// Requests that the gateway took; those that it knew already among them.
    public var taken = 0
    /// Requests that the gateway will never take, such as those for a site that does not exist.
    public var refused = 0
    /// Lines that could not be read, or that the gateway failed at. They are in `refused.log`.
    public var kept = 0
    /// Whether it was told to stop before all was done.
    public var isStopped = false
}

/// Hands back to the gateway what nginx has kept, in the order in which it came.
///
/// A file goes only when the gateway has answered for each of its lines. Whatever ends a replay before that, the file is
/// handed in again from its beginning; the gateway recognises what it has by the events' ids, or nginx's request id.
public final class Replayer {
    private let folder: SpoolFolder
    private let removesFiles: Bool
    private let courier: Courier
    private let log: Log

    /// Bytes that the spool may hold before an operator should hear of it: nginx cannot limit it.
    static let warnAbove = 1 << 30
    /// Longest line: a body of 128 KiB of which every byte is escaped as `\u00XX`, and the rest.
    static let longestLine = 1 << 20

    /// A replay through the gateway's ingest socket. `pause` waits so long and returns whether to stop; `removesFiles` is
    /// false for who wants to keep them.
    public init(
        _ folder: SpoolFolder, socket: String, removesFiles: Bool, log: Log,
        pause: @escaping (_ milliseconds: Int) -> Bool
    ) {
        self.folder = folder
        self.removesFiles = removesFiles
        self.log = log
        courier = Courier(socket: socket, log: log, pause: pause)
    }

    /// Hands in all files to which nginx writes no more. Throws when a file cannot be read or removed.
    public func run() throws(PlatformError) -> ReplayReport {
        // A file that cannot be removed would come again and again, at last when the gateway has forgotten its events.
        guard !removesFiles || Files.isWritable(folder.path) else {
            throw PlatformError(call: "remove files in \(folder.path)", code: 13)  // EACCES
        }
        var report = ReplayReport()
        let files = try folder.finished()
        let bytes = files.reduce(0) { $0 + Files.size($1.path) }
        if bytes > Replayer.warnAbove { log.warning("the spool \(folder.path) holds \(bytes >> 20) MiB") }
        for file in files {
            try replay(file, into: &report)
            if report.isStopped { break }
            report.files += 1
        }
        return report
    }

    private func replay(_ file: SpoolFolder.File, into report: inout ReplayReport) throws(PlatformError) {
        let reader = try LineReader(file.path, longest: Replayer.longestLine)
        var window: [SpoolLine] = []
        var raw: [ArraySlice<UInt8>] = []
        func flush() throws(PlatformError) {
            guard !window.isEmpty else { return }
            guard let fates = courier.deliver(window) else {
                report.isStopped = true
                return
            }
            for (index, fate) in fates.enumerated() {
                switch fate {
                case .taken: report.taken += 1
                case .refused: report.refused += 1
                case .harmful:
                    report.kept += 1
                    try folder.refuse(raw[index])
                }
            }
            window = []
            raw = []
        }
        while let line = try reader.next() {
            for part in SpoolLine.parts(of: line.bytes) {
                guard line.isWhole, let request = SpoolLine(part) else {
                    if !part.isEmpty {
                        report.kept += 1
                        try folder.refuse(part)
                    }
                    continue
                }
                window.append(request)
                raw.append(part)
                if window.count == Courier.width { try flush() }
                if report.isStopped { return }
            }
        }
        try flush()
        if report.isStopped { return }
        // A line that a full disk or the end of a machine has torn.
        if !reader.rest.isEmpty {
            report.kept += 1
            try folder.refuse(reader.rest)
        }
        if removesFiles { Files.remove(file.path) }
    }
}

public import Configuration

/// Settings of the `file` store.
public struct FileSettings: ValidatedSettings {
    /// Folder for the files; made when it is missing.
    public var folder: String
    /// Bytes on the disk after which a file is finished; it may be longer by one batch.
    public var rotateBytes: Int
    /// Seconds after which a file is finished, however short it is.
    public var rotateSeconds: Int
    /// How the files are compressed.
    public var compress: Compression

    /// How files are compressed.
    public enum Compression: String, Codable, Sendable {
        case none, zstd
    }

    enum CodingKeys: String, CodingKey {
        case folder, compress
        case rotateBytes = "rotate_bytes"
        case rotateSeconds = "rotate_seconds"
    }

    /// Every default.
    public init() {
        folder = "/var/lib/footfall/events"
        rotateBytes = 128 * 1024 * 1024
        rotateSeconds = 3600
        compress = .none
    }

    /// Rules for the values.
    public func problems() -> [SettingProblem] {
        var problems: [SettingProblem] = []
        if !folder.hasPrefix("/") { problems.append(SettingProblem("folder", "must be an absolute path")) }
        if !(65_536...1_099_511_627_776).contains(rotateBytes) {
            problems.append(SettingProblem("rotate_bytes", "must be between 65536 and 1099511627776"))
        }
        if !(1...2_678_400).contains(rotateSeconds) {
            problems.append(SettingProblem("rotate_seconds", "must be between 1 and 2678400 (31 days)"))
        }
        return problems
    }
}

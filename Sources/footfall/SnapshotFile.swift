import Configuration
import EventModel
import FoundationEssentials
import Platform

/// The sites as a file beside the journal: a gateway that starts while its database is away knows whom it may serve.
struct SnapshotFile {
    let path: String

    /// What was written last; `nil` when there is nothing that can be read.
    func read() -> SiteSnapshot? {
        guard let bytes = try? Files.readBytes(path) else { return nil }
        return try? JSONDecoder().decode(SiteSnapshot.self, from: Data(bytes))
    }

    /// Writes the sites, mode 0600, in one step.
    func write(_ snapshot: SiteSnapshot) throws(PlatformError) {
        guard let data = try? JSONEncoder().encode(snapshot) else {
            throw PlatformError(call: "encode \(path)", code: 22)
        }
        try Files.replace(path, bytes: Array(data))
    }
}

import EventModel
import Platform

/// The names of one store's files for one journal. Store and journal are in every name, so that several stores and several
/// gateways may share a folder.
///
///     file-2026-11-25T10-00-00Z-JOURNAL-1201.ndjson        finished: begins with entry 1201 of the journal
///     file-2026-11-25T11-00-00Z-JOURNAL-5044.ndjson.part   being written
///     file-JOURNAL.cursor                                  how far the store has come
///     file-JOURNAL.dead.ndjson                             what could not be written
struct FileNames {
    private let store: String
    private let journal: String

    /// Behind the name of a file that is being written.
    static let unfinished = ".part"
    /// Behind the name of a file of which nobody knows where it ends.
    static let torn = ".torn"

    init(store: String, journal: JournalID) {
        self.store = FileNames.escaped(store)
        var digits: [UInt8] = []
        JSONText.append(hexadecimal: journal.value, digits: 32, to: &digits)
        self.journal = String(decoding: digits, as: UTF8.self)
    }

    var cursor: String { "\(store)-\(journal).cursor" }
    var dead: String { "\(store)-\(journal).dead.ndjson" }

    /// The final name of a file that is opened at this moment and begins with this entry.
    func finished(openedAt milliseconds: Int64, first: UInt64, compress: FileSettings.Compression) -> String {
        // No colons: Windows, and rsync and scp before the first slash, take them for something else.
        let time = CivilTime(milliseconds: milliseconds).description.replacing(":", with: "-")
        return "\(store)-\(time)-\(journal)-\(first)\(FileNames.ending(compress))"
    }

    static func ending(_ compress: FileSettings.Compression) -> String {
        switch compress {
        case .none: ".ndjson"
        case .zstd: ".ndjson.zst"
        }
    }

    /// The number of the first entry, from the name of a file of this store and journal, finished or not; `nil` for every
    /// other name.
    func first(of name: String) -> UInt64? {
        guard name.hasPrefix(store + "-"), let place = name.firstRange(of: "Z-\(journal)-"),
            // Neither of a store whose name begins with this one's.
            name[..<place.lowerBound].utf8.count == store.utf8.count + "-2026-11-25T10-00-00".utf8.count
        else { return nil }
        return UInt64(name[place.upperBound...].prefix { $0 != "." })
    }

    /// Whatever the operator named the entry: no slash, no dot, nothing that a shell would read.
    private static func escaped(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                bytes.append(byte)
            default:
                bytes.append(UInt8(ascii: "%"))
                JSONText.append(hexadecimal: UInt128(byte), digits: 2, to: &bytes)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

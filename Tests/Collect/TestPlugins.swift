import Configuration
import EventModel
import PluginAPI

struct NoSettings: ValidatedSettings {
    func problems() -> [SettingProblem] { [] }
}

/// Drops events named `unwanted`, forgets the visitor of the others.
struct Forget: PrivacyFilter {
    static let name: StaticString = "forget"
    static let summary: StaticString = "erases the visitor"
    static func declaration(for settings: NoSettings) -> Declaration { Declaration(erases: Field.ofVisitor) }
    init(_ settings: NoSettings, in context: PluginContext) throws(PluginError) {}
    func filter(_ event: inout Event) throws(PluginError) -> Verdict {
        event.visitor = .unknown
        switch event.hit.name {
        case "unwanted": return .drop(reason: "unwanted")
        case "refused": return .reject(reason: "refused", message: "is refused")
        default: return .keep
        }
    }
}

struct Nowhere: EventStore {
    static let name: StaticString = "nowhere"
    static let summary: StaticString = "keeps nothing"
    static func declaration(for settings: NoSettings) -> Declaration { Declaration() }
    init(_ settings: NoSettings, in context: PluginContext) throws(PluginError) {}
    func position(in journal: JournalID) throws(StoreError) -> UInt64 { 0 }
    func store(_ batch: Batch) throws(StoreError) -> StoreReceipt { StoreReceipt(stored: 0, duplicates: 0) }
    func bury(_ batch: Batch, reason: String) throws(StoreError) {}
}

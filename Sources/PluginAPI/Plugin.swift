public import Configuration
public import EventModel

/// What every plugin is: a named piece of the chain with typed settings.
///
/// The host calls, in this order: `init` (may refuse its settings; no network, no files), `start` (may connect), its
/// stage's work on any number of threads, `stop`. Instances share nothing: a plugin has no global state, for one
/// chain may hold two of a kind and a reload runs two chains side by side.
public protocol Plugin: Sendable {
    /// The settings, with every default.
    associatedtype Settings: ValidatedSettings

    /// The name in the configuration: `lower_snake_case`, the same as the plugin's folder.
    static var name: StaticString { get }

    /// What it does, in one line.
    static var summary: StaticString { get }

    /// What it reads and writes under these settings: the ground for the proof of the chain and for the record of
    /// processing. Access that is not declared is a bug that `PluginTesting` looks for.
    static func declaration(for settings: Settings) -> Declaration

    /// An instance with these settings. Throws `PluginError.settings` when the settings, each valid by itself,
    /// cannot work.
    init(_ settings: Settings, in context: PluginContext) throws(PluginError)

    /// Gets ready for work. Throws `PluginError.unavailable` when something outside is missing that the plugin cannot
    /// do without; the gateway then does not start.
    func start() throws(PluginError)

    /// Lets go of everything. May be called twice, and without a `start`.
    func stop()

    /// These settings with everything as strict as the regulator's exemption asks for (`privacy.mode: "strict"`); the
    /// same settings where nothing in them loosens privacy.
    static func strict(_ settings: Settings) -> Settings

    /// What operators should know about the plugin's data just now, such as how old they are: lines in `/readyz`.
    var notes: [String] { get }

    /// What the plugin has counted since it was made, for `/metrics`: fixed names, never data of visitors.
    var counts: [PluginCount] { get }
}

/// A number that a plugin counts for `/metrics`.
public struct PluginCount: Sendable, Equatable {
    /// What is counted, `lower_snake_case`.
    public var name: String
    /// How often.
    public var count: Int

    /// A count of this name.
    public init(_ name: String, _ count: Int) {
        self.name = name
        self.count = count
    }
}

extension Plugin {
    /// Nothing to get ready.
    public func start() throws(PluginError) {}

    /// Nothing to let go of.
    public func stop() {}

    /// Nothing in them loosens privacy.
    public static func strict(_ settings: Settings) -> Settings { settings }

    /// Nothing to know.
    public var notes: [String] { [] }

    /// Nothing is counted.
    public var counts: [PluginCount] { [] }
}

/// Adds to an event what can be found out about it. Fails open: when it throws, the event goes on without.
public protocol Enricher: Plugin {
    /// Adds to the event. Called on many threads at once.
    func enrich(_ event: inout Event) throws(PluginError)
}

/// Takes from an event what must not be stored, or drops it. Fails closed: when it throws, the event is dropped.
public protocol PrivacyFilter: Plugin {
    /// Takes from the event, or drops it. Called on many threads at once.
    func filter(_ event: inout Event) throws(PluginError) -> Verdict
}

/// What a privacy filter decides.
public enum Verdict: Sendable, Equatable {
    /// The event goes on.
    case keep
    /// The event ends here; `reason` is a fixed word for the ledger, such as `opted_out`.
    case drop(reason: StaticString)
    /// The event can never succeed, and its sender is told why. `reason` is a fixed word for the ledger, `message` says
    /// what is wrong and what would be right, without repeating what was sent.
    case reject(reason: StaticString, message: String)

    /// Equal when they decide the same for the same reason.
    public static func == (left: Verdict, right: Verdict) -> Bool {
        switch (left, right) {
        case (.keep, .keep): true
        case (.drop(let left), .drop(let right)): "\(left)" == "\(right)"
        case (.reject(let left, let message), .reject(let right, let other)):
            "\(left)" == "\(right)" && message == other
        default: false
        }
    }
}

/// Keeps hits. It is only ever shown `Hit`s: what identifies a person is not in its reach by type.
///
/// One loader thread calls it, one call at a time, with batches of one journal in order. After any error the loader
/// asks for the position again and goes on from there.
public protocol EventStore: Plugin {
    /// The sequence number of the last hit of this journal that is stored, 0 when none is.
    func position(in journal: JournalID) throws(StoreError) -> UInt64

    /// Stores the whole batch or nothing of it, moves its position to `batch.last` and says what became of the hits.
    /// A batch that begins at or before the stored position has been stored already in part: only the rest counts.
    func store(_ batch: Batch) throws(StoreError) -> StoreReceipt

    /// Puts a batch of one hit that can never be stored among the dead letters, with the reason, and moves on.
    func bury(_ batch: Batch, reason: String) throws(StoreError)

    /// Is told, about once a minute, that everything is stored which the gateway had taken before a moment. What was asked
    /// to be erased before it can come no more. Stores that erase nothing need not care.
    func note(loadedThrough moment: Timestamp, of journal: JournalID) throws(StoreError)
}

extension EventStore {
    /// Does nothing.
    public func note(loadedThrough moment: Timestamp, of journal: JournalID) throws(StoreError) {}
}

/// What became of the hits of a batch.
public struct StoreReceipt: Sendable, Equatable {
    /// Hits that are stored now.
    public var stored: Int
    /// Hits that were stored before under the same event id.
    public var duplicates: Int

    /// A receipt with these counts.
    public init(stored: Int, duplicates: Int) {
        self.stored = stored
        self.duplicates = duplicates
    }
}

/// Why a store could not store.
public enum StoreError: Error, Sendable, Equatable {
    /// The destination is away or busy: the same batch may succeed later.
    case unavailable(String)
    /// The data cannot be stored, ever: the loader bisects the batch to find the hit.
    case poison(String)
    /// The destination refuses for a reason that a person must mend (schema, permission): the loader stops and alarms.
    case refused(String)
}

/// Why a plugin could not do its work.
public enum PluginError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The settings cannot work; the operator must mend them.
    case settings(key: String, String)
    /// Something outside is missing or broken.
    case unavailable(String)
    /// This one event cannot be handled.
    case badEvent(String)

    /// One line for the operator, without personal data.
    public var description: String {
        switch self {
        case .settings(let key, let message): "\(key): \(message)"
        case .unavailable(let message), .badEvent(let message): message
        }
    }
}

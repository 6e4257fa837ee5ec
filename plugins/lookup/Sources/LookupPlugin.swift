public import Configuration
public import EventModel
import Platform
public import PluginAPI
import Synchronization

/// Adds what an operator's table knows: the category of a product by its number, the section of a page by its path.
public struct Lookup: Enricher {
    /// The plugin's name in the configuration.
    public static let name: StaticString = "lookup"
    /// What it does.
    public static let summary: StaticString = "facts from a CSV file of the operator's, such as a product's category"

    /// Which file is joined with what. As long as all are empty, nothing is.
    public struct Settings: ValidatedSettings {
        /// Absolute path of the CSV file. It is read again when it changes.
        public var file = ""
        /// The column that is looked up.
        public var key = ""
        /// What of an event is looked for in it: `property:NAME`, `path`, `hostname`, `name` or `country`.
        public var match = ""
        /// The columns that are added as facts of the same name.
        public var columns: [String] = []
        /// Rows at most.
        public var max_rows = 100_000

        /// Every default.
        public init() {}

        /// All of them or none, and names that a fact can have.
        public func problems() -> [SettingProblem] {
            var problems: [SettingProblem] = []
            if !(1...1_000_000).contains(max_rows) {
                problems.append(SettingProblem("max_rows", "must be from 1 to 1000000, not \(max_rows)"))
            }
            if file.isEmpty, key.isEmpty, match.isEmpty, columns.isEmpty { return problems }
            if !file.hasPrefix("/") {
                problems.append(SettingProblem("file", "must be the absolute path of a CSV file"))
            }
            if key.isEmpty { problems.append(SettingProblem("key", "must name the column that is looked up")) }
            if LookupKey(match) == nil {
                problems.append(
                    SettingProblem("match", "must be property:NAME, path, hostname, name or country"))
            }
            return problems + columnProblems
        }

        private var columnProblems: [SettingProblem] {
            guard (1...20).contains(columns.count) else {
                return [SettingProblem("columns", "must name 1 to 20 columns")]
            }
            return columns.enumerated().compactMap { index, column in
                if !Settings.isFactName(column) {
                    return SettingProblem(
                        "columns[\(index)]",
                        "must be lower_snake_case, for it names a fact, not \"\(column)\": name the file's column so")
                }
                return columns[..<index].contains(column)
                    ? SettingProblem("columns[\(index)]", "\"\(column)\" is named twice") : nil
            }
        }

        private static func isFactName(_ text: String) -> Bool {
            guard (1...60).contains(text.utf8.count), text.utf8.first != UInt8(ascii: "_") else { return false }
            return text.utf8.allSatisfy {
                ($0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z"))
                    || ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9"))
                    || $0 == UInt8(ascii: "_")
            }
        }
    }

    /// Reads the field that is looked up, adds a fact for each column.
    public static func declaration(for settings: Settings) -> Declaration {
        guard let match = LookupKey(settings.match) else { return Declaration() }
        return Declaration(
            reads: [match.field],
            facts: settings.columns.map {
                Fact(name: $0, sensitivity: .content, meaning: "from the operator's table, by \(settings.match)")
            })
    }

    /// The file that is watched; `nil` where there is none to be joined.
    let file: WatchedFile<LookupTable>?
    private let match: LookupKey?
    private let columns: [String]
    private let unmatched = Counter()

    /// Ready after `start`.
    public init(_ settings: Settings, in context: PluginContext) throws(PluginError) {
        match = LookupKey(settings.match)
        columns = settings.columns
        guard match != nil, !settings.file.isEmpty else {
            file = nil
            return
        }
        file = WatchedFile(settings.file, log: context.log) { path in
            try LookupTable.read(
                path, key: settings.key, columns: settings.columns, maximumRows: settings.max_rows)
        }
    }

    /// Reads the file. Throws what is wrong with it.
    public func start() throws(PluginError) {
        do {
            try file?.start()
        } catch {
            throw PluginError.unavailable("the table \(file?.path ?? "") cannot be read: \(error)")
        }
    }

    /// Ends the watch over the file.
    public func stop() {
        file?.stop()
    }

    /// How many rows the table has, and how old it is.
    public var notes: [String] {
        file.map { [$0.note { "\($0.count) rows" }] } ?? []
    }

    /// How many values stood in no row.
    public var counts: [PluginCount] {
        [PluginCount("unmatched", unmatched.value.load(ordering: .relaxed))]
    }

    /// Adds the columns of the row with the event's value. Without such a row the facts stay unknown.
    public func enrich(_ event: inout Event) throws(PluginError) {
        guard let match, let table = file?.value else { return }
        let key = match.text(of: event.hit)
        guard !key.isEmpty else { return }
        guard let row = table.row(of: key) else {
            unmatched.value.add(1, ordering: .relaxed)
            return
        }
        for (index, column) in columns.enumerated() {
            event.hit.setFact(column, table.text(row: row, column: index))
        }
    }
}

/// A number that many threads count up.
private final class Counter: Sendable {
    let value = Atomic(0)
}

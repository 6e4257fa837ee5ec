import EventModel

/// A property's name in the settings, or its beginning. Compared without regard to the case of ASCII letters: whoever
/// drops `email` means `Email` too.
struct NamePattern: Sendable, Equatable {
    let text: String
    let isBeginning: Bool

    init(_ text: String) {
        isBeginning = text.utf8.last == UInt8(ascii: "*")
        self.text = (isBeginning ? String(text.dropLast()) : text).lowercasedASCII
    }

    /// Whether a name in lower case is meant.
    func matches(_ name: String) -> Bool {
        isBeginning ? name.utf8.starts(with: text.utf8) : name == text
    }

    /// Whether every name that the other one stands for is one of this.
    func covers(_ other: NamePattern) -> Bool {
        isBeginning ? other.text.utf8.starts(with: text.utf8) : self == other
    }

    /// Whether the settings may name a property so.
    static func isValid(_ text: String) -> Bool {
        !text.isEmpty && !text.utf8.dropLast().contains(UInt8(ascii: "*"))
    }
}

/// Names and what happens to them: a whole name before a beginning, a longer beginning before a shorter one.
struct NameTable<Value: Sendable>: Sendable {
    private var whole: [String: Value] = [:]
    private var beginnings: [(pattern: NamePattern, value: Value)] = []

    init(_ entries: [(name: String, value: Value)]) {
        for entry in entries {
            let pattern = NamePattern(entry.name)
            if pattern.isBeginning {
                beginnings.append((pattern, entry.value))
            } else {
                whole[pattern.text] = entry.value
            }
        }
        beginnings.sort { $0.pattern.text.utf8.count > $1.pattern.text.utf8.count }
    }

    subscript(name: String) -> Value? {
        let name = name.lowercasedASCII
        if !whole.isEmpty, let value = whole[name] { return value }
        for entry in beginnings where entry.pattern.matches(name) { return entry.value }
        return nil
    }
}

/// The settings, ready to be looked up.
struct Plan: Sendable {
    private let allow: NameTable<Bool>?
    private let deny: NameTable<Bool>
    private let actions: NameTable<Action>

    /// Throws what is wrong with an action: a property that should be dropped must not stay because of a typing mistake.
    init(_ settings: Properties.Settings) throws(Action.Mistake) {
        allow = settings.allow.isEmpty ? nil : NameTable(settings.allow.map { ($0, true) })
        deny = NameTable(settings.deny.map { ($0, true) })
        var fields: [(name: String, value: Action)] = []
        for (name, text) in settings.fields.sorted(by: { $0.key < $1.key }) { fields.append((name, try Action(text))) }
        actions = NameTable(fields)
    }

    /// What happens to a property of this name; `nil` when nothing does. `deny` goes before `allow`, and both before the
    /// actions.
    func action(for name: String) -> Action? {
        if deny[name] != nil { return .drop }
        if let allow, allow[name] == nil { return .drop }
        return actions[name]
    }
}

import EventModel

/// What is found in one event.
struct Finds {
    let scanner: PIIScanner
    private(set) var counts = PIICounts()
    private(set) var isAny = false

    init(scanner: PIIScanner) { self.scanner = scanner }

    /// Changes a text in which something is found.
    mutating func scrub(_ text: inout String) {
        guard let clean = scanner.scrub(text, counting: &counts) else { return }
        isAny = true
        text = clean
    }

    /// Values and names. Most arrays stay untouched, and are not copied.
    mutating func scrub(_ properties: inout [Property]) {
        var isRenamed = false
        for index in properties.indices {
            if let value = clean(properties[index].value, of: properties[index].name) {
                properties[index].value = value
            }
            guard let name = scanner.scrub(properties[index].name, counting: &counts) else { continue }
            isAny = true
            isRenamed = true
            properties[index].name = name
        }
        if isRenamed { removeDoubles(&properties) }
    }

    /// Facts of these names. They are looked for only where something was found.
    mutating func scrub(_ facts: inout [Property], named names: [String]) {
        for index in facts.indices {
            guard case .text(let text) = facts[index].value else { continue }
            var found = counts
            guard let clean = scanner.scrub(text, counting: &found), names.contains(facts[index].name) else { continue }
            counts = found
            isAny = true
            facts[index].value = .text(clean)
        }
    }

    private mutating func clean(_ value: PropertyValue, of name: String) -> PropertyValue? {
        let text: String
        let isPhone: Bool
        switch value {
        case .text(let value):
            isPhone = scanner.rules.contains(PIIRules(.phone)) && PhoneRule.isName(name)
            text = value
        case .number(let number):
            // JSON has numbers without quotes too: of a telephone, or of a card (13 digits and more).
            let magnitude = number.magnitude.rounded(.down)
            guard magnitude >= 10_000, magnitude < 1e19, let whole = UInt64(exactly: magnitude) else { return nil }
            isPhone = scanner.rules.contains(PIIRules(.phone)) && PhoneRule.isName(name)
            guard isPhone || magnitude >= 1e12 else { return nil }
            text = String(whole)
        case .flag:
            return nil
        }
        guard let clean = scanner.scrub(text, isPhone: isPhone, counting: &counts) else { return nil }
        isAny = true
        return .text(clean)
    }

    /// Two names of one kind of data are one name then: the first stays.
    private func removeDoubles(_ properties: inout [Property]) {
        var names: Set<String> = []
        properties.removeAll { !names.insert($0.name).inserted }
    }
}

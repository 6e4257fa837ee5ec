import RegularExpressions

/// The rules of uap-core for browsers and operating systems
/// (https://github.com/ua-parser/uap-core/blob/master/docs/specification.md): in each section the first rule that matches
/// is the answer. Family and major version are groups 1 and 2 of the match, unless the rule replaces them.
struct UserAgentRules: Sendable {
    private let browsers: [Rule]
    private let systems: [Rule]
    /// Rules whose pattern is none, by line, with the reason.
    let skipped: [String]

    /// Rules in use.
    var count: Int { browsers.count + systems.count }

    /// What a rule found. `isRulesOwn` says that the family consists of words of the rule itself, not of whatever stood in
    /// the user agent.
    struct Answer: Sendable, Equatable {
        var family: String
        var major: String
        var isRulesOwn: Bool
    }

    /// Reads the rules. Throws where the file is not of uap-core's form.
    init(_ text: String) throws(RuleFileError) {
        let sections = try RuleFile.sections(text)
        var skipped: [String] = []
        func rules(_ section: String, _ family: String, _ major: String) throws(RuleFileError) -> [Rule] {
            guard let entries = sections[section], !entries.isEmpty else {
                throw RuleFileError(line: 0, message: "has no section \(section): is it the regexes.yaml of uap-core?")
            }
            var rules: [Rule] = []
            for entry in entries {
                do throws(RuleFileError) {
                    rules.append(try Rule(entry, family: family, major: major))
                } catch {
                    skipped.append(error.description)
                }
            }
            return rules
        }
        browsers = try rules("user_agent_parsers", "family_replacement", "v1_replacement")
        systems = try rules("os_parsers", "os_replacement", "os_v1_replacement")
        self.skipped = skipped
    }

    /// The browser; `nil` when no rule knows it.
    func browser(_ userAgent: String) -> Answer? { UserAgentRules.first(browsers, userAgent) }

    /// The operating system; `nil` when no rule knows it.
    func system(_ userAgent: String) -> Answer? { UserAgentRules.first(systems, userAgent) }

    private static func first(_ rules: [Rule], _ userAgent: String) -> Answer? {
        // A pattern takes longer the longer the text: it never sees more than this.
        let text =
            userAgent.utf8.count <= UserAgentScan.limit
            ? userAgent : String(decoding: userAgent.utf8.prefix(UserAgentScan.limit), as: UTF8.self)
        for rule in rules {
            guard let groups = rule.pattern.groups(in: text) else { continue }
            return rule.answer(groups)
        }
        return nil
    }

    private struct Rule: Sendable {
        let pattern: Pattern
        let source: String
        let family: String
        let major: String

        init(_ entry: RuleFile.Entry, family: String, major: String) throws(RuleFileError) {
            guard let source = entry.values["regex"], !source.isEmpty else {
                throw RuleFileError(line: entry.line, message: "has no regex")
            }
            self.source = source
            do throws(PatternError) {
                pattern = try Pattern(source, ignoringCase: entry.values["regex_flag"]?.contains("i") ?? false)
            } catch {
                throw RuleFileError(line: entry.line, message: error.message)
            }
            self.family = entry.values[family] ?? "$1"
            self.major = entry.values[major] ?? "$2"
        }

        func answer(_ groups: [String?]) -> Answer {
            var isRulesOwn = true
            let family = Rule.filled(family, groups) { group in
                if !source.contains(group) { isRulesOwn = false }
            }
            return Answer(family: family, major: Rule.filled(major, groups) { _ in }, isRulesOwn: isRulesOwn)
        }

        /// The replacement with `$1` to `$9` filled in, without spaces around it.
        private static func filled(_ text: String, _ groups: [String?], _ used: (String) -> Void) -> String {
            var bytes: [UInt8] = []
            var rest = text.utf8[...]
            while let byte = rest.first {
                rest.removeFirst()
                if byte == UInt8(ascii: "$"), let digit = rest.first, (0x31...0x39).contains(digit) {
                    rest.removeFirst()
                    let index = Int(digit) - 0x30
                    if index < groups.count, let group = groups[index] {
                        used(group)
                        bytes.append(contentsOf: group.utf8)
                    }
                } else {
                    bytes.append(byte)
                }
            }
            let isSpace = { (byte: UInt8) in byte == 0x20 || (9...13).contains(byte) }
            guard let start = bytes.firstIndex(where: { !isSpace($0) }),
                let end = bytes.lastIndex(where: { !isSpace($0) })
            else { return "" }
            return String(decoding: bytes[start...end], as: UTF8.self)
        }
    }
}

/// The command line after the subcommand: `--name value`, `--name=value`, `--flag` and positional words.
struct Arguments {
    private(set) var positional: [String] = []
    private var values: [String: [String]] = [:]
    private var flags: Set<String> = []

    /// Reads the words. `options` take a value, `flags` do not; anything else that begins with two hyphens is refused
    /// with the nearest name that is known.
    init(_ words: ArraySlice<String>, options: Set<String>, flags known: Set<String>) throws(CommandFailure) {
        var rest = words
        while let word = rest.popFirst() {
            guard word.hasPrefix("--"), word != "--" else {
                positional.append(word)
                continue
            }
            let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts.first ?? "")
            if known.contains(name), parts.count == 1 {
                flags.insert(name)
            } else if options.contains(name) {
                guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst() else {
                    throw .usage("--\(name) needs a value")
                }
                values[name, default: []].append(value)
            } else {
                let all = options.union(known).sorted().map { "--\($0)" }.joined(separator: ", ")
                throw .usage("there is no option --\(name) here (known: \(all))")
            }
        }
    }

    /// The value of an option; of several the last one counts.
    subscript(option: String) -> String? { values[option]?.last }

    /// All values of an option, in order.
    func all(_ option: String) -> [String] { values[option] ?? [] }

    /// Whether a flag is there.
    func has(_ flag: String) -> Bool { flags.contains(flag) }
}

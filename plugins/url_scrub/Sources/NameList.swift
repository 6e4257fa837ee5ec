/// Names of parameters without regard to the case of ASCII letters; a `*` at the end of a name stands for any ending.
struct NameList: Sendable {
    /// Names in lower case, by their length.
    private let whole: [[[UInt8]]]
    private let beginnings: [[UInt8]]

    init(_ names: [String]) {
        var whole: [[[UInt8]]] = []
        var beginnings: [[UInt8]] = []
        for name in names {
            let bytes = name.utf8.map(NameList.lowered)
            if bytes.last == UInt8(ascii: "*") {
                beginnings.append(bytes.dropLast())
                continue
            }
            while whole.count <= bytes.count { whole.append([]) }
            whole[bytes.count].append(bytes)
        }
        self.whole = whole
        self.beginnings = beginnings
    }

    /// Whether the list has the name that stands in `range`.
    func contains(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        if range.count < whole.count {
            for name in whole[range.count] where NameList.begins(bytes, range, with: name) { return true }
        }
        for beginning in beginnings where NameList.begins(bytes, range, with: beginning) { return true }
        return false
    }

    private static func begins(_ bytes: Span<UInt8>, _ range: Range<Int>, with beginning: [UInt8]) -> Bool {
        guard range.count >= beginning.count else { return false }
        for index in beginning.indices where lowered(bytes[range.lowerBound &+ index]) != beginning[index] {
            return false
        }
        return true
    }

    private static func lowered(_ byte: UInt8) -> UInt8 {
        byte &- 65 < 26 ? byte | 0x20 : byte
    }

    /// Whether the settings may name a parameter so.
    static func isName(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty, !bytes.dropLast().contains(UInt8(ascii: "*")) else { return false }
        return bytes.allSatisfy { $0 > 0x20 && $0 != 0x7f && !"=&;?#%+/".utf8.contains($0) }
    }
}

/// Addresses as people type them.
public enum EmailAddress {
    /// The address in the one form in which it is kept, lower case; `nil` for what is none. Only what mail servers
    /// accept in practice: no blanks, no quotes, one `@`, a host with a dot or `localhost`.
    public static func normalised(_ text: String) -> String? {
        let address = text.lowercased().split(separator: " ").joined()
        guard address.utf8.count <= 254, address.utf8.allSatisfy(isAllowed) else { return nil }
        let parts = address.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...64).contains(parts[0].utf8.count) else { return nil }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        guard labels.allSatisfy({ !$0.isEmpty }), labels.count > 1 || parts[1] == "localhost" else { return nil }
        return address
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7f && !"\"(),:;<>[]\\".utf8.contains(byte)
    }
}

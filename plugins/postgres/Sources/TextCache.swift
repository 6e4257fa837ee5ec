/// Texts whose number is known to stand in the database, at most about twice `limit` of them.
///
/// Two generations instead of a list of uses: when the young one is full it becomes the old one, and what is used again
/// moves back. Only committed rows may be added.
struct TextCache: Sendable {
    /// A text of a site.
    struct Key: Hashable, Sendable {
        var site: Int32
        var text: String
    }

    private var young: [Key: Int64] = [:]
    private var old: [Key: Int64] = [:]
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    /// The text's number, if it is known to be stored.
    mutating func number(of key: Key) -> Int64? {
        if let number = young[key] { return number }
        guard let number = old[key] else { return nil }
        insert(key, number)
        return number
    }

    /// Forgets all of them.
    mutating func forget() {
        young = [:]
        old = [:]
    }

    /// Longer texts are looked up every time: a flood of long paths that never come again must not fill the memory.
    static let longest = 256

    /// Remembers a stored text.
    mutating func insert(_ key: Key, _ number: Int64) {
        if key.text.utf8.count > TextCache.longest { return }
        if young.count >= limit {
            old = young
            young = [:]
        }
        young[key] = number
    }
}

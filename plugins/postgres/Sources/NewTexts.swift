import Cryptography
import Database

/// Texts of a batch that may be missing in the database.
struct NewTexts: Sendable {
    private var texts: [TextCache.Key: Int64] = [:]
    private var facts: [TextCache.Key: Int64] = [:]

    fileprivate mutating func number(ofText key: TextCache.Key) -> Int64 {
        if let number = texts[key] { return number }
        let number = ContentHash.sixtyFourBits(of: key.text)
        texts[key] = number
        return number
    }

    /// The number of a set of facts that may be missing, by its JSON.
    mutating func number(ofFacts key: TextCache.Key) -> Int64 {
        if let number = facts[key] { return number }
        let number = ContentHash.sixtyFourBits(of: key.text)
        facts[key] = number
        return number
    }

    /// To be called once they are committed.
    func remember(in memory: inout LoadMemory) {
        for (key, number) in texts { memory.texts.insert(key, number) }
        for (key, number) in facts { memory.facts.insert(key, number) }
    }

    /// Stores what may be missing, in one order for all loaders, so that two of them cannot wait for each other.
    func insert(_ connection: Connection) throws(DatabaseError) {
        func sorted(_ entries: [TextCache.Key: Int64]) -> [(key: TextCache.Key, value: Int64)] {
            entries.sorted { ($0.key.site, $0.value) < ($1.key.site, $1.value) }
        }
        let texts = sorted(self.texts)
        if !texts.isEmpty {
            try connection.execute(
                """
                INSERT INTO dictionary (site_id, text_id, text)
                SELECT * FROM unnest(\(texts.map(\.key.site)), \(texts.map(\.value)), \(texts.map(\.key.text)))
                ON CONFLICT DO NOTHING
                """)
        }
        let facts = sorted(self.facts)
        if !facts.isEmpty {
            try connection.execute(
                """
                INSERT INTO fact_set (site_id, facts_id, facts)
                SELECT * FROM unnest(\(facts.map(\.key.site)), \(facts.map(\.value)), \(jsons: facts.map(\.key.text)))
                ON CONFLICT DO NOTHING
                """)
        }
    }
}

extension LoadMemory {
    /// The text's number; `nil` for the empty text. What is not known to be stored is added to `new`.
    mutating func number(of text: String, site: Int32, new: inout NewTexts) -> Int64? {
        if text.isEmpty { return nil }
        let key = TextCache.Key(site: site, text: text)
        return texts.number(of: key) ?? new.number(ofText: key)
    }
}

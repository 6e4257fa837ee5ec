/// A small reader of our own pages: strict, where browsers forgive.
struct Markup {
    /// Everything that is wrong with the page.
    private(set) var problems: [String] = []
    /// The elements in order, with their attributes.
    private(set) var elements: [(name: String, attributes: [String: String])] = []
    private static let void: Set = ["meta", "link", "img", "br", "input"]

    init(_ page: String) {
        var open: [String] = []
        var rest = page[...]
        while let start = rest.firstIndex(of: "<") {
            rest = rest[rest.index(after: start)...]
            if rest.hasPrefix("!doctype html>") { continue }
            guard let tag = Markup.tag(&rest) else {
                problems.append("a tag without end at <\(rest.prefix(30))")
                return
            }
            if tag.name.hasPrefix("/") {
                let name = String(tag.name.dropFirst())
                if open.popLast() != name { problems.append("</\(name)> closes something else") }
                continue
            }
            note(tag)
            if !tag.isClosed, !Markup.void.contains(tag.name) { open.append(tag.name) }
        }
        if !open.isEmpty { problems.append("never closed: \(open.joined(separator: " "))") }
        let ids = elements.compactMap { $0.attributes["id"] }
        for id in Set(ids) where ids.count(where: { $0 == id }) > 1 { problems.append("id \(id) stands twice") }
    }

    private struct Tag {
        var name: String
        var attributes: [(String, String)]
        var isClosed: Bool
    }

    private mutating func note(_ tag: Tag) {
        var attributes: [String: String] = [:]
        for (name, value) in tag.attributes {
            if attributes.updateValue(value, forKey: name) != nil {
                problems.append("\(tag.name): \(name) stands twice")
            }
            if name.hasPrefix("on") { problems.append("\(tag.name): inline handler \(name)") }
            if name == "style" { problems.append("\(tag.name): inline style, which the policy forbids") }
        }
        if ["style", "iframe", "object", "embed", "base"].contains(tag.name) {
            problems.append("element \(tag.name)")
        }
        if tag.name == "script", attributes["src"] == nil { problems.append("a script without a file") }
        elements.append((tag.name, attributes))
    }

    /// `name a="b" c>`: attribute values must stand in double quotes.
    private static func tag(_ rest: inout Substring) -> Tag? {
        let name = rest.prefix { !$0.isWhitespace && $0 != ">" }
        rest = rest.dropFirst(name.count)
        var attributes: [(String, String)] = []
        while true {
            rest = rest.drop { $0.isWhitespace }
            if rest.hasPrefix("/>") {
                rest = rest.dropFirst(2)
                return Tag(name: String(name), attributes: attributes, isClosed: true)
            }
            if rest.hasPrefix(">") {
                rest = rest.dropFirst()
                return Tag(name: String(name), attributes: attributes, isClosed: name.hasSuffix("/"))
            }
            let attribute = rest.prefix { $0.isLetter || $0.isNumber || $0 == "-" || $0 == ":" }
            guard !attribute.isEmpty else { return nil }
            rest = rest.dropFirst(attribute.count)
            guard rest.hasPrefix("=") else {
                attributes.append((String(attribute), ""))
                continue
            }
            guard rest.hasPrefix("=\""), let end = rest.dropFirst(2).firstIndex(of: "\"") else { return nil }
            attributes.append((String(attribute), String(rest.dropFirst(2)[..<end])))
            rest = rest[rest.index(after: end)...]
        }
    }
}

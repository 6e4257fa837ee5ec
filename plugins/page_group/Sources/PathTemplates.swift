/// Many path templates as one trie over their segments: looking a path up costs by its segments, however many templates
/// there are. Only where some templates have a text and others a hole at the same place, both ways are followed.
struct PathTemplates: Sendable {
    private var nodes = [Node()]
    private var edges: [Edge] = []
    /// Texts of the edges, end to end.
    private var labels: [UInt8] = []
    /// Open addressing with linear probing: the number of an edge, or `none`. Its size is a power of two.
    private var slots: [Int32] = []

    /// What follows after some segments. Templates are named by their place in the list: the lowest wins.
    private struct Node {
        /// The template that ends here.
        var end = none
        /// The template that takes all that is left.
        var rest = none
        /// The node behind a segment of any text.
        var any = none
        /// The first template that can still fit from here on.
        var first = none
    }

    /// From a node to the next by a segment's text.
    private struct Edge {
        var from: Int32
        var to: Int32
        var label: Range<Int>
    }

    /// No template, node or edge; larger than any, so that the smallest is the first.
    private static let none = Int32.max

    /// A trie of these templates.
    init(_ templates: [PathTemplate]) {
        slots = [Int32](repeating: PathTemplates.none, count: 16)
        for (index, template) in templates.enumerated() { insert(template, Int32(truncatingIfNeeded: index)) }
    }

    private mutating func insert(_ template: PathTemplate, _ index: Int32) {
        var node = 0
        nodes[0].first = min(nodes[0].first, index)
        for segment in template.segments {
            switch segment {
            case .rest:
                nodes[node].rest = min(nodes[node].rest, index)
                return
            case .any:
                if nodes[node].any == PathTemplates.none { nodes[node].any = newNode() }
                node = Int(nodes[node].any)
            case .literal(let text):
                node = Int(child(of: Int32(truncatingIfNeeded: node), Array(text.utf8)))
            }
            nodes[node].first = min(nodes[node].first, index)
        }
        nodes[node].end = min(nodes[node].end, index)
    }

    private mutating func newNode() -> Int32 {
        nodes.append(Node())
        return Int32(truncatingIfNeeded: nodes.count - 1)
    }

    private mutating func child(of node: Int32, _ label: [UInt8]) -> Int32 {
        let known = next(from: node, label.span, 0..<label.count)
        if known != PathTemplates.none { return known }
        let start = labels.count
        labels += label
        let child = newNode()
        edges.append(Edge(from: node, to: child, label: start..<labels.count))
        if edges.count * 2 > slots.count {
            slots = [Int32](repeating: PathTemplates.none, count: slots.count * 2)
            for number in edges.indices { place(number) }
        } else {
            place(edges.count - 1)
        }
        return child
    }

    private mutating func place(_ number: Int) {
        let edge = edges[number]
        var slot = PathTemplates.hash(edge.from, labels.span, edge.label) & (slots.count - 1)
        while slots[slot] != PathTemplates.none { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = Int32(truncatingIfNeeded: number)
    }

    /// The place in the list of the first template that fits the path. What follows a question mark does not count, nor
    /// do empty segments.
    func first(fitting path: Span<UInt8>) -> Int? {
        guard nodes[0].first != PathTemplates.none else { return nil }
        var end = 0
        while end < path.count, path[end] != UInt8(ascii: "?") { end += 1 }
        var found = PathTemplates.none
        search(path, 0..<end, at: 0, &found)
        return found == PathTemplates.none ? nil : Int(found)
    }

    /// Looks for a template before `found` from this node on. No deeper than the longest template.
    private func search(_ path: Span<UInt8>, _ range: Range<Int>, at number: Int, _ found: inout Int32) {
        let node = nodes[number]
        found = min(found, node.rest)
        var start = range.lowerBound
        while start < range.upperBound, path[start] == UInt8(ascii: "/") { start += 1 }
        guard start < range.upperBound else {
            found = min(found, node.end)
            return
        }
        var end = start
        while end < range.upperBound, path[end] != UInt8(ascii: "/") { end += 1 }
        let child = next(from: Int32(truncatingIfNeeded: number), path, start..<end)
        follow(child, path, end..<range.upperBound, &found)
        follow(node.any, path, end..<range.upperBound, &found)
    }

    private func follow(_ node: Int32, _ path: Span<UInt8>, _ range: Range<Int>, _ found: inout Int32) {
        guard node != PathTemplates.none, nodes[Int(node)].first < found else { return }
        search(path, range, at: Int(node), &found)
    }

    /// The node behind this segment's text.
    private func next(from node: Int32, _ bytes: Span<UInt8>, _ segment: Range<Int>) -> Int32 {
        var slot = PathTemplates.hash(node, bytes, segment) & (slots.count - 1)
        while slots[slot] != PathTemplates.none {
            let edge = edges[Int(slots[slot])]
            if edge.from == node, edge.label.count == segment.count, isEqual(edge.label, bytes, segment) {
                return edge.to
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        return PathTemplates.none
    }

    private func isEqual(_ label: Range<Int>, _ bytes: Span<UInt8>, _ segment: Range<Int>) -> Bool {
        for place in 0..<label.count where labels[label.lowerBound + place] != bytes[segment.lowerBound + place] {
            return false
        }
        return true
    }

    /// FNV-1a (Fowler, Noll and Vo), begun with the node. Paths of visitors are only looked up, so that nobody but the
    /// operator can make entries collide.
    private static func hash(_ node: Int32, _ bytes: Span<UInt8>, _ segment: Range<Int>) -> Int {
        var hash = 0xcbf2_9ce4_8422_2325 ^ UInt64(UInt32(bitPattern: node))
        hash = hash &* 0x0000_0100_0000_01b3
        for place in segment { hash = (hash ^ UInt64(bytes[place])) &* 0x0000_0100_0000_01b3 }
        return Int(truncatingIfNeeded: hash ^ hash >> 32)
    }
}

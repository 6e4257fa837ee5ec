/// Bodies of forms with files (RFC 7578).
enum Multipart {
    /// A field or a file.
    struct Part {
        var name: String
        var isFile: Bool
        var bytes: [UInt8]
    }

    /// The parts of a body; none where it is not one.
    static func parts(of body: [UInt8], type: String) -> [Part] {
        guard let boundary = boundary(in: type) else { return [] }
        let delimiter = Array("\r\n--\(boundary)".utf8)
        // The first delimiter has no line before it.
        let text = Array("\r\n".utf8) + body
        var parts: [Part] = []
        var places = text.places(of: delimiter)[...]
        while let place = places.popFirst(), let next = places.first {
            let part = text[(place + delimiter.count)..<next]
            guard let end = Array(part).places(of: Array("\r\n\r\n".utf8)).first else { continue }
            let head = String(decoding: part.prefix(end), as: UTF8.self)
            guard let name = parameter("name", in: head) else { continue }
            parts.append(
                Part(name: name, isFile: parameter("filename", in: head) != nil, bytes: Array(part.dropFirst(end + 4))))
        }
        return parts
    }

    private static func boundary(in type: String) -> String? {
        guard let range = type.utf8.firstRangeOf("boundary=") else { return nil }
        let value = String(type[range...].prefix { $0 != ";" }.filter { $0 != "\"" })
        return (1...70).contains(value.utf8.count) ? value : nil
    }

    private static func parameter(_ name: String, in head: String) -> String? {
        // `; name="` is not found within `filename="`.
        guard let start = head.utf8.firstRangeOf("; \(name)=\"") else { return nil }
        return String(head[start...].prefix { $0 != "\"" })
    }
}

extension String.UTF8View {
    /// The place behind the first occurrence of a text.
    fileprivate func firstRangeOf(_ text: String) -> String.Index? {
        var place = startIndex
        while place < endIndex {
            if self[place...].starts(with: text.utf8) { return index(place, offsetBy: text.utf8.count) }
            formIndex(after: &place)
        }
        return nil
    }
}

extension [UInt8] {
    /// Where a pattern begins, without overlaps.
    fileprivate func places(of pattern: [UInt8]) -> [Int] {
        guard let first = pattern.first else { return [] }
        var places: [Int] = []
        var index = 0
        while index + pattern.count <= count {
            if self[index] == first, self[index..<(index + pattern.count)].elementsEqual(pattern) {
                places.append(index)
                index += pattern.count
            } else {
                index += 1
            }
        }
        return places
    }
}

import EventModel

@testable import Collect

/// What browsers and servers send: JSON of every kind, and the query of the pixel. The first byte chooses.
enum BeaconTarget: FuzzTarget {
    static let name = "beacon"

    static func seeds() -> [[UInt8]] {
        let event =
            #"{"s":"ab","n":"order","u":"https://a.example/x?y=1","r":"","t":"T\u00fc \ud83d\ude00\ud800","#
            + #""w":1280,"ts":1.5e3,"i":"0123","p":{"a":1,"b":"\\x","c":true,"d":null,"a":-0.5},"x":[{},[],null]}"#
        let server = #"{"u":"https://a.example/","address":"192.0.2.1","user_agent":"M"}"#
        let texts: [(UInt8, String)] = [
            (0, event), (0, "[\(event),{}]"), (0, "\u{feff} [ ] "), (1, "\(server)\n\(server)\n"),
            (1, "[\(server),{\"u\":7}]"), (2, "s=ab&u=https%3A%2F%2Fa.example%2F&t=a+b&w=300&i=%00&n="),
        ]
        return texts.map { [$0.0] + Array($0.1.utf8) }
    }

    static func run(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        let body = Array(bytes.dropFirst())
        switch first % 3 {
        case 0: checkBeacon(body)
        case 1: checkBatch(body)
        default: check(WireEvent(query: String(decoding: body, as: UTF8.self)))
        }
    }

    private static func checkBeacon(_ body: [UInt8]) {
        do throws(Rejection) {
            let events = try WireEvent.decode(body)
            promise((1...WireEvent.Limit.eventsPerRequest).contains(events.count), "1 to 100 events")
            for event in events {
                check(event)
                promise(event.address.isEmpty && event.userAgent.isEmpty, "a page does not speak for its visitor")
            }
        } catch {
            check(error)
        }
    }

    /// As `ServerEvents` goes through a body: an event that is refused is passed.
    private static func checkBatch(_ body: [UInt8]) {
        var places: [Int] = []
        do throws(Rejection) {
            try WireEvent.scan(body, limit: 200, lines: true) { scanner, index in
                places.append(index ?? -1)
                let beginning = scanner
                do {
                    check(try WireEvent.event(&scanner, from: .server, index: index))
                } catch let rejection as Rejection {
                    check(rejection)
                    scanner = beginning
                    try scanner.skip()
                }
            }
            promise(!places.isEmpty, "a body without an event is refused")
        } catch {
            check(error)
        }
        promise(places == Array(places.indices), "places are counted from 0")
        promise(places.count <= 200, "no more events than allowed")
    }

    private static func check(_ event: WireEvent) {
        typealias Limit = WireEvent.Limit
        let texts = [
            (event.site, Limit.site), (event.name, Limit.name), (event.url, Limit.url), (event.referrer, Limit.url),
            (event.title, Limit.title), (event.id, Limit.id), (event.address, Limit.id),
            (event.userAgent, Limit.userAgent),
        ]
        for (text, limit) in texts { check(text, limit) }
        promise(event.width.map { (1...100_000).contains($0) } ?? true, "a width is 1 to 100,000")
        promise(event.properties.count <= Limit.properties, "no more properties than allowed")
        promise(Set(event.properties.map(\.name)).count == event.properties.count, "no name of a property stands twice")
        for property in event.properties {
            promise(!property.name.isEmpty, "a property has a name")
            check(property.name, Limit.propertyName)
            switch property.value {
            case .text(let text): check(text, Limit.propertyValue)
            case .number(let number): promise(number.isFinite, "a number is finite")
            case .flag: break
            }
        }
        checkWriting(event.properties)
    }

    private static func check(_ text: String, _ limit: Int) {
        promise(text.utf8.count <= limit, "a text has at most \(limit) bytes")
        promise(!text.utf8.contains { $0 < 0x20 || $0 == 0x7f }, "a text has no control characters")
    }

    /// The stores' writer of JSON and this reader understand each other.
    private static func checkWriting(_ properties: [Property]) {
        guard let object = JSONText.object(properties) else { return promise(false, "finite numbers can be written") }
        let body = Array("{\"p\":".utf8) + object + Array("}".utf8)
        let again = try? WireEvent.decode(body)
        promise(again?.first?.properties == properties, "properties are read as they are written")
    }

    /// The answer is JSON, whatever the text that it names.
    private static func check(_ rejection: Rejection) {
        var scanner = JSONScanner(rejection.json)
        let isWhole = (try? scanner.skip()) != nil && scanner.isAtEnd()
        promise(isWhole, "the answer is JSON: \(rejection)")
    }
}

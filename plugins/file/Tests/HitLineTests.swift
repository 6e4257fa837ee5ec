import Configuration
import EventModel
import FoundationEssentials
import PluginAPI
import PluginTesting
import Testing

@testable import FilePlugin

@Suite struct HitLineTests {
    private static func line(_ hit: Hit) throws(StoreError) -> String {
        var bytes: [UInt8] = []
        try HitLine.append(hit, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func hit(time: Int64 = 1_700_000_000_007) -> Hit {
        Hit(
            site: SiteID(rawValue: 7), id: EventID(0x0189_47ad_0000_7000_8000_0000_0000_00ff), name: "pageview",
            receivedAt: Timestamp(milliseconds: 1_700_000_000_123), time: Timestamp(milliseconds: time))
    }

    private static func full() -> Hit {
        var hit = hit()
        hit.hostname = "example.com"
        hit.path = "/shop"
        hit.title = "Straße \"A\"\n"
        hit.source = "Google"
        hit.referrerHost = "www.google.com"
        hit.referrerPath = "/search"
        hit.country = "AT"
        hit.viewportWidth = 1280
        hit.visitor = VisitorID(rawValue: 0xfedc_ba98_7654_3210)
        hit.visitorBefore = VisitorID(rawValue: 0x1111_2222_3333_4444)
        hit.user = UserID(rawValue: 0x51c0_ba98_7654_3210)
        hit.properties = [Property("plan", .text("gold")), Property("price", .number(9.5))]
        hit.facts = [Property("interactive", .flag(false))]
        hit.isBot = true
        hit.quarantine = "too_long"
        hit.weight = 10
        return hit
    }

    @Test func aLineIsWhatTheDocumentationSays() throws {
        #expect(
            try HitLineTests.line(HitLineTests.full())
                == #"{"site":7,"id":"018947ad-0000-7000-8000-0000000000ff","name":"pageview","#
                + #""received_at":"2023-11-14T22:13:20.123Z","time":"2023-11-14T22:13:20.007Z","#
                + #""hostname":"example.com","path":"/shop","title":"Straße \"A\"\u000a","source":"Google","#
                + #""referrer_host":"www.google.com","referrer_path":"/search","country":"AT","viewport_width":1280,"#
                + #""is_bot":true,"quarantine":"too_long","weight":10,"#
                + #""visitor":"fedcba9876543210","user":"51c0ba9876543210","properties":{"plan":"gold","price":9.5},"#
                + #""facts":{"interactive":false}}"# + "\n")
    }

    @Test func whatIsNotKnownIsLeftOut() throws {
        #expect(
            try HitLineTests.line(HitLineTests.hit())
                == #"{"site":7,"id":"018947ad-0000-7000-8000-0000000000ff","name":"pageview","#
                + #""received_at":"2023-11-14T22:13:20.123Z","time":"2023-11-14T22:13:20.007Z"}"# + "\n")
    }

    /// What is declared to be read is what is written, under the same names.
    @Test func theMembersAreTheDeclaredFields() throws {
        guard case .table(let members) = try ConfigValue(json5: HitLineTests.line(HitLineTests.full())) else {
            Issue.record("a line is an object")
            return
        }
        let declared = FileStore.declaration(for: FileSettings()).reads.map(\.rawValue)
        #expect(Set(members.keys) == Set(declared + ["facts"]))
        #expect(!declared.contains("visitor_before"))
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"), (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] as [(Int64, String)])
    func timesHaveMilliseconds(milliseconds: Int64, text: String) throws {
        #expect(try HitLineTests.line(HitLineTests.hit(time: milliseconds)).contains("\"time\":\"\(text)\""))
    }

    @Test func whatHasNoFormIsPoisonAndStillADeadLetter() throws {
        var endless = HitLineTests.hit()
        endless.properties = [Property("a", .number(.infinity)), Property("b", .text("kept"))]
        var factual = HitLineTests.hit()
        factual.facts = [Property("a", .number(.nan))]
        let hits = [
            endless, factual, HitLineTests.hit(time: .min), HitLineTests.hit(time: .max),
            HitLineTests.hit(time: 253_402_300_800_000),
        ]
        for hit in hits {
            #expect {
                try HitLineTests.line(hit)
            } throws: { error in
                if case .poison? = error as? StoreError { true } else { false }
            }
            var bytes: [UInt8] = []
            HitLine.append(dead: hit, sequence: 5, reason: "because", to: &bytes)
            guard case .table(let letter) = try ConfigValue(json5: String(decoding: bytes, as: UTF8.self)) else {
                Issue.record("a dead letter is an object")
                continue
            }
            #expect(Set(letter.keys) == ["reason", "sequence", "event"])
            #expect(letter["reason"] == .text("because"))
            #expect(letter["sequence"] == .integer(5))
        }
    }

    /// As JSON: Foundation's JSON5 does not take the zero character, however it is written.
    private struct Read: Decodable {
        var name: String?
        var title: String?
        var path: String?
        var properties: [String: ConfigValue]
    }

    @Test func everyHostileEventIsOneLineOfJSONOrPoison() throws {
        var written = 0
        for event in HostileEvents.all {
            do {
                let line = try HitLineTests.line(event.hit)
                #expect(line.utf8.count { $0 == UInt8(ascii: "\n") } == 1 && line.hasSuffix("}\n"))
                let read = try JSONDecoder().decode(Read.self, from: Data(line.utf8))
                #expect((read.name ?? "").utf8.elementsEqual(event.hit.name.utf8))
                #expect((read.title ?? "").utf8.elementsEqual(event.hit.title.utf8))
                #expect((read.path ?? "").utf8.elementsEqual(event.hit.path.utf8))
                #expect(Set(read.properties.keys) == Set(event.hit.properties.map(\.name)))
                written += 1
            } catch StoreError.poison {
            }
        }
        #expect(written > HostileEvents.texts.count)
    }
}

import RegularExpressions
import Testing

@Suite struct PatternTests {
    @Test func groupsAreFound() throws {
        let pattern = try Pattern(#"(Firefox)/(\d+)(?:\.(\d+))?"#)
        #expect(pattern.groups(in: "x Firefox/128.0 y") == ["Firefox/128.0", "Firefox", "128", "0"])
        #expect(pattern.groups(in: "Firefox/128 y")?.prefix(3) == ["Firefox/128", "Firefox", "128"])
        #expect(pattern.groups(in: "") == nil)
    }

    @Test func aGroupThatTookNoPartIsNone() throws {
        #expect(try Pattern("(a)?(b)").groups(in: "b") == ["b", nil, "b"])
        #expect(try Pattern("(a)|(b)|(c)").groups(in: "b") == ["b", nil, "b"])
    }

    @Test func caseCanBeIgnored() throws {
        #expect(try Pattern("bot", ignoringCase: true).occurs(in: "GoogleBOT"))
        #expect(try !Pattern("bot").occurs(in: "GoogleBOT"))
    }

    @Test func whatIsNoPatternIsRefusedWithAReason() {
        #expect(throws: PatternError.self) { try Pattern("(") }
        #expect(throws: PatternError.self) { try Pattern("[z-a]") }
    }

    @Test func aPatternThatNeverEndsEnds() throws {
        #expect(try !Pattern("^(a+)+$").occurs(in: String(repeating: "a", count: 1000) + "b"))
    }

    @Test func bytesThatAreNoTextDoNotTrap() throws {
        #expect(try Pattern("b").occurs(in: String(decoding: [0xff, 0x62] as [UInt8], as: UTF8.self)))
    }
}

import OneTimePassword
import Testing

@Suite struct RecoveryCodeTests {
    @Test func theyAreMadeInOneForm() {
        let codes = RecoveryCode.make(count: 1000)
        #expect(Set(codes).count == 1000)
        var seen: Set<Character> = []
        for code in codes {
            let halves = code.split(separator: "-")
            #expect(halves.map(\.count) == [5, 5])
            seen.formUnion(halves.joined())
            #expect(RecoveryCode.normalised(code) == code)
        }
        // 10,000 characters of 32: that one is missing happens once in 10¹³⁶ runs. 32 are five bits each.
        #expect(seen.sorted() == "0123456789abcdefghjkmnpqrstvwxyz".sorted())
        #expect(RecoveryCode.make().count == 10)
        #expect(RecoveryCode.make(count: 0).isEmpty && RecoveryCode.make(count: -1).isEmpty)
        #expect(RecoveryCode.make(count: .max).count == 1000)
    }

    @Test(arguments: [
        "01abc-xyz89", "01ABC-XYZ89", "01abcxyz89", " 01 abc - xyz 89\r\n", "OIabc-xyz89", "oLabc-xyz89",
        "0-1-a-b-c-x-y-z-8-9",
    ])
    func whatPeopleTypeIsUnderstood(_ input: String) {
        #expect(RecoveryCode.normalised(input) == "01abc-xyz89")
    }

    @Test(arguments: [
        "", "-", "01abc-xyz8", "01abc-xyz899", "01abu-xyz89", "01abc-xyz8\0", "01abc–xyz89", "０１abc-xyz89",
        "01äbc-xyz89", "'; --  ' OR",
        "\u{301}1abc-xyz89", String(repeating: "a", count: 1_000_000), String(repeating: " ", count: 60) + "01abcxyz89",
    ])
    func whatCannotBeACodeIsRefused(_ input: String) {
        #expect(RecoveryCode.normalised(input) == nil)
    }
}

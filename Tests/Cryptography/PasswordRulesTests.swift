import Cryptography
import TestSupport
import Testing

@Suite struct PasswordRulesTests {
    private func problem(_ password: String, _ email: String = "anna.muster@shop.example") -> PasswordProblem? {
        PasswordRules.problem(with: password, email: email)
    }

    @Test func lengthIsCountedInUnicodeScalars() {
        #expect(problem("") == .tooShort(characters: 0))
        #expect(problem("tischlampen") == .tooShort(characters: 11))
        #expect(problem("tischlampenx") == nil)
        #expect(problem("Fünf Äpfel ß") == nil)
        // One character to the eye, seven scalars.
        #expect(problem("👨‍👩‍👧‍👦") == .tooShort(characters: 7))
        let long = (0..<128).map { String(($0 * 7919 + 13) % 9973, radix: 36) }.joined()
        #expect(problem(String(long.prefix(128))) == nil)
        #expect(problem(String(long.prefix(129))) == .tooLong(characters: 129))
    }

    @Test(arguments: [
        "aaaaaaaaaaaa", "            ", "abababababab", "xyzxyzxyzxyz", "9d$k9d$k9d$k9", "AAAAAAaaaaaa", "üüüüüüüüüüüü",
    ])
    func repetitionsAreRefused(_ password: String) {
        #expect(problem(password) == .repetition)
    }

    @Test(arguments: [
        "123456789012", "098765432109", "abcdefghijkl", "zyxwvutsrqponm", "qwertyuiopas", "QWERTYUIOPAS",
        "qwertzuiop12",
        "azertyuiop123", "1qaz2wsx3edc", "zaq12wsxcde3", "asdfghjkl1234", "112233445566", "aabbccddeeff",
        "111222333444",
        "1234-5678-9012", "qwerty123456", "abcd1234efgh", "!@#$%^&*()_+",
    ])
    func sequencesAreRefused(_ password: String) {
        #expect(problem(password) == .sequence, "\(password)")
    }

    @Test(arguments: [
        "anna.muster@shop.example", "ANNA.MUSTER@SHOP.EXAMPLE", "annamustershop", "muster-anna-2026", "footfall2026!",
        "FootFall-Anna", "footfallfootfall", "Anna Muster 1", "shop.example1", "f00tfall2026",
    ])
    func ownNamesAreRefused(_ password: String) {
        #expect(problem(password) == .ownName, "\(password)")
    }

    @Test(arguments: [
        "password1234", "Passwort2026!", "p@ssw0rd1234", "iloveyou1234", "letmein12345", "welcome2footfall",
        "adminadmin12",
        "changeme1234", "passwordpassword", "MyPassword12", "Sunshine2026!", "footballqwerty", "qwertypassword",
        "trustno1trustno1", "anna-iloveyou",
    ])
    func whatIsTriedFirstIsRefused(_ password: String) {
        #expect(problem(password) == .common, "\(password)")
    }

    @Test(arguments: [
        "correct horse battery staple", "tischlampe grün 7", "vV3$kq9!xPz2", "-]$;%(!@&*^{", "839201746525",
        "muster findet käse",
        "annamaria kocht reis", "the quick brown fox", "пароль для сайта", "我的密码是很长的一句话吧你好", "footfall counts feet",
        "\0\u{1}\u{2}x\u{7f}hj\u{ffff}pq\u{10ffff}z",
    ])
    func othersAreTaken(_ password: String) {
        #expect(problem(password) == nil, "\(password)")
    }

    @Test func randomPasswordsAreTaken() {
        for _ in 0..<2000 { #expect(problem(Randomness.text(16)) == nil) }
        // Of digits alone, one in some ten thousand happens to be made of sequences.
        var random = SeededRandom(2)
        let refused = (0..<2000).filter { _ in
            problem((0..<16).map { _ in "\(Int.random(in: 0...9, using: &random))" }.joined()) != nil
        }
        #expect(refused.count < 5)
    }

    /// Neither traps nor takes long, whatever comes.
    @Test func hostileTextsAreAnswered() {
        var random = SeededRandom(11)
        let pieces = ["a", "@", ".", "footfall", "1234", "\0", "\u{301}", "👨‍👩‍👧‍👦", "password", "ß", "İ", "\u{10ffff}"]
        func text() -> String {
            (0..<Int.random(in: 0..<60, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
                .joined()
        }
        for _ in 0..<300 { _ = problem(text(), text()) }
        for email in ["", "@", "@@@@", ".", String(repeating: "a@b.", count: 10_000)] {
            #expect(problem("tischlampenx", email) == nil)
        }
        #expect(problem(String(repeating: "ab1", count: 1_000_000)) == .tooLong(characters: 3_000_000))
    }

    @Test func theAnswerHasWordsWithoutThePassword() {
        for password in ["short", "aaaaaaaaaaaa", "123456789012", "footfall2026", "p@ssw0rd1234"] {
            let words = problem(password)?.words ?? ""
            #expect(words.hasSuffix("."))
            #expect(!words.contains(password))
        }
        #expect(problem("short")?.words.contains("has 5") == true)
    }
}

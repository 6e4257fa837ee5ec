/// Why a password is refused.
public enum PasswordProblem: Error, Sendable, Equatable {
    /// It has only so many characters.
    case tooShort(characters: Int)
    /// It has so many characters.
    case tooLong(characters: Int)
    /// A few characters, again and again.
    case repetition
    /// Characters as they follow each other on the keyboard or in the alphabet.
    case sequence
    /// The person's own address, or this program's name.
    case ownName
    /// Words that everybody tries first.
    case common

    /// What to say to the person who chose it. Never contains the password.
    public var words: String {
        switch self {
        case .tooShort(let characters):
            "A password has at least \(PasswordRules.lengths.lowerBound) characters; this one has \(characters). "
                + "A few words that do not belong together are easy to remember."
        case .tooLong(let characters):
            "A password has at most \(PasswordRules.lengths.upperBound) characters; this one has \(characters)."
        case .repetition: "This password is the same few characters again and again, which is soon guessed."
        case .sequence: "This password follows the keyboard or the alphabet, which is soon guessed."
        case .ownName: "This password is made of your e-mail address or of Footfall's name, which is tried first."
        case .common: "This password is made of the words that are tried first."
        }
    }
}

/// What a password must be (OWASP ASVS 5.0, 6.2): long, and not among those that are tried first. No kinds of characters
/// are asked for: that makes passwords harder to remember, not to guess.
///
/// Instead of a list of leaked passwords, what such lists consist of at this length is recognised: a password is refused
/// when it can be put together of common words, names and sequences with at most six digits or signs left over.
public enum PasswordRules {
    /// Unicode scalars that a password has.
    public static let lengths = 12...128

    /// Digits and signs that may stand between known parts without making them worth anything, such as a year.
    private static let looseLimit = 6

    /// Why the password is refused for the person with this e-mail address; `nil` when it is not.
    public static func problem(with password: String, email: String) -> PasswordProblem? {
        let count = password.unicodeScalars.count
        if count < lengths.lowerBound { return .tooShort(characters: count) }
        if count > lengths.upperBound { return .tooLong(characters: count) }
        let characters = Array(password.lowercased().unicodeScalars)
        if isRepetition(characters) { return .repetition }
        var once = characters
        for index in characters.indices.dropFirst().reversed() where once[index] == once[index - 1] {
            once.remove(at: index)
        }
        // 112233445566 is 123456.
        if isMade(of: [], characters) || isMade(of: [], once) { return .sequence }
        let names = ownNames(email)
        if isMade(of: names, characters) { return .ownName }
        if isMade(of: names + commonWords, characters) { return .common }
        return nil
    }

    /// A unit of at most four characters over and over; the last one may be cut short.
    private static func isRepetition(_ characters: [Unicode.Scalar]) -> Bool {
        (1...4).contains { unit in zip(characters, characters.dropFirst(unit)).allSatisfy { $0 == $1 } }
    }

    /// The address, what stands before and after its `@`, the words of both, and this program.
    private static func ownNames(_ email: String) -> [[Unicode.Scalar]] {
        // An address has at most 254 bytes (RFC 5321); whoever says more gets no more work done.
        let address = String(email.lowercased().unicodeScalars.prefix(254))
        let sides = address.split(separator: "@")
        let words = address.unicodeScalars.split { !$0.properties.isAlphabetic && !("0"..."9").contains($0) }
        let texts = Set([address] + sides.map(String.init) + words.map { String($0) } + ["footfall"])
        return texts.filter { !$0.isEmpty }.map { Array($0.unicodeScalars) }
    }

    /// Whether the password is nothing but these words, sequences, repeated characters and a few digits or signs. Counts
    /// for every beginning of it how many characters at least belong to no such part.
    private static func isMade(of words: [[Unicode.Scalar]], _ characters: [Unicode.Scalar]) -> Bool {
        var loose = [Int](repeating: .max, count: characters.count + 1)
        loose[0] = 0
        for start in characters.indices where loose[start] <= looseLimit {
            func reach(_ end: Int, more: Int = 0) { loose[end] = min(loose[end], loose[start] + more) }
            if !characters[start].properties.isAlphabetic { reach(start + 1, more: 1) }
            for word in words where isThere(word, in: characters, at: start) { reach(start + word.count) }
            let run = KeyboardSequences.longestRun(in: characters, from: start)
            if run >= KeyboardSequences.shortest {
                for length in KeyboardSequences.shortest...run { reach(start + length) }
            }
            let same = characters[start...].prefix { $0 == characters[start] }.count
            if same >= 3 { for length in 3...same { reach(start + length) } }
        }
        return loose[characters.count] <= looseLimit
    }

    private static func isThere(_ word: [Unicode.Scalar], in characters: [Unicode.Scalar], at start: Int) -> Bool {
        guard word.count <= characters.count - start else { return false }
        return zip(word, characters[start...]).allSatisfy { letter, character in
            letter == character || lookAlikes[character]?.contains(letter) == true
        }
    }

    /// Signs that people write for letters.
    private static let lookAlikes: [Unicode.Scalar: [Unicode.Scalar]] = [
        "@": ["a"], "4": ["a"], "3": ["e"], "1": ["i", "l"], "!": ["i", "l"], "0": ["o"], "5": ["s"], "$": ["s"],
        "7": ["t"], "8": ["b"], "9": ["g"],
    ]

    /// Written down by hand: what comes to mind, in a few languages.
    private static let commonWords: [[Unicode.Scalar]] =
        """
        password passwords passwort kennwort motdepasse contrasena senha wachtwoord haslo parola pass word login logmein
        signin letmein openup open sesame secret geheim private admin administrator root superuser user username guest
        master default changeme change temp temporary test tester testing example demo hello hallo welcome willkommen
        bienvenue bonjour please access account website analytics dashboard server computer internet online security secure
        love iloveyou iloveu loveyou lover ichliebedich schatz baby babygirl angel sunshine princess prince princesa queen
        king monkey dragon tiger lion eagle kitty puppy flower cookie chocolate banana pepper ginger cheese summer winter
        spring autumn sommer herbst monday tuesday wednesday thursday friday saturday sunday january february march april
        june july august september october november december football fussball soccer baseball basketball hockey liverpool
        chelsea arsenal barcelona superman batman spiderman pokemon starwars matrix ninja killer hunter ranger shadow
        mustang ferrari porsche mercedes yamaha samsung google facebook microsoft windows linux ubuntu debian apple android
        qwerty qwertz azerty asdf trustno nothing whatever freedom america london berlin paris michael jessica jennifer
        thomas daniel andrew charlie jordan michelle nicole ashley matthew robert william alexander maria anna peter lucky
        happy money blink forever fuckyou fuck jesus christ god heaven my your the and this is for new you me not
        """.split { $0.isWhitespace }.map { Array($0.unicodeScalars) }
}

/// Rows of keyboards and alphabets, forwards and backwards.
private enum KeyboardSequences {
    /// Characters from which on neighbours are no accident.
    static let shortest = 4

    /// English, German and French keyboards by rows, the columns downwards and upwards, digits with shift.
    private static let rows = [
        "12345678901", "abcdefghijklmnopqrstuvwxyza", "qwertyuiopasdfghjklzxcvbnm", "qwertzuiopüasdfghjklöäyxcvbnm",
        "azertyuiopqsdfghjklmwxcvbn", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "1qay2wsx3edc4rfv5tgb6zhn7ujm8ik9ol0p",
        "zaq1xsw2cde3vfr4bgt5nhy6mju7", "!@#$%^&*()_+", "!\"§$%&/()=?",
    ]

    /// For each row and direction, what follows a character.
    private static let followers: [[Unicode.Scalar: Unicode.Scalar]] = rows.flatMap { row in
        let forwards = Array(row.unicodeScalars)
        return [forwards, forwards.reversed()].map { row in
            Dictionary(zip(row, row.dropFirst()), uniquingKeysWith: { first, _ in first })
        }
    }

    /// Characters from `start` on that follow one row in one direction.
    static func longestRun(in characters: [Unicode.Scalar], from start: Int) -> Int {
        followers.map { follower in
            var end = start + 1
            while end < characters.count, follower[characters[end - 1]] == characters[end] { end += 1 }
            return end - start
        }.max() ?? 0
    }
}

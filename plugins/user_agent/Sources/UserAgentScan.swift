/// One pass over the bytes of a user agent. It is read as words, each with the number behind it: `Chrome/138.0.0.0`,
/// `Android 10`, `MSIE 9.0`, `UCWEB7.9`. Words in the table leave a mark or name a browser; all others are passed over.
struct UserAgentScan {
    private(set) var marks: Marks = []
    private(set) var browser = Browser.unknown
    private(set) var major: Int16 = -1
    private(set) var rank: UInt8 = 0
    /// Numbers behind `Version`, `Chrome`, `MSIE`, `Trident`, `IEMobile`, `Android`, `OS` and Facebook's `FBAV`.
    private(set) var version: Int16 = -1
    private(set) var chrome: Int16 = -1
    private(set) var msie: Int16 = -1
    private(set) var trident: Int16 = -1
    private(set) var ieMobile: Int16 = -1
    private(set) var android: Int16 = -1
    private(set) var os: Int16 = -1
    private(set) var osMinor: Int16 = -1
    private(set) var fbav: Int16 = -1
    /// The system's version as an app says it (`FBSV/17.5`, `iOS 17_5`), which nobody has frozen.
    private(set) var stated: Int16 = -1
    private var previous = Role.plain

    /// Bytes of a user agent that are read: as many as the edge lets through.
    static let limit = 1024

    /// A word's number, and what stood between the two (0 for nothing).
    struct Number {
        var major: Int16 = -1
        var minor: Int16 = -1
        var separator: UInt8 = 0
    }

    /// Reads the user agent.
    mutating func read(_ bytes: Span<UInt8>) {
        let table = WordTable.all
        let end = min(bytes.count, UserAgentScan.limit)
        var place = 0
        while place < end {
            let byte = bytes[place]
            guard byte.isLetter else {
                place &+= 1
                // The S of "4S" is no word.
                if byte.isDigit { UserAgentScan.skipName(bytes, end, &place) }
                continue
            }
            let start = place
            var letters = PackedLetters()
            letters.append(byte)
            place &+= 1
            while place < end, bytes[place].isLetter {
                letters.append(bytes[place])
                place &+= 1
            }
            let number = UserAgentScan.number(bytes, end, &place)
            if letters.count <= 16, let word = table.find(letters.head, letters.tail) {
                if previous == .like {
                    // "like Gecko", "like iPhone OS 7": what somebody is not.
                    previous = .plain
                } else {
                    take(word, number, isAfterPlus: start > 0 && bytes[start &- 1] == UInt8(ascii: "+"))
                    previous = word.role
                }
            } else {
                takeUnknown(letters, number, next: place < end ? bytes[place] : 0)
                previous = .plain
            }
        }
    }

    private static func skipName(_ bytes: Span<UInt8>, _ end: Int, _ place: inout Int) {
        while place < end {
            let byte = bytes[place]
            guard byte.isLetter || byte.isDigit || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") else {
                return
            }
            place &+= 1
        }
    }

    /// The number behind a word, after at most one separator and a space.
    private static func number(_ bytes: Span<UInt8>, _ end: Int, _ place: inout Int) -> Number {
        var number = Number()
        var next = place
        guard next < end else { return number }
        if !bytes[next].isDigit {
            // "[LinkedInApp]/9.29"
            if bytes[next] == UInt8(ascii: "]"), next &+ 1 < end, bytes[next &+ 1] == UInt8(ascii: "/") { next &+= 1 }
            switch bytes[next] {
            case UInt8(ascii: "/"), UInt8(ascii: " "), UInt8(ascii: "+"), UInt8(ascii: ":"), UInt8(ascii: "-"),
                UInt8(ascii: "_"):
                number.separator = bytes[next]
                next &+= 1
                if next < end, bytes[next] == UInt8(ascii: " ") { next &+= 1 }
            default: return number
            }
            guard next < end, bytes[next].isDigit else { return number }
        }
        number.major = digits(bytes, end, &next)
        if next &+ 1 < end, bytes[next] == UInt8(ascii: ".") || bytes[next] == UInt8(ascii: "_"),
            bytes[next &+ 1].isDigit
        {
            next &+= 1
            number.minor = digits(bytes, end, &next)
        }
        skipName(bytes, end, &next)
        place = next
        return number
    }

    /// The digits' number; -1 for one of more than four digits, which is no version that we know of.
    private static func digits(_ bytes: Span<UInt8>, _ end: Int, _ place: inout Int) -> Int16 {
        var value: Int16 = 0
        while place < end, bytes[place].isDigit {
            value = value < 0 || value > 999 ? -1 : value &* 10 &+ Int16(bytes[place] &- 0x30)
            place &+= 1
        }
        return value
    }

    private mutating func take(_ word: Word, _ number: Number, isAfterPlus: Bool) {
        marks.formUnion(word.marks)
        if word.role != .plain { play(word.role, number, isAfterPlus) }
        guard word.rank > rank else { return }
        switch word.need {
        case .nothing: break
        case .number: guard number.major >= 0 else { return }
        case .slash:
            guard number.major >= 0, number.separator == UInt8(ascii: "/") || number.separator == 0 else { return }
        }
        name(word.browser, number.major, rank: word.rank)
    }

    private mutating func name(_ browser: Browser, _ major: Int16, rank: UInt8) {
        guard rank > self.rank else { return }
        self.browser = browser
        self.major = major
        self.rank = rank
    }

    private mutating func play(_ role: Role, _ number: Number, _ isAfterPlus: Bool) {
        switch role {
        case .version: if version < 0 { version = number.major }
        case .chrome: chrome = number.major
        case .os: takeSystem(number)
        case .ios: if number.major >= 0 { stated = number.major }
        case .android: takeAndroid(number)
        case .phone, .mobile: if previous == .windows { marks.formUnion(.windowsPhone) }
        case .trident: trident = number.major
        case .msie: if msie < 0 { msie = number.major }
        case .ieMobile: ieMobile = number.major
        case .fbav: fbav = number.major
        case .fbsv: stated = number.major
        default: playRare(role, number, isAfterPlus)
        }
        if role == .tablet || role == .appleDevice { takeApp(number) }
    }

    private mutating func playRare(_ role: Role, _ number: Number, _ isAfterPlus: Bool) {
        switch role {
        case .mini:
            if previous == .opera { name(.operaMini, number.major, rank: 41) }
            if browser == .qq, major < 0 { major = number.major }
        case .browser:
            if previous == .uc { name(.uc, number.major, rank: 43) }
            if previous == .coc { name(.cocCoc, number.major, rank: 43) }
        case .messenger: if previous == .iab { name(.messenger, number.major, rank: 53) }
        // A program that names a page to read about it.
        case .http: if isAfterPlus { marks.formUnion(.bot) }
        case .letterX: if number.major == 86 { marks.formUnion(.intel) }
        case .letterI: if number.major == 386 { marks.formUnion(.intel) }
        // Symbian's Series 60.
        case .letterS: if number.major == 60 { marks.formUnion(.otherPhone) }
        default: break
        }
    }

    private mutating func takeSystem(_ number: Number) {
        guard os < 0, number.major >= 0 else { return }
        os = number.major
        osMinor = number.minor
    }

    private mutating func takeAndroid(_ number: Number) {
        takeApp(number)
        if android < 0, number.separator == UInt8(ascii: " ") { android = number.major }
    }

    /// "Pinterest for Android/1.1", "Twitter for iPhone/7.19": the number belongs to the app.
    private mutating func takeApp(_ number: Number) {
        guard major < 0, browser == .pinterest || browser == .x, number.separator == UInt8(ascii: "/") else { return }
        major = number.major
    }

    private mutating func takeUnknown(_ letters: PackedLetters, _ number: Number, next: UInt8) {
        if letters.count == 1 {
            let isModel = number.major < 0 && (next == UInt8(ascii: ")") || next == UInt8(ascii: ";"))
            if letters.tail == 0x6b, isModel { marks.formUnion(.reduced) }
        } else if UserAgentScan.namesProgram(letters) {
            if UserAgentScan.endsName(number, next) { marks.formUnion(.bot) }
        } else if letters.count >= 4, letters.count <= 7, has([.android, .linux]) {
            // Amazon's models: AFT… are Fire TVs, KF… are Fire tablets.
            if letters.beginning == 0x616674 { marks.formUnion(.tv) }
            if letters.beginning >> 8 == 0x6b66 { marks.formUnion(.tablet) }
        } else if previous == .mini, browser == .operaMini, major < 0 {
            // "Opera Mini/att/4.2": what a carrier has put between.
            major = number.major
        }
    }

    /// A name that ends with "bot", "spider" or "crawler"; Cubot makes phones.
    private static func namesProgram(_ letters: PackedLetters) -> Bool {
        if letters.ends(with: 0x62_6f74, count: 3) { return letters.count > 3 && letters.tail != 0x63_7562_6f74 }
        return letters.ends(with: 0x7370_6964_6572, count: 6) || letters.ends(with: 0x63_7261_776c_6572, count: 7)
    }

    /// A program's name ends there, or its version follows; the model of a phone goes on ("XBot_Senior", "IDbot553").
    private static func endsName(_ number: Number, _ next: UInt8) -> Bool {
        if number.major >= 0 { return number.separator == UInt8(ascii: "/") }
        switch next {
        case 0, UInt8(ascii: ")"), UInt8(ascii: ";"), UInt8(ascii: ","), UInt8(ascii: "/"), UInt8(ascii: "-"):
            return true
        default: return false
        }
    }

    /// Whether one of these marks is there.
    func has(_ mark: Marks) -> Bool { !marks.isDisjoint(with: mark) }
}

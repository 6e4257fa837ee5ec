/// What a word of a user agent means to us.
struct Word: Sendable {
    /// The name, lower case: its first eight letters (only where it has more than eight), and its last eight.
    var head: UInt64 = 0
    var tail: UInt64 = 0
    /// What it says of system and device.
    var marks: Marks = []
    /// What it does beyond that.
    var role = Role.plain
    /// The browser that it names.
    var browser = Browser.unknown
    /// Of several browsers that are named, the highest rank is the one: Edge calls itself Chrome, and Chrome Safari.
    var rank: UInt8 = 0
    /// What must follow for the word to name its browser: a phone may be called "Line" too.
    var need = Need.slash

    enum Need: UInt8, Sendable {
        /// Nothing; the version may be missing.
        case nothing
        /// A number, after a space or a slash or at once.
        case number
        /// A number after a slash, or at once.
        case slash
    }
}

/// Words whose meaning depends on what stands around them.
enum Role: UInt8, Sendable {
    case plain, like, opera, mini, uc, coc, browser, version, chrome, os, ios, android, windows, phone, mobile, tablet,
        trident, msie, ieMobile, fbav, fbsv, iab, messenger, http, letterX, letterI, letterS, appleDevice
}

/// What the words of a user agent say of system and device.
struct Marks: OptionSet, Sendable {
    let rawValue: UInt64

    private static func bit(_ place: UInt64) -> Marks { Marks(rawValue: 1 << place) }

    static let windows = bit(0)
    static let windowsPhone = bit(1)
    static let mac = bit(2)
    static let iPhone = bit(3)
    static let iPad = bit(4)
    /// A browser that only exists on iOS, or the word iOS: an iPad that asks for desktop pages says "Macintosh" else.
    static let iosApp = bit(5)
    static let android = bit(6)
    static let linux = bit(7)
    static let chromeOS = bit(8)
    static let harmony = bit(9)
    static let kaiOS = bit(10)
    /// A system that only televisions and their boxes have.
    static let tvSystem = bit(11)
    static let tv = bit(12)
    static let console = bit(13)
    static let xbox = bit(14)
    static let otherPhone = bit(15)
    static let otherDesktop = bit(16)
    static let darwin = bit(17)
    static let intel = bit(18)
    static let mobile = bit(19)
    static let tablet = bit(20)
    static let wearable = bit(21)
    static let oddDevice = bit(22)
    static let webView = bit(23)
    static let gecko = bit(24)
    static let webKit = bit(25)
    /// "Android 10; K": a version and a model that Chromium made up.
    static let reduced = bit(26)
    static let silk = bit(27)
    static let bot = bit(28)
    static let phone = bit(29)
    static let personalComputer = bit(30)
    static let macModel = bit(31)
    static let tizen = bit(32)
}

/// The words that are known, found by their letters packed into two numbers.
struct WordTable: Sendable {
    /// A power of two, several times the number of words: most words of a user agent are unknown and meet an empty slot.
    private static let size = 1024
    private var slots: [Word]

    /// The table: made once, constant from then on.
    static let all = WordTable()

    private static func slot(_ head: UInt64, _ tail: UInt64) -> Int {
        let mixed = (tail ^ (head &* 0x9e37_79b9_7f4a_7c15)) &* 0xff51_afd7_ed55_8ccd
        return Int(truncatingIfNeeded: mixed >> 54)
    }

    /// The word of these letters; `nil` when it is unknown.
    func find(_ head: UInt64, _ tail: UInt64) -> Word? {
        var slot = WordTable.slot(head, tail)
        while slots[slot].tail != 0 {
            if slots[slot].tail == tail, slots[slot].head == head { return slots[slot] }
            slot = (slot &+ 1) & (WordTable.size - 1)
        }
        return nil
    }

    /// A name's letters, lower case, as the table has them; other bytes are left out.
    static func pack(_ name: String) -> (head: UInt64, tail: UInt64) {
        var letters = PackedLetters()
        for byte in name.utf8 where byte.isLetter { letters.append(byte) }
        return (letters.head, letters.tail)
    }

    private init() {
        slots = [Word](repeating: Word(), count: WordTable.size)
        for (names, browser, rank, need) in KnownWords.browsers {
            for name in names.split(separator: " ") {
                change(String(name)) {
                    $0.browser = browser
                    $0.rank = rank
                    $0.need = need
                }
            }
        }
        for (names, marks) in KnownWords.marks {
            for name in names.split(separator: " ") { change(String(name)) { $0.marks.formUnion(marks) } }
        }
        for (names, role) in KnownWords.roles {
            for name in names.split(separator: " ") { change(String(name)) { $0.role = role } }
        }
    }

    private mutating func change(_ name: String, _ change: (inout Word) -> Void) {
        let (head, tail) = WordTable.pack(name)
        var slot = WordTable.slot(head, tail)
        while slots[slot].tail != 0, slots[slot].tail != tail || slots[slot].head != head {
            slot = (slot + 1) & (WordTable.size - 1)
        }
        slots[slot].head = head
        slots[slot].tail = tail
        change(&slots[slot])
    }
}

/// Letters packed into two numbers while they are read: the last eight, and the first eight where there are more.
struct PackedLetters {
    private(set) var tail: UInt64 = 0
    private(set) var count = 0
    private var first: UInt64 = 0

    /// The first eight letters; 0 while there are no more than these.
    var head: UInt64 { count > 8 ? first : 0 }

    /// Adds an ASCII letter, of either case.
    @inline(__always) mutating func append(_ letter: UInt8) {
        tail = tail << 8 | UInt64(letter | 0x20)
        count &+= 1
        if count == 8 { first = tail }
    }

    /// Whether the name ends with these packed letters.
    @inline(__always) func ends(with packed: UInt64, count: Int) -> Bool {
        tail & (UInt64.max >> (64 - UInt64(8 * count))) == packed
    }

    /// The first three letters of a name of 3 to 8.
    @inline(__always) var beginning: UInt64 { tail >> UInt64(8 * max(0, count - 3)) }
}

extension UInt8 {
    @inline(__always) var isLetter: Bool { (self | 0x20) &- 0x61 < 26 }
    @inline(__always) var isDigit: Bool { self &- 0x30 < 10 }
}

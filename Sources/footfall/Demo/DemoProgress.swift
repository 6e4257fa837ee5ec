import Glibc
import Platform

/// Tells how far it has come, once a second, where somebody is watching.
struct DemoProgress {
    private let total: Int
    private let began = Clock.monotonicNanoseconds()
    private let isWatched = isatty(STDERR_FILENO) == 1
    private var done = 0
    private var told: UInt64 = 0

    init(of total: Int) {
        self.total = total
    }

    /// Takes note of events that are stored.
    mutating func advance(by count: Int) {
        done += count
        let now = Clock.monotonicNanoseconds()
        guard isWatched, now - max(told, began) >= 1_000_000_000 else { return }
        told = now
        DemoProgress.show(
            "\(DemoProgress.grouped(done)) events, \(done * 100 / max(total, 1)) %, "
                + "\(DemoProgress.grouped(rate)) a second")
    }

    /// Takes the line away.
    func clear() {
        if told > 0 { DemoProgress.show("") }
    }

    /// Events a second so far.
    var rate: Int { Int(Double(done) / (max(elapsed, 0.001))) }

    /// Seconds so far, with a tenth.
    var seconds: String {
        let tenths = Int(elapsed * 10)
        return "\(tenths / 10).\(tenths % 10)"
    }

    private var elapsed: Double { Double(Clock.monotonicNanoseconds() - began) / 1e9 }

    /// A line on the terminal that the next one replaces.
    private static func show(_ text: String) {
        let bytes = Array(("\r\u{1B}[K" + text).utf8)
        // One that is cut short is not worth a second try.
        _ = unsafe bytes.withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    /// A number with a comma for each thousand.
    static func grouped(_ number: Int) -> String {
        var text = ""
        for (place, digit) in "\(number)".reversed().enumerated() {
            if place > 0, place % 3 == 0, digit != "-" { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }
}

/// Code that takes bytes from somebody, and what it promises whatever they are.
protocol FuzzTarget {
    /// Name on the command line, and of the folder in Tests/Fuzz/regressions.
    static var name: String { get }
    /// Small inputs to begin with.
    static func seeds() -> [[UInt8]]
    /// Hands the bytes to the code and looks whether it keeps its promises.
    static func run(_ bytes: [UInt8])
}

/// Ends the program, and with it the run, when a promise is broken.
func promise(_ isKept: Bool, _ what: @autoclosure () -> String) {
    guard isKept else { fatalError("broken promise: \(what())") }
}

/// Takes an input apart into numbers that steer a target. Behind its end there are zeros.
struct Input {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        rest = bytes[...]
    }

    var isEmpty: Bool { rest.isEmpty }

    mutating func byte() -> Int { Int(rest.popFirst() ?? 0) }

    mutating func number(bytes: Int) -> UInt64 {
        var number: UInt64 = 0
        for _ in 0..<bytes { number = number << 8 | UInt64(byte()) }
        return number
    }

    mutating func take(_ count: Int) -> [UInt8] {
        let taken = Array(rest.prefix(count))
        rest = rest.dropFirst(count)
        return taken
    }
}

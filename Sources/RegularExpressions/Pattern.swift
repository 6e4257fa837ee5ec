import CPCRE2

/// A regular expression as PCRE2 has it (https://www.pcre.org/current/doc/html/pcre2pattern.html), compiled to machine code
/// where the processor allows. For an operator's own lists only: what Footfall itself looks for, it looks for by hand.
///
/// Bounded against patterns that never end: a match takes at most `matchLimit` steps, and then counts as none.
@safe public final class Pattern: Sendable {
    // @unchecked in effect: a compiled pattern is constant (pcre2api, "Multithreading"), each match has data of its own.
    nonisolated(unsafe) private let code: OpaquePointer
    nonisolated(unsafe) private let context: OpaquePointer

    /// Steps of the matcher after which it gives up.
    public static let matchLimit: UInt32 = 100_000

    /// Compiles a pattern. Throws where it is none, with PCRE2's words.
    public init(_ pattern: String, ignoringCase: Bool = false) throws(PatternError) {
        var number: Int32 = 0
        var offset = 0
        var options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF
        if ignoringCase { options |= UInt32(PCRE2_CASELESS) }
        var text = pattern
        let compiled = text.withUTF8 { bytes in
            unsafe pcre2_compile_8(bytes.baseAddress, bytes.count, options, &number, &offset, nil)
        }
        guard let code = unsafe compiled else {
            throw PatternError(message: "is no regular expression: \(Pattern.message(number)) at byte \(offset)")
        }
        guard let context = unsafe pcre2_match_context_create_8(nil) else {
            unsafe pcre2_code_free_8(code)
            throw PatternError(message: "cannot be compiled: no memory")
        }
        unsafe pcre2_set_match_limit_8(context, Pattern.matchLimit)
        // Where there is no compiler to machine code, the interpreter does the same, more slowly.
        _ = unsafe pcre2_jit_compile_8(code, PCRE2_JIT_COMPLETE)
        unsafe self.code = code
        unsafe self.context = context
    }

    deinit {
        unsafe pcre2_match_context_free_8(context)
        unsafe pcre2_code_free_8(code)
    }

    /// Whether the pattern occurs in the text.
    public func occurs(in text: String) -> Bool {
        unsafe match(text) { _, _ in true } ?? false
    }

    /// The first match and its groups, the whole match first; a group that took no part is `nil`. `nil` for no match.
    public func groups(in text: String) -> [String?]? {
        unsafe match(text) { bytes, pairs in
            (0..<pairs.count / 2).map { index in
                let (start, end) = unsafe (pairs[2 * index], pairs[2 * index + 1])
                // PCRE2_UNSET is ~0, which is −1 here; a lookbehind's \K may even end before it begins.
                guard start >= 0, start <= end, end <= bytes.count else { return nil }
                return unsafe String(decoding: bytes[start..<end], as: UTF8.self)
            }
        }
    }

    private func match<Result>(
        _ text: String, _ body: (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<Int>) -> Result
    ) -> Result? {
        guard let data = unsafe pcre2_match_data_create_from_pattern_8(code, nil) else { return nil }
        defer { unsafe pcre2_match_data_free_8(data) }
        var text = text
        return text.withUTF8 { bytes in
            // An empty text has no address, and PCRE2 wants one.
            let count = unsafe pcre2_match_8(
                code, bytes.baseAddress ?? Pattern.nothing, bytes.count, 0, 0, data, context)
            guard count > 0, let vector = unsafe pcre2_get_ovector_pointer_8(data) else { return nil }
            return unsafe body(bytes, UnsafeBufferPointer(start: vector, count: 2 * Int(count)))
        }
    }

    nonisolated(unsafe) private static let nothing = unsafe UnsafePointer(
        UnsafeMutablePointer<UInt8>.allocate(capacity: 1))

    private static func message(_ number: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        let length = unsafe pcre2_get_error_message_8(number, &buffer, buffer.count)
        return String(decoding: buffer.prefix(Int(max(0, length))), as: UTF8.self)
    }
}

/// Why a pattern cannot be used.
public struct PatternError: Error, Sendable, Equatable {
    /// What is wrong with it.
    public var message: String
}

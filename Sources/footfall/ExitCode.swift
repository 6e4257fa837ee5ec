/// How the program ends, after `sysexits.h`.
enum ExitCode {
    /// All went well.
    static let success: Int32 = 0
    /// The command line cannot be understood.
    static let usage: Int32 = 64
    /// Something went wrong that the operator may not be able to mend.
    static let fault: Int32 = 70
    /// The configuration is wrong.
    static let configuration: Int32 = 78
}

/// A command that ends with a message for the operator.
struct CommandFailure: Error {
    /// Exit code.
    var code: Int32
    /// What happened, and what to do.
    var message: String

    /// A command line that cannot be understood.
    static func usage(_ message: String) -> CommandFailure {
        CommandFailure(code: ExitCode.usage, message: message)
    }

    /// A configuration that is wrong.
    static func configuration(_ message: String) -> CommandFailure {
        CommandFailure(code: ExitCode.configuration, message: message)
    }

    /// Anything else.
    static func fault(_ message: String) -> CommandFailure {
        CommandFailure(code: ExitCode.fault, message: message)
    }
}

import Cache
import Dashboard
import Database
import FastCGI
import Jobs
import Platform
import Reports

/// The process that serves people: dashboard pages and scheduled jobs.
struct WebProcess {
    private let settings: GatewaySettings
    private let environment: [String: String]
    private let log = Log(process: "web")

    init(_ configuration: GatewayConfiguration, environment: [String: String]) throws(CommandFailure) {
        settings = configuration.settings
        self.environment = environment
    }

    /// Serves until told to stop. Returns the exit code.
    func run() throws(CommandFailure) -> Int32 {
        log.info("to be written")
        return ExitCode.success
    }
}

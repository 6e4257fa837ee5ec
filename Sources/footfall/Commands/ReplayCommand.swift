import Platform
import Replay

/// `footfall replay`: hand in what nginx kept while the gateway was away.
enum ReplayCommand {
    static let command = Program.Command(
        name: "replay", summary: "hand in the events that nginx kept while the gateway was away",
        help: """
            usage: footfall replay [--spool FOLDER] [--once] [--keep] [--config FILE]

            Reads the files of nginx's spool (docs/spool.md), oldest first, and hands every request to the running
            gateway through its ingest socket. While the gateway is away or full, waits. A file is deleted when all of
            it was answered; what cannot be read goes to FOLDER/refused.log. Events that the gateway has already are
            recognised, so that an end in the middle does no harm.

            Goes on until it is stopped, looking every `replay.every_seconds`. `footfall serve` does so by itself.

              --spool FOLDER   instead of `replay.spool`
              --once           ends when nothing is left to do
              --keep           deletes no file; for looking, and with --once only
            """
    ) { (words) throws(CommandFailure) in
        let arguments = try Arguments(words, options: ["spool", "config"], flags: ["once", "keep"])
        let environment = Process.environment()
        Process.forbidCoreDumps()
        if let parent = environment["FOOTFALL_SUPERVISOR"].flatMap({ Int32($0) }) {
            Process.stopWhenParentDies(parent: parent)
        }
        let settings = try GatewayConfiguration.load(file: arguments["config"], environment: environment).settings
        let path = arguments["spool"] ?? settings.replay.spool
        guard !path.isEmpty else { throw .configuration("there is no spool: replay.spool is empty") }
        guard !arguments.has("keep") || arguments.has("once") else {
            throw .usage("--keep goes with --once: kept files would be handed in again and again")
        }
        let folder = SpoolFolder(path)
        guard folder.exists else {
            throw .configuration("there is no spool folder \(path): `make install` makes one, or name it with --spool")
        }
        let log = Log(process: "replay")
        let replayer = Replayer(
            folder, socket: settings.listen.ingest, removesFiles: !arguments.has("keep"), log: log, pause: pause)
        repeat {
            do throws(PlatformError) {
                let report = try replayer.run()
                tell(report, log)
                if report.isStopped { return ExitCode.success }
            } catch {
                guard !arguments.has("once") else { throw .fault("\(error)") }
                log.error("\(error); trying again in \(settings.replay.every_seconds) s")
            }
        } while !arguments.has("once") && !pause(settings.replay.every_seconds * 1000)
        return ExitCode.success
    }

    /// Waits so long. Returns whether a signal came that says to stop.
    private static func pause(_ milliseconds: Int) -> Bool {
        Signals.wait(milliseconds: milliseconds) == .stop
    }

    private static func tell(_ report: ReplayReport, _ log: Log) {
        guard report.files > 0 || report.isStopped else { return }
        log.info(
            "handed in \(report.taken) requests from \(report.files) files of nginx's spool"
                + (report.isStopped ? "; stopped before the end" : ""))
        if report.refused > 0 { log.warning("the gateway will never take \(report.refused) requests of nginx's spool") }
        if report.kept > 0 { log.warning("\(report.kept) lines could not be handed in; they are in refused.log") }
    }
}

public import Database
public import Platform
import Synchronization

/// Runs jobs when they are due, one after the other on one thread.
///
/// Of several processes on one database each job runs in one at a time, by an advisory lock, and once per interval, by
/// the table `job_run`. A job that fails is logged and tried again; nothing a job does can stop the runner.
public final class JobRunner: Sendable {
    private let jobs: [Job]
    private let holder: ConnectionHolder
    private let log: Log
    private let state = Monitor(State())
    private let thread: Mutex<Thread?> = Mutex(nil)

    private struct State {
        var isStopping = false
        /// Names of jobs that somebody cannot wait for.
        var woken: Set<String> = []
    }

    /// Seconds after which a job that failed, or that another process was busy with, is looked at again.
    static let retrySeconds = 60

    /// A runner that does nothing before `start`.
    public init(_ jobs: [Job], database: ConnectionSettings, log: Log) {
        self.jobs = jobs
        holder = ConnectionHolder(database)
        self.log = log
    }

    /// Begins.
    public func start() throws(PlatformError) {
        let worker = try Thread(name: "jobs") { self.loop() }
        thread.withLock { $0 = worker }
    }

    /// Ends after the job at hand.
    public func stop() {
        state.withLock { $0.isStopping = true }
        thread.withLock { $0 }?.join()
        holder.close()
    }

    /// Has the job of this name run at once, if it is one of these, instead of when its interval is over.
    public func wake(_ name: String) {
        state.withLock { state in
            if jobs.contains(where: { $0.name == name }) { state.woken.insert(name) }
        }
    }

    private func loop() {
        var next = [UInt64](repeating: 0, count: jobs.count)
        while !state.read({ $0.isStopping }) {
            let now = Clock.monotonicNanoseconds()
            for (index, job) in jobs.enumerated() {
                let (isStopping, isWoken) = state.withLock { state in
                    (state.isStopping, state.woken.remove(job.name) != nil)
                }
                if isStopping { return }
                guard isWoken || next[index] <= now else { continue }
                let wait = runIfDue(job, isWoken: isWoken)
                next[index] = Clock.monotonicNanoseconds() + UInt64(max(1, wait)) * 1_000_000_000
            }
            let earliest = next.min() ?? .max
            let later = Clock.monotonicNanoseconds()
            let milliseconds = earliest > later ? min((earliest - later) / 1_000_000 + 1, 60_000) : 0
            _ = state.wait(milliseconds: Int(milliseconds)) { $0.isStopping || !$0.woken.isEmpty ? true : nil }
        }
    }

    /// Runs a job unless another process is at it, or has just done so and nobody has woken it. Returns the seconds until it
    /// is to be looked at again.
    func runIfDue(_ job: Job, isWoken: Bool = false) -> Int {
        do throws(DatabaseError) {
            let outcome = try holder.withConnection { (connection) throws(DatabaseError) in
                try attempt(job, isWoken, connection)
            }
            if let line = outcome.line { log.info("job \(job.name): \(line)") }
            return outcome.seconds
        } catch {
            log.error("job \(job.name) failed: \(error)")
            return min(job.intervalSeconds, JobRunner.retrySeconds)
        }
    }

    private func attempt(
        _ job: Job, _ isWoken: Bool, _ connection: Connection
    ) throws(DatabaseError) -> (seconds: Int, line: String?) {
        let lock: SQL = "hashtextextended(\("footfall job " + job.name), 0)"
        let isOurs: Bool = try connection.query("SELECT pg_try_advisory_lock(\(lock))")[0].value(0)
        // Whoever is at it may have looked before there was what we were woken for.
        guard isOurs else { return (isWoken ? 1 : min(job.intervalSeconds, JobRunner.retrySeconds), nil) }
        defer { _ = try? connection.execute("SELECT pg_advisory_unlock(\(lock))") }
        let rows = try connection.query(
            """
            SELECT ceil(extract(epoch FROM last_at - now()) + \(job.intervalSeconds))::bigint FROM job_run
            WHERE job = \(job.name)
            """)
        if let row = rows.first {
            let remaining: Int = try row.value(0)
            if remaining > 0, !isWoken { return (min(remaining, job.intervalSeconds), nil) }
        }
        let line = try job.run(connection)
        try connection.execute(
            """
            INSERT INTO job_run (job, last_at) VALUES (\(job.name), clock_timestamp())
            ON CONFLICT (job) DO UPDATE SET last_at = excluded.last_at
            """)
        return (job.intervalSeconds, line)
    }
}

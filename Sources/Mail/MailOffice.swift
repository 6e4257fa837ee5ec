import Cryptography
public import Platform
import Synchronization

/// Sends what the dashboard has to say to people, in bounds: nobody may use it to fill other people's mailboxes.
public final class MailOffice: Sendable {
    /// What became of a message.
    public enum Outcome: Sendable, Equatable {
        /// The mail server has it.
        case sent
        /// The organisation has sent too much within an hour.
        case tooMany
        /// The mail server did not take it; the log says why.
        case failed
    }

    /// Messages that an organisation may send within an hour.
    public static let mostInAnHour = 30

    private let server: MailServer
    private let email: String
    private let log: Log
    private let clock: @Sendable () -> Int64
    private let sent = Mutex<[Int32: [Int64]]>([:])

    /// An office.
    ///
    /// - Parameters:
    ///   - email: the sender's address.
    ///   - clock: gives milliseconds since 1970; tests have their own.
    public init(
        server: MailServer, email: String, log: Log,
        clock: @escaping @Sendable () -> Int64 = { Clock.wallMilliseconds() }
    ) {
        self.server = server
        self.email = email
        self.log = log
        self.clock = clock
    }

    /// Sends a message for an organisation, and waits until the server has it.
    ///
    /// - Parameter name: the sender as it is shown.
    public func send(
        to address: String, subject: String, text: String, from name: String, for organisation: Int32
    ) -> Outcome {
        let now = clock()
        guard takes(organisation, at: now) else { return .tooMany }
        let message = MailMessage(
            from: MailMessage.Sender(name: name, email: email), to: address, subject: subject, text: text, sentAt: now,
            id: Randomness.text(24))
        do throws(MailServer.Failure) {
            try server.send(message)
            return .sent
        } catch {
            log.warning("mail: the server did not take a message: \(error)")
            return .failed
        }
    }

    private func takes(_ organisation: Int32, at now: Int64) -> Bool {
        sent.withLock { sent in
            if sent.count > 1000 { sent = sent.filter { $0.value.last ?? 0 > now - 3_600_000 } }
            let recent = (sent[organisation] ?? []).filter { $0 > now - 3_600_000 }
            guard recent.count < MailOffice.mostInAnHour else { return false }
            sent[organisation] = recent + [now]
            return true
        }
    }
}

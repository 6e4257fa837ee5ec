import Cryptography
public import Platform
import Synchronization

/// Sends what the dashboard has to say to people, in bounds: nobody may use it to fill other people's mailboxes.
public final class MailOffice: Sendable {
    /// What became of a message.
    public enum Outcome: Sendable, Equatable {
        /// The mail server has it.
        case sent
        /// The organisation, the person, or everybody together has sent too much within an hour.
        case tooMany
        /// The mail server did not take it; the log says why.
        case failed
    }

    /// Messages that an organisation, and that a person, may send within an hour; and all together.
    public static let mostInAnHour = 30
    static let mostOfAll = 300
    /// Messages under way at once: whoever waits for the mail server holds a thread that others need for pages.
    private static let mostAtOnce = 2

    private let server: MailServer
    private let email: String
    private let log: Log
    private let clock: @Sendable () -> Int64
    private let byOrganisation = HourlyLimit<Int32>(most: mostInAnHour)
    private let byPerson = HourlyLimit<Int32>(most: mostInAnHour)
    private let all = HourlyLimit<Bool>(most: mostOfAll)
    private let underWay = Mutex(0)

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
    /// - Parameters:
    ///   - name: the sender as it is shown.
    ///   - person: who has it sent.
    public func send(
        to address: String, subject: String, text: String, from name: String, for organisation: Int32, by person: Int32
    ) -> Outcome {
        let now = clock()
        guard byOrganisation.takes(organisation, at: now), byPerson.takes(person, at: now), all.takes(true, at: now)
        else {
            return .tooMany
        }
        guard begins() else {
            log.warning("mail: a message was not sent: \(MailOffice.mostAtOnce) wait for the server already")
            return .failed
        }
        defer { underWay.withLock { $0 -= 1 } }
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

    private func begins() -> Bool {
        underWay.withLock { count in
            guard count < MailOffice.mostAtOnce else { return false }
            count += 1
            return true
        }
    }
}

import Accounts
import Cryptography
import Mail
import Platform

/// `footfall mail`: does the mail server take what we send?
enum MailCommand {
    static let command = Program.Command(
        name: "mail", summary: "send a message to see whether mail works",
        help: """
            usage: footfall mail test EMAIL [--config FILE]

            Hands a message for EMAIL to the mail server of the configuration (mail.url), from mail.from. Exits with 0
            when the server has taken it; whether it arrives is the server's to find out.
            """
    ) { (words) throws(CommandFailure) in
        let arguments = try Arguments(words, options: ["config"], flags: [])
        guard arguments.positional.count == 2, arguments.positional.first == "test" else {
            throw .usage("say test EMAIL")
        }
        guard let email = EmailAddress.normalised(arguments.positional[1]) else {
            throw .usage("\"\(arguments.positional[1])\" is not an e-mail address")
        }
        let configuration = try GatewayConfiguration.load(file: arguments["config"])
        let mail = configuration.settings.mail
        guard !mail.url.isEmpty else { throw .configuration("mail.url is not set: no mail is sent (docs/accounts.md)") }
        let message = MailMessage(
            from: MailMessage.Sender(name: "Footfall", email: mail.from), to: email, subject: "Mail works",
            text: "Footfall's mail works: this message was sent by `footfall mail test`.\n",
            sentAt: Clock.wallMilliseconds(), id: Randomness.text(24))
        do throws(MailServer.Failure) {
            try MailServer(url: mail.url).send(message)
        } catch {
            throw .fault("the mail server did not take the message: \(error)")
        }
        Output.line("sent to \(email)")
        return ExitCode.success
    }
}

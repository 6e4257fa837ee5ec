import FoundationEssentials
import Testing

@testable import Mail

struct MailMessageTests {
    private func message(
        name: String = "Footfall", subject: String = "Mail works", text: String = "Hello\n"
    ) -> MailMessage {
        MailMessage(
            from: MailMessage.Sender(name: name, email: "stats@example.com"), to: "ada@example.com", subject: subject,
            text: text, sentAt: 1_795_533_660_000, id: "abc")
    }

    private func parts(_ message: MailMessage) -> (header: [String], body: [String]) {
        let text = String(decoding: message.rendered, as: UTF8.self)
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1).map(String.init)
        return (
            parts[0].replacing("\r\n ", with: " ").split(separator: "\r\n").map(String.init),
            parts.count > 1 ? parts[1].split(separator: "\r\n").map(String.init) : []
        )
    }

    @Test func aMessageIsWhatServersWant() {
        let (header, body) = parts(message())
        #expect(
            header == [
                "Date: 24 Nov 2026 15:21:00 +0000", "From: Footfall <stats@example.com>", "To: <ada@example.com>",
                "Subject: Mail works", "Message-ID: <abc@example.com>", "MIME-Version: 1.0",
                "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64",
                "Auto-Submitted: auto-generated",
            ])
        #expect(body == [Data("Hello\r\n".utf8).base64EncodedString()])
    }

    /// Names and subjects are other people's words: none becomes a header, a recipient or a message of its own.
    @Test(arguments: [
        "Grüße aus Wien", "a\r\nBcc: eve@example.com", "x\nSubject: y", "<eve@example.com>", "=?utf-8?Q?evil?=",
        "\"a\", b",
        String(repeating: "ö", count: 200), String(repeating: "long ", count: 60), "👩‍👩‍👧‍👦🇦🇹", "", ".\r\n.\r\n", "a\u{0}b",
    ])
    func wordsStayWords(word: String) {
        let rendered = message(name: word, subject: word, text: word).rendered
        #expect(rendered.allSatisfy { $0 < 0x80 && ($0 >= 0x20 || $0 == 0x0d || $0 == 0x0a) })
        let text = String(decoding: rendered, as: UTF8.self)
        #expect(text.split(separator: "\r\n", omittingEmptySubsequences: false).allSatisfy { $0.utf8.count <= 78 + 12 })
        #expect(!text.contains("\r\n.\r\n"), "a dot of its own ends a message")
        let (header, body) = parts(message(name: word, subject: word, text: word))
        #expect(header.count == 9)
        for name in ["Bcc", "Cc"] { #expect(!header.contains { $0.hasPrefix("\(name):") }) }
        let subject = header.first { $0.hasPrefix("Subject: ") }?.dropFirst("Subject: ".count) ?? ""
        #expect(decoded(String(subject)) == word)
        let bytes = body.flatMap { Array(Data(base64Encoded: $0) ?? Data()) }
        #expect(String(decoding: bytes, as: UTF8.self) == word.replacing("\n", with: "\r\n"))
    }

    private func decoded(_ header: String) -> String {
        guard header.hasPrefix("=?utf-8?B?") else { return header }
        let bytes = header.split(separator: " ").flatMap { word in
            Array(Data(base64Encoded: String(word.dropFirst("=?utf-8?B?".count).dropLast(2))) ?? Data())
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(arguments: [
        "smtp://127.0.0.1", "smtp://localhost:2525", "smtps://ada%40example.com:se%2Fcret@mail.example.com:465",
        "smtp://user:password@mail.example.com:587", "smtp://[::1]",
    ])
    func anAddressOfAServerIsTaken(url: String) throws {
        _ = try MailServer(url: url)
    }

    @Test(arguments: [
        "", "mail.example.com", "http://mail.example.com", "smtp://", "file:///etc/passwd", "smtp://a b",
    ])
    func orRefused(url: String) {
        #expect(throws: MailServer.Failure.self) { try MailServer(url: url) }
    }

    /// Nobody listens at port 9 here; the words must not hold what opens the server.
    @Test func whatFailsIsSaidWithoutThePassword() throws {
        let server = try MailServer(url: "smtp://user:hushhush@127.0.0.1:9")
        let failure = #expect(throws: MailServer.Failure.self) { try server.send(message()) }
        #expect(failure?.description.isEmpty == false && failure?.description.contains("hushhush") == false)
    }
}

import FoundationEssentials
import Platform

/// A message of plain text to one person, as mail servers want it (RFC 5322).
public struct MailMessage: Sendable, Equatable {
    /// Who sends it.
    public struct Sender: Sendable, Equatable {
        /// As it is shown; may be empty.
        public var name: String
        /// The address, in ASCII.
        public var email: String

        /// A sender.
        public init(name: String, email: String) {
            self.name = name
            self.email = email
        }
    }

    /// Who sends it.
    public var from: Sender
    /// To whom: an address, in ASCII.
    public var to: String
    /// What it is about, in one line.
    public var subject: String
    /// The text; lines end with `\n`.
    public var text: String
    /// When it is sent: milliseconds since 1970.
    public var sentAt: Int64
    /// What no other message has: letters and digits.
    public var id: String

    /// A message.
    public init(from: Sender, to: String, subject: String, text: String, sentAt: Int64, id: String) {
        self.from = from
        self.to = to
        self.subject = subject
        self.text = text
        self.sentAt = sentAt
        self.id = id
    }

    /// The message with its header, CRLF at the end of each line. All of it is ASCII, whatever the words are: no server on the
    /// way has to know more, and no word becomes a header of its own.
    var rendered: [UInt8] {
        let name = from.name.isEmpty ? "" : MailMessage.word(from.name) + " "
        let host = from.email.split(separator: "@").last ?? "localhost"
        let header = [
            "Date: \(CivilTime(milliseconds: sentAt).mailDate)",
            "From: \(name)<\(from.email)>",
            "To: <\(to)>",
            "Subject: \(MailMessage.word(subject))",
            "Message-ID: <\(id)@\(host)>",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: base64",
            // RFC 3834: so that nobody's absence is answered with a message.
            "Auto-Submitted: auto-generated",
        ]
        var lines = header.joined(separator: "\r\n") + "\r\n\r\n"
        let body = Array(text.replacing("\n", with: "\r\n").utf8)
        for start in stride(from: 0, to: body.count, by: MailMessage.lineBytes) {
            let line = body[start..<min(start + MailMessage.lineBytes, body.count)]
            lines += Data(line).base64EncodedString() + "\r\n"
        }
        return Array(lines.utf8)
    }

    /// Bytes that become a line of 76 characters (RFC 2045, 6.8).
    private static let lineBytes = 57

    /// Words in a header: as they are where they are plain, or else as encoded words (RFC 2047) of 75 characters at most.
    static func word(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: " "), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        if isPlain, text.utf8.count <= 60 { return text }
        var words: [String] = []
        var bytes: [UInt8] = []
        func encoded(_ bytes: [UInt8]) -> String { "=?utf-8?B?\(Data(bytes).base64EncodedString())?=" }
        for scalar in text.unicodeScalars {
            let next = Array(String(scalar).utf8)
            if bytes.count + next.count > 45 {
                words.append(encoded(bytes))
                bytes = []
            }
            bytes += next
        }
        return (words + [encoded(bytes)]).joined(separator: "\r\n ")
    }
}

extension CivilTime {
    /// `30 Nov 2026 18:00:00 +0000` (RFC 5322, 3.3; the day of the week may be left out).
    var mailDate: String {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(day) \(months[month - 1]) \(year) \(two(hour)):\(two(minute)):\(two(second)) +0000"
    }
}

import Accounts
import Platform

/// What somebody reads who is invited.
struct InvitationMail {
    /// Who invites: the address, where it is known to be theirs.
    let inviter: String
    /// The organisation's name.
    let organisation: String
    /// How its pages look: the name on them is the sender's, too.
    let brand: Brand
    let role: Role
    let email: String
    let link: String
    /// Days for which the link is good.
    let days: Int

    var senderName: String { brand.name.isEmpty ? "Footfall" : brand.name }

    var subject: String { "\(inviter) invites you to \(organisation)" }

    /// Plain text: what people wrote stands in it as it is, and nothing of it can become markup.
    var text: String {
        let powered = brand.namesFootfall && !brand.name.isEmpty ? "Powered by Footfall\n" : ""
        return """
            Hello,

            \(inviter) invites you to see the web analytics of \(organisation) at \(senderName), as \(role.rawValue).

            Open this link to join. It is good once, for \(days) \(days == 1 ? "day" : "days"), and for \(email) only:

            \(link)

            You know nothing of this? Then do nothing: whoever does not have the link does not get in, and without it nothing
            is kept of you here. Nobody reads answers to this message.

            -- 
            \(senderName)
            \(powered)
            """
    }
}

import Database
public import EventModel

/// Another address for oneself.
extension AccountService {
    /// Changes the address with which somebody signs in. All other sessions end.
    ///
    /// Throws `invalid` for a wrong password, for an address that is none, and for one that somebody has.
    public func changeAddress(
        to typed: String, password: String, address: IPAddress, _ actor: Actor
    ) throws(AccountError) {
        // nginx says by address who somebody is: whoever could take another one would be somebody else.
        guard !settings.isSingleSignOn else {
            throw .invalid("addresses come from the single sign-on here: ask whoever runs this server")
        }
        let email = try AccountService.email(typed)
        try confirm(password: password, address: address, actor)
        guard email != actor.person.email else { throw .invalid("that is your address already") }
        var behalf = actor.behalf()
        behalf.email = email
        try change(for: behalf) { (connection) throws(DatabaseError) in
            try PersonStore(connection).setEmail(email, of: actor.person.person)
            _ = try SessionStore(connection).removeAll(of: actor.person.person, but: actor.person.session)
            try note(connection, .addressChanged, "\(actor.person.email) to \(email)", actor)
            // Who manages people in an organisation has to be able to tell who that was.
            for membership in actor.person.memberships {
                try note(
                    connection, .addressChanged, "\(actor.person.email) to \(email)", actor,
                    organisation: membership.organisation)
            }
        }
    }
}

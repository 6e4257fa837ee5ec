import Database

/// More than one organisation.
extension AccountService {
    /// Makes another organisation, which belongs to whoever makes it. Returns its number.
    public func addOrganisation(_ typed: String, _ actor: Actor) throws(AccountError) -> Int32 {
        let name = try AccountService.name(typed, "the organisation's name")
        return try change(for: actor.behalf()) { (connection) throws(DatabaseError) in
            let organisation = try OrganisationStore(connection).add(name: name, owner: actor.person.person)
            try note(connection, .organisationAdded, name, actor, organisation: organisation)
            return organisation
        }
    }
}

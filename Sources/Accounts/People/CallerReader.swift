import Database
import EventModel

/// Reads all that decides what somebody may do, in one question: it is asked with every page, so that whoever is signed
/// out, put out of an organisation or given another role feels it with the next click.
struct CallerReader {
    let connection: Connection

    /// The person of a session; `nil` when the session is over.
    func person(_ person: Int32, session: Int64) throws(DatabaseError) -> SignedIn? {
        let rows = try connection.query(
            prepared:
                """
                SELECT email, name, has_second_factor,
                    organisations.numbers, organisations.names, organisations.roles, organisations.ends,
                    sites.numbers, sites.roles
                FROM person
                    CROSS JOIN LATERAL (
                        SELECT coalesce(array_agg(organisation_id ORDER BY organisation.name, organisation_id), '{}') AS numbers,
                            coalesce(array_agg(organisation.name ORDER BY organisation.name, organisation_id), '{}') AS names,
                            coalesce(array_agg(role ORDER BY organisation.name, organisation_id), '{}') AS roles,
                            coalesce(array_agg(coalesce((extract(epoch FROM delete_at) * 1000)::bigint, 0)
                                ORDER BY organisation.name, organisation_id), '{}') AS ends
                        FROM membership JOIN organisation USING (organisation_id)
                        WHERE membership.person_id = person.person_id) AS organisations
                    CROSS JOIN LATERAL (
                        SELECT coalesce(array_agg(site_id), '{}') AS numbers, coalesce(array_agg(role), '{}') AS roles
                        FROM site_access
                        WHERE site_access.person_id = person.person_id OR team_id IN (
                            SELECT team_id FROM team_member WHERE team_member.person_id = person.person_id)) AS sites
                WHERE person.person_id = \(person) AND EXISTS (
                    SELECT FROM person_session
                    WHERE person_session_id = \(session) AND person_session.person_id = person.person_id)
                """)
        guard let row = rows.first else { return nil }
        var signedIn = SignedIn(
            person: person, session: session, email: try row.value(0), name: try row.value(1),
            hasSecondFactor: try row.value(2))
        let numbers: [Int32] = try row.value(3)
        let names: [String] = try row.value(4)
        let roles: [String] = try row.value(5)
        let ends: [Int64] = try row.value(6)
        for index in numbers.indices {
            guard names.indices.contains(index), roles.indices.contains(index), ends.indices.contains(index),
                let role = Role(rawValue: roles[index])
            else { continue }
            signedIn.memberships.append(
                Membership(
                    organisation: numbers[index], name: names[index], role: role,
                    deleteAt: ends[index] == 0 ? nil : Timestamp(milliseconds: ends[index])))
        }
        for (site, role) in zip(try row.value(7, as: [Int32].self), try row.value(8, as: [String].self)) {
            guard let role = Role(rawValue: role) else { continue }
            signedIn.grants.append(SiteGrant(site: SiteID(rawValue: site), role: role))
        }
        return signedIn
    }
}

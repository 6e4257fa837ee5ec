import Database
import EventModel

/// Teams, and single sites for them or for people.
struct TeamStore {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    func list(of organisation: Int32) throws(DatabaseError) -> [Team] {
        var teams: [Team] = []
        for row in try connection.query(
            """
            SELECT team_id, name,
                coalesce((SELECT array_agg(person_id ORDER BY person_id) FROM team_member
                    WHERE team_member.team_id = team.team_id), '{}'),
                coalesce((SELECT array_agg(site_id ORDER BY site_id) FROM site_access
                    WHERE site_access.team_id = team.team_id), '{}'),
                coalesce((SELECT array_agg(role ORDER BY site_id) FROM site_access
                    WHERE site_access.team_id = team.team_id), '{}')
            FROM team WHERE organisation_id = \(organisation) ORDER BY name
            """)
        {
            let sites: [Int32] = try row.value(3)
            let roles: [String] = try row.value(4)
            teams.append(
                Team(
                    number: try row.value(0), name: try row.value(1), people: try row.value(2),
                    grants: zip(sites, roles).compactMap { site, role in
                        Role(rawValue: role).map { SiteGrant(site: SiteID(rawValue: site), role: $0) }
                    }))
        }
        return teams
    }

    func add(name: String, organisation: Int32) throws(DatabaseError) {
        let added = try connection.execute(
            """
            INSERT INTO team (organisation_id, name) VALUES (\(organisation), \(name))
            ON CONFLICT (organisation_id, name) DO NOTHING
            """)
        guard added == 1 else { throw .invalid("there is a team \"\(name)\" already") }
    }

    func remove(_ team: Int32, from organisation: Int32) throws(DatabaseError) {
        try connection.execute("DELETE FROM team WHERE team_id = \(team) AND organisation_id = \(organisation)")
    }

    func addMember(_ person: Int32, to team: Int32) throws(DatabaseError) {
        try connection.execute(
            "INSERT INTO team_member (team_id, person_id) VALUES (\(team), \(person)) ON CONFLICT DO NOTHING")
    }

    func removeMember(_ person: Int32, from team: Int32) throws(DatabaseError) {
        try connection.execute("DELETE FROM team_member WHERE team_id = \(team) AND person_id = \(person)")
    }

    /// Gives a site to a team or a person, or changes as what they have it.
    func grant(_ grant: SiteGrant, to holder: GrantHolder) throws(DatabaseError) {
        let (person, team) = holder.columns
        let isForPerson = person != nil
        try connection.execute(
            """
            INSERT INTO site_access (site_id, person_id, team_id, role)
            VALUES (\(grant.site.rawValue), \(person), \(team), \(grant.role.rawValue))
            ON CONFLICT \(isForPerson
                ? "(person_id, site_id) WHERE person_id IS NOT NULL" as SQL : "(team_id, site_id) WHERE team_id IS NOT NULL")
                DO UPDATE SET role = excluded.role
            """)
    }

    func revoke(site: SiteID, from holder: GrantHolder) throws(DatabaseError) {
        switch holder {
        case .person(let person):
            try connection.execute(
                "DELETE FROM site_access WHERE site_id = \(site.rawValue) AND person_id = \(person)")
        case .team(let team):
            try connection.execute("DELETE FROM site_access WHERE site_id = \(site.rawValue) AND team_id = \(team)")
        }
    }

    func grants(of site: SiteID) throws(DatabaseError) -> [GivenGrant] {
        var grants: [GivenGrant] = []
        for row in try connection.query(
            """
            SELECT person_id, team_id, coalesce(team.name, person.email, ''), site_access.role
            FROM site_access LEFT JOIN team USING (team_id) LEFT JOIN person USING (person_id)
            WHERE site_id = \(site.rawValue) ORDER BY team_id NULLS LAST, 3
            """)
        {
            guard let role = Role(rawValue: try row.value(3)) else { continue }
            let holder: GrantHolder
            if let team = try row.value(1, as: Int32?.self) {
                holder = .team(team)
            } else if let person = try row.value(0, as: Int32?.self) {
                holder = .person(person)
            } else {
                continue
            }
            grants.append(GivenGrant(holder: holder, name: try row.value(2), role: role))
        }
        return grants
    }
}

/// People of an organisation who are given sites together.
public struct Team: Sendable, Equatable {
    /// Its number.
    public var number: Int32
    /// Its name.
    public var name: String
    /// Who belongs to it.
    public var people: [Int32]
    /// The sites that it was given.
    public var grants: [SiteGrant]
}

/// To whom a single site is given.
public enum GrantHolder: Sendable, Equatable {
    case person(Int32)
    case team(Int32)

    fileprivate var columns: (person: Int32?, team: Int32?) {
        switch self {
        case .person(let person): (person, nil)
        case .team(let team): (nil, team)
        }
    }
}

/// That a site was given to somebody, as it is listed.
public struct GivenGrant: Sendable, Equatable {
    /// To whom.
    public var holder: GrantHolder
    /// The team's name, or the person's address.
    public var name: String
    /// As what.
    public var role: Role
}

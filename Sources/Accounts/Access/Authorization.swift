import EventModel

/// What an action is about.
public enum Resource: Sendable, Equatable {
    /// Nothing in particular.
    case none
    /// An organisation, by its number.
    case organisation(Int32)
    /// A site.
    case site(OwnedSite)
}

/// What becomes of a request.
public enum Verdict: Sendable, Equatable {
    case allowed
    /// Nobody is signed in, and somebody who is might be allowed.
    case signInFirst
    /// Not for this caller. The answer is the one for what does not exist, so that nobody learns what does.
    case unknown
}

/// Whether somebody may do something: the one place that decides it.
public func authorize(_ caller: Caller, _ action: Action, _ resource: Resource) -> Verdict {
    switch (action.requirement, resource) {
    case (.nothing, _): return .allowed
    case (.signedIn, _): return signedIn(caller) == nil ? .signInFirst : .allowed
    case (.anyOrganisation(let least), _):
        guard let person = signedIn(caller) else { return .signInFirst }
        return person.memberships.contains { $0.role >= least } ? .allowed : .unknown
    case (.organisation(let least), .organisation(let organisation)):
        guard let person = signedIn(caller) else { return .signInFirst }
        guard let role = person.role(in: organisation), role >= least else { return .unknown }
        return .allowed
    case (.site(let least), .site(let site)):
        guard let person = signedIn(caller) else { return .signInFirst }
        guard let role = person.role(on: site), role >= least else { return .unknown }
        return .allowed
    case (.numbers(let least), .site(let site)):
        guard let person = signedIn(caller) else { return .signInFirst }
        guard let role = person.role(on: site), role >= least, site.deleteAt == nil else { return .unknown }
        return .allowed
    case (.reports, .site(let site)): return mayReadReports(caller, of: site)
    case (.link, .site(let site)):
        guard case .link(let link) = caller, link.site == site.site.id, site.deleteAt == nil else { return .unknown }
        return .allowed
    case (.key, .site(let site)):
        guard case .key(let key) = caller, key.opens(site), site.deleteAt == nil else { return .unknown }
        return .allowed
    case (.link, _), (.key, _): return .unknown
    case (.organisation, _), (.site, _), (.numbers, _), (.reports, _):
        // Of what does not exist nobody may do anything; who is not signed in is asked to.
        return signedIn(caller) == nil ? .signInFirst : .unknown
    }
}

private func mayReadReports(_ caller: Caller, of site: OwnedSite) -> Verdict {
    // A site that is about to be deleted is gone for all but those who can take that back, in its settings.
    guard site.deleteAt == nil else { return signedIn(caller) == nil ? .signInFirst : .unknown }
    if site.isPublic { return .allowed }
    guard let person = signedIn(caller) else { return .signInFirst }
    return person.role(on: site) == nil ? .unknown : .allowed
}

private func signedIn(_ caller: Caller) -> SignedIn? {
    if case .person(let person) = caller { return person }
    return nil
}

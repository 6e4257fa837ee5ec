import Accounts
import EventModel

/// What people change about themselves.
extension SettingsHandler {
    func changeAccount(_ inquiry: Inquiry, _ form: Form, _ actor: Actor) throws(AccountError) -> Outcome {
        let address = inquiry.address
        switch inquiry.match.route {
        case .setName: try accounts.setName(form["name"], actor)
        case .addOrganisation:
            return .done(DashboardPath.organisation(try accounts.addOrganisation(form["organisation"], actor)), .saved)
        case .changeAddress:
            try accounts.changeAddress(to: form["email"], password: form["old"], address: address, actor)
            return .done(DashboardPath.account, .address)
        case .changePassword:
            guard form["password"] == form["again"] else { throw .invalid("the two passwords differ") }
            try accounts.changePassword(old: form["old"], new: form["password"], address: address, actor)
            return .done(DashboardPath.account, .password)
        case .startSecondFactor:
            _ = try accounts.startSecondFactor(password: form["old"], address: address, actor)
            return .done(DashboardPath.account, nil)
        case .confirmSecondFactor:
            return .show(
                SettingsHandler.recoveryCodes(
                    try accounts.confirmSecondFactor(code: form["code"], address: address, actor),
                    "The second factor is on."))
        case .renewRecoveryCodes:
            return .show(
                SettingsHandler.recoveryCodes(
                    try accounts.renewRecoveryCodes(password: form["old"], address: address, actor),
                    "The codes before are of no use any more."))
        case .endSecondFactor:
            try accounts.endSecondFactor(password: form["old"], address: address, actor)
            return .done(DashboardPath.account, .secondFactorOff)
        case .revokeSession:
            try accounts.revokeSession(Int64(form["session"]) ?? 0, actor)
            return .done(DashboardPath.account, .signedOutElsewhere)
        case .revokeOtherSessions:
            try accounts.revokeOtherSessions(actor)
            return .done(DashboardPath.account, .signedOutElsewhere)
        case .deleteAccount:
            try accounts.deleteAccount(password: form["old"], address: address, actor)
            return .done(DashboardPath.signIn, nil)
        default: throw .invalid("this form is not known here")
        }
        return .done(DashboardPath.account, .saved)
    }

    private static func recoveryCodes(_ codes: [String], _ words: HTML) -> Notice {
        Notice(
            kind: .done,
            words: """
                <strong>\(words)</strong> Keep these recovery codes where the telephone is not: each signs you in once instead \
                of the app. They are not shown again.
                """, secrets: codes)
    }

    func accountPage(_ inquiry: Inquiry, _ notice: Notice?) throws(AccountError) -> HTML? {
        guard var person = inquiry.person else { return nil }
        // A form may just have switched it on.
        if inquiry.match.route == .confirmSecondFactor, notice?.kind == .done { person.hasSecondFactor = true }
        return AccountPage(
            person: person, account: try accounts.account(person),
            waiting: person.hasSecondFactor ? nil : try accounts.waitingSecondFactor(person), notice: notice,
            surroundings: inquiry.surroundings
        ).html
    }
}

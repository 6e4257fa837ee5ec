import Accounts

/// What all pages about an organisation have in common.
struct OrganisationFrame {
    let details: AccountService.OrganisationDetails
    let person: SignedIn
    /// What the reader is in it.
    let role: Role
    let notice: Notice?
    let surroundings: Surroundings

    var number: Int32 { details.organisation.number }
    var name: String { details.organisation.name }
    var token: String { surroundings.formToken }

    /// The address of one of its pages or forms.
    func address(_ part: String = "") -> String { DashboardPath.organisation(number, part) }

    /// The pages of an organisation, by the ends of their addresses.
    private static let places: [(part: String, title: StaticString)] = [
        ("", "Sites"), ("people", "People"), ("keys", "Keys"), ("brand", "Looks"), ("audit", "Audit log"),
    ]

    /// The whole document.
    func html(_ title: String, current: String, _ content: HTML) -> HTML {
        func link(_ place: (part: String, title: StaticString)) -> HTML {
            let mark: HTML = place.part == current ? " aria-current=\"page\"" : ""
            return "<a href=\"\(url: address(place.part))\"\(mark)>\(place.title.description)</a>"
        }
        let places: HTML =
            role >= .admin
            ? "<nav class=\"places\" aria-label=\"Pages of this organisation\">\(each: OrganisationFrame.places, link)</nav>"
            : .empty
        return PageFrame(
            surroundings: surroundings, title: "\(title) · \(name)", navigation: places,
            content: """
                <div class="headline"><div><h1>\(title)</h1><p class="range"><bdi>\(name)</bdi></p></div></div>
                \(notice?.html)\(deletion)\(content)
                """
        ).html
    }

    private var deletion: HTML {
        guard let moment = details.organisation.deleteAt else { return .empty }
        let keep: HTML =
            role >= .owner
            ? FormCard(action: address("keep"), token: token, fields: .empty, button: "Keep it").html : .empty
        return """
            <div class="notice bad"><p>This organisation is deleted with all its sites on \(DateWords.day(moment)).</p>\(keep)</div>

            """
    }
}

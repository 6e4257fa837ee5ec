import Accounts
import EventModel
import Reports

/// What a page looks like around its content, and for whom.
struct Surroundings {
    /// Who is signed in.
    var person: SignedIn?
    /// Who reads it.
    var audience = Audience.readers
    /// How the pages of the organisation look.
    var brand = Brand()
    /// The organisation whose brand that is.
    var organisation: Int32?
    /// The secret of the forms on the page.
    var formToken = ""

    /// What the pages are called.
    var brandName: String { brand.name.isEmpty ? "Footfall" : brand.name }

    /// The address of a file of the brand, another one whenever the brand changes: only pages that show it know it.
    func brandFile(_ name: String) -> String? {
        guard let organisation else { return nil }
        switch name {
        case "logo": if brand.logo.isEmpty { return nil }
        default: if brand.colour.isEmpty { return nil }
        }
        return "/footfall/brand/\(organisation)/\(name)-\(brand.version)"
    }
}

/// A site as the pages about it see it: where they stand, and which of them this reader may open.
struct Place {
    /// The site.
    var site: Site
    /// Where its pages are: below `/dashboard/DOMAIN`, or below a shared link.
    var base: String
    /// The pages that the reader may open.
    var pages = SitePage.allCases
    /// Whether the reader may change something.
    var hasSettings = false
    /// Filters of a shared link, which cannot be taken away.
    var locked: [Filter.Test] = []
    /// Hosts whose pages may show these pages in a frame.
    var embedHosts: [String] = []
    /// What is around the content.
    var surroundings = Surroundings()

    /// The address of a page.
    func address(_ page: SitePage = .overview) -> String { base + page.ending }

    /// The address of a page's table as a file.
    func file(_ page: SitePage) -> String { "\(base)/\(page.rawValue).csv" }
}

import Database
import EventModel
import FastCGI
import TestSupport
import Testing

@testable import Accounts
@testable import Dashboard

/// How the pages of an organisation look, and what nobody can put into them.
struct BrandTests {
    private static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    private func upload(_ logo: [UInt8], _ tenant: Tenant, _ browser: Browser, type: String = "image/png") -> Response {
        func field(_ name: String, _ value: String) -> String {
            "--edge\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n"
        }
        var body = Array((field("form_token", FormGuard(seed: browser.seed).token) + field("brand_name", "Steps")).utf8)
        body +=
            "--edge\r\nContent-Disposition: form-data; name=\"logo\"; filename=\"x.png\"\r\nContent-Type: \(type)\r\n\r\n"
            .utf8
        body += logo + Array("\r\n--edge--\r\n".utf8)
        return browser.send("POST", "\(tenant.home)/brand", type: "multipart/form-data; boundary=edge", body: body)
    }

    @Test func aPictureIsShownAsWhatItIs() throws {
        try DoorFixture.with { fixture in
            let tenant = try fixture.tenant("t")
            let browser = try tenant.browser(.admin, fixture)
            let kinds: [([UInt8], String)] = [
                (Self.png, "image/png"), ([0xFF, 0xD8, 0xFF, 0xE0], "image/jpeg"), (Array("GIF89a".utf8), "image/gif"),
                (Array("RIFF....WEBPVP8 ".utf8), "image/webp"),
            ]
            for (bytes, type) in kinds {
                // What the browser says of it counts for nothing.
                #expect(upload(bytes, tenant, browser, type: "text/html").status == 303)
                let brand = try fixture.accounts.brand(of: tenant.organisation)
                let file = browser.get("\(tenant.home)/brand").text
                let address = "/footfall/brand/\(tenant.organisation)/logo-\(brand.version)"
                #expect(file.contains("src=\"\(address)\""))
                let picture = fixture.stranger.get(address)
                #expect(picture.status == 200 && picture.body == bytes)
                #expect(picture.header("Content-Type") == type)
                #expect(picture.header("X-Content-Type-Options") == "nosniff")
            }
            // Empty keeps it, the tick takes it away.
            #expect(browser.post("\(tenant.home)/brand", [("brand_name", "Steps")]).status == 303)
            #expect(try !fixture.accounts.brand(of: tenant.organisation).logo.isEmpty)
            #expect(browser.post("\(tenant.home)/brand", [("without_logo", "yes")]).status == 303)
            #expect(try fixture.accounts.brand(of: tenant.organisation).logo.isEmpty)
        }
    }

    @Test func whatIsNoPictureIsNotTaken() throws {
        try DoorFixture.with { fixture in
            let tenant = try fixture.tenant("t")
            let browser = try tenant.browser(.admin, fixture)
            let before = try fixture.accounts.brand(of: tenant.organisation)
            let hostile: [[UInt8]] = [
                Array("<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".utf8),
                Array("<?xml version=\"1.0\"?><svg onload=\"alert(1)\"/>".utf8), Array("<html><script>1</script>".utf8),
                Array("%PDF-1.7".utf8), Array("PK\u{3}\u{4}".utf8), [0], Array("RIFF....AVI ".utf8),
                Array("\nGIF89a".utf8),
                Self.png + Array(repeating: 0, count: 48 * 1024),
            ]
            for bytes in hostile {
                let answer = upload(bytes, tenant, browser)
                #expect(answer.status == 422, "\(bytes.prefix(8))")
                #expect(answer.text.contains("the picture"))
            }
            #expect(try fixture.accounts.brand(of: tenant.organisation) == before)
            // The largest that is allowed.
            #expect(upload(Self.png + Array(repeating: 0, count: 48 * 1024 - 8), tenant, browser).status == 303)
        }
    }

    /// A picture that is a page as well stays a picture: nothing makes a browser look into it, and nothing in it could run.
    @Test func aPictureThatIsAPageAsWellStaysAPicture() throws {
        try DoorFixture.with { fixture in
            let tenant = try fixture.tenant("t")
            let browser = try tenant.browser(.admin, fixture)
            #expect(upload(Array("GIF89a/*<script>alert(1)</script>*/".utf8), tenant, browser).status == 303)
            let version = try fixture.accounts.brand(of: tenant.organisation).version
            let picture = fixture.stranger.get("/footfall/brand/\(tenant.organisation)/logo-\(version)")
            #expect(picture.header("Content-Type") == "image/gif")
            #expect(picture.header("X-Content-Type-Options") == "nosniff")
            #expect(
                picture.header("Content-Security-Policy")?.hasPrefix("default-src 'none'; script-src 'self'") == true)
            for name in [
                "logo", "logo-", "logo-\(version)x", "colours.css-\(version)x", "x-\(version)", "..%2flogo-\(version)",
            ] {
                #expect(fixture.stranger.get("/footfall/brand/\(tenant.organisation)/\(name)").status == 404, "\(name)")
            }
            #expect(fixture.stranger.get("/footfall/brand/0/logo-\(version)").status == 404)
            #expect(fixture.stranger.get("/footfall/brand/x/logo-\(version)").status == 404)
        }
    }

    @Test(arguments: ["red", "#aa00", "#gggggg", "#aa0000;} body{display:none", "url(//evil.example)", "#aa0000 "])
    func aColourIsAColour(colour: String) throws {
        try DoorFixture.with { fixture in
            let tenant = try fixture.tenant("t")
            let browser = try tenant.browser(.admin, fixture)
            #expect(browser.post("\(tenant.home)/brand", [("has_colour", "yes"), ("colour", colour)]).status == 422)
        }
    }

    // MARK: White label

    /// Pages that belong to one organisation look like its own, from the invitation to the page that is not there.
    @Test func pagesLookLikeTheirOrganisation() throws {
        try DoorFixture.with { fixture in
            let tenant = try fixture.tenant("t")
            let viewer = try tenant.browser(.viewer, fixture)
            let stranger = fixture.stranger
            let locked = "/footfall/share/\(tenant.link.token)"
            let pages: [(String, Response)] = [
                ("join", stranger.get("/footfall/join?token=\(tenant.invitationToken)")),
                (
                    "join, refused",
                    stranger.post("/footfall/join", [("token", tenant.invitationToken), ("email", "x@example.com")])
                ), ("sites", viewer.get("/dashboard")), ("account", viewer.get("/footfall/account")),
                ("no such page", viewer.get("/dashboard/nobody.example")),
                ("not for viewers", viewer.get(tenant.settings)), ("asks for a password", stranger.get(locked)),
                ("wrong password", stranger.post(locked, [("password", "x")])),
                ("shared", stranger.get("/footfall/share/\(tenant.openLink.token)")),
            ]
            for (name, answer) in pages {
                #expect(answer.text.contains("<span>Brand t</span>"), "\(name): \(answer.status)")
                #expect(answer.text.contains(" · Brand t</title>"), "\(name)")
                #expect(answer.text.contains("/footfall/brand/\(tenant.organisation)/colours.css-"), "\(name)")
                #expect(answer.text.contains("Powered by Footfall"), "\(name)")
            }
        }
    }

    @Test func whoMayNotEnterLearnsNotWhosePageItIs() throws {
        try DoorFixture.with { fixture in
            let (own, foreign) = (try fixture.tenant("own"), try fixture.tenant("foreign"))
            let viewer = try own.browser(.viewer, fixture)
            for address in [foreign.home, foreign.settings, "/dashboard/\(foreign.sites[0].domain)"] {
                #expect(!viewer.get(address).text.contains("Brand foreign"))
                #expect(!fixture.stranger.get(address).text.contains("Brand foreign"))
            }
            // Somebody of two organisations belongs to neither's looks.
            try OrganisationStore(fixture.database.connect()).join(
                own.people[.viewer] ?? 0, organisation: foreign.organisation, role: .viewer)
            #expect(viewer.get("/dashboard").text.contains("<span>Footfall</span>"))
        }
    }

    @Test func namesOfOnesOwnAreInEveryLineToPaste() throws {
        try DoorFixture.with { fixture in
            let tenant = try fixture.tenant("t")
            let browser = try tenant.browser(.admin, fixture)
            let names = [("script_path", "/steps.js"), ("endpoint_path", "/steps")]
            #expect(browser.post("\(tenant.home)/brand", names).status == 303)
            let page = browser.get(tenant.settings).text
            #expect(page.contains("src=&quot;/steps.js&quot;") || page.contains("src=\"/steps.js\""))
            #expect(page.contains("/steps.gif?s=\(tenant.sites[0].key)"))
            #expect(!page.contains("/p.gif") && !page.contains("/footfall.js"))
            let lines = browser.get("\(tenant.home)/brand").text
            #expect(lines.contains("location = /steps.gif { rewrite ^ /p.gif last; }"))
            for wrong in ["steps.js", "//evil.example/x.js", "/a b", "/\";}", "/a;", "/"] {
                #expect(browser.post("\(tenant.home)/brand", [("script_path", wrong)]).status == 422, "\(wrong)")
            }
        }
    }
}

import FastCGI
import Testing

@testable import Dashboard

/// What browsers send with forms, and what others send in their place.
struct FormTests {
    private func form(_ body: String) -> Form {
        Form(
            Request(
                method: "POST", path: "/", parameters: ["CONTENT_TYPE": "application/x-www-form-urlencoded"],
                body: Array(body.utf8)))
    }

    @Test func fieldsAreReadAsBrowsersWriteThem() {
        let form = form("name=Ada+Lovelace&sign=%26%3D%2B&site=1&site=2&empty=&bare&name=second")
        #expect(form["name"] == "Ada Lovelace")
        #expect(form["sign"] == "&=+")
        #expect(form.all("site") == ["1", "2"])
        #expect(form["empty"].isEmpty && form["bare"].isEmpty && form["missing"].isEmpty)
        #expect(form.all("missing").isEmpty)
        #expect(form.fields.map { "\($0.name)=\($0.value)" }.contains("name=second"))
    }

    @Test func numbersTicksAndWords() {
        let form = form("number=12&big=99999999999&text=x&tick=yes&hosts=a.example%2C+b.example%0D%0Ac.example%3B")
        #expect(form.number("number") == 12)
        #expect(form.number("big") == nil && form.number("text") == nil && form.number("missing") == nil)
        #expect(form.isTicked("tick") && !form.isTicked("missing"))
        #expect(form.words("hosts") == ["a.example", "b.example", "c.example"])
    }

    @Test(arguments: ["%", "%4", "%zz", "=", "&&&", "=&=&=", "a=%FF%FE", "%00=x", "x=%00"])
    func brokenOnesBreakNothing(body: String) {
        let form = form(body)
        #expect(form["%00"].isEmpty)
        #expect(!form.fields.contains { $0.name.utf8.contains(0) || $0.value.utf8.contains(0) })
    }

    @Test func thereIsAnEndToFields() {
        let many = form((0..<1000).map { "f\($0)=x" }.joined(separator: "&"))
        #expect(many.fields.count == 200)
    }

    // MARK: Files

    private func parts(_ body: String, type: String = "multipart/form-data; boundary=AaB03x") -> [Multipart.Part] {
        Multipart.parts(of: Array(body.utf8), type: type)
    }

    @Test func filesAndFieldsAreToldApart() {
        let body = """
            --AaB03x\r
            Content-Disposition: form-data; name="colour"\r
            \r
            #aa0000\r
            --AaB03x\r
            Content-Disposition: form-data; name="logo"; filename="a; name=\\"x\\".png"\r
            Content-Type: image/png\r
            \r
            one\r
            --AaB03\r
            two\r
            --AaB03x--\r

            """
        let found = parts(body)
        #expect(found.map(\.name) == ["colour", "logo"])
        #expect(found.map(\.isFile) == [false, true])
        #expect(String(decoding: found[0].bytes, as: UTF8.self) == "#aa0000")
        #expect(String(decoding: found[1].bytes, as: UTF8.self) == "one\r\n--AaB03\r\ntwo")
    }

    @Test(arguments: [
        "", "--AaB03x", "--AaB03x--", "--AaB03x\r\n\r\n--AaB03x--",
        "--AaB03x\r\nContent-Disposition: form-data\r\n\r\nx",
        "--AaB03x\r\nContent-Disposition: form-data; name=\"x\"\r\nno end of the head",
        "--AaB03x\r\nContent-Disposition: form-data; filename=\"x\"\r\n\r\nwithout a name\r\n--AaB03x--",
    ])
    func whatIsNoFormHasNoParts(body: String) {
        #expect(parts(body).isEmpty)
    }

    @Test(arguments: [
        "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\"",
        "multipart/form-data; boundary=" + String(repeating: "x", count: 71),
    ])
    func aBoundaryIsNeeded(type: String) {
        #expect(parts("--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--x--", type: type).isEmpty)
    }

    @Test func aQuotedBoundaryIsTheSame() {
        let body = "--x y\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--x y--"
        #expect(parts(body, type: "multipart/form-data; boundary=\"x y\"; charset=utf-8").map(\.name) == ["a"])
    }

    // MARK: The secret of forms

    @Test func theSecretIsAnotherOneOnEveryPageAndGoodOnAll() {
        let guarding = FormGuard(seed: "session")
        let tokens = (0..<10).map { _ in guarding.token }
        #expect(Set(tokens).count == 10, "pages are compressed: it must never look the same")
        #expect(tokens.allSatisfy { guarding.accepts($0) })
        #expect(tokens.allSatisfy { !FormGuard(seed: "another").accepts($0) })
    }

    @Test(arguments: ["", "x", "AAAAAAAAAAAAAAAAAAAAAA", String(repeating: "A", count: 43), "ü", "=", "%00"])
    func whatIsNoSecretIsNotTaken(token: String) {
        #expect(!FormGuard(seed: "session").accepts(token))
        #expect(!FormGuard(seed: "session").accepts(FormGuard(seed: "session").token + token) || token.isEmpty)
    }

    @Test(arguments: [
        ("https://stats.example", "same-origin", true), ("https://stats.example", nil, true),
        (nil, "same-origin", true), (nil, nil, false), ("", "same-origin", false), ("null", "same-origin", false),
        ("https://evil.example", "same-origin", false), ("https://stats.example", "cross-site", false),
        ("https://stats.example", "same-site", false), ("https://stats.example", "none", false),
        ("http://stats.example", "same-origin", false), ("https://stats.example:444", "same-origin", false),
        ("https://stats.example.evil.example", nil, false), (nil, "none", false),
    ])
    func onlyPagesOfThisOriginSendForms(origin: String?, site: String?, isTaken: Bool) {
        var parameters: Parameters = [:]
        if let origin { parameters.append("HTTP_ORIGIN", origin) }
        if let site { parameters.append("HTTP_SEC_FETCH_SITE", site) }
        let request = Request(method: "POST", path: "/", parameters: parameters)
        #expect(FormGuard.isFromHere(request, origins: ["https://stats.example", ""]) == isTaken)
    }

    // MARK: Where to go after the sign-in

    @Test(arguments: [
        "/dashboard", "/dashboard/shop.example?period=today&filter=page,is,/shop", "/footfall/account",
        "/footfall/join?token=abc",
    ])
    func pagesOfTheDashboardAreComeBackTo(address: String) {
        #expect(SettingsHandler.next(address) == address)
    }

    @Test(arguments: [
        "", "/", "//evil.example", "//evil.example/dashboard", "https://evil.example/dashboard", "/\\evil.example",
        "/dashboard\\..\\\\evil.example", "javascript:alert(1)", "/dashboard:80", "/footfall/../\\evil",
        "/dashboard\r\nX: y",
        "/dashboard x", "dashboard", "/evil", "/footfall/sign-in", "/footfall/sign-in?next=/footfall/sign-in",
        "/dashboard/ü", "\t/dashboard", "/%2fevil.example",
    ])
    func everythingElseLeadsToTheSites(address: String) {
        #expect(SettingsHandler.next(address) == "/dashboard")
    }

    @Test func aVeryLongAddressIsNotCarriedAlong() {
        #expect(SettingsHandler.next("/dashboard?" + String(repeating: "x", count: 4000)) == "/dashboard")
    }
}

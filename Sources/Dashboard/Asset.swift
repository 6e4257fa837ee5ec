/// A file that pages load, under an address that changes with its content, so that browsers may keep it for ever.
struct Asset {
    /// The file as it was at build time.
    let bytes: [UInt8]
    /// Its name.
    let name: String
    /// Its media type.
    let type: StaticString

    /// The stylesheet of this build.
    static let stylesheet = Asset(PackageResources.dashboard_css, ending: "css", type: "text/css; charset=utf-8")
    /// The script of this build.
    static let script = Asset(PackageResources.dashboard_js, ending: "js", type: "text/javascript; charset=utf-8")
    /// All of them.
    static let all = [stylesheet, script]

    private init(_ bytes: [UInt8], ending: String, type: StaticString) {
        self.bytes = bytes
        self.type = type
        // FNV-1a, 64 bits: it only has to differ when the content does; nobody gains by a collision.
        let hash = bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
        name = "dashboard-\(String(hash, radix: 16)).\(ending)"
    }

    /// Its address. Not below `/dashboard`, out of which a web server may keep everybody.
    var path: String { "/footfall/assets/\(name)" }
}

/// The one stylesheet, under an address that changes with its content, so that browsers may keep it for ever.
struct Stylesheet {
    /// The file as it was at build time.
    let bytes: [UInt8]
    /// Its name.
    let name: String

    /// The stylesheet of this build.
    static let current = Stylesheet(PackageResources.dashboard_css)

    /// A stylesheet of these bytes.
    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        // FNV-1a, 64 bits: it only has to differ when the content does; nobody gains by a collision.
        let hash = bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
        name = "dashboard-\(String(hash, radix: 16)).css"
    }

    /// Its address. A web server may keep everybody out of `/dashboard`, so the public page has it below its own folder.
    func path(for audience: Audience) -> String {
        switch audience {
        case .readers: "/dashboard/assets/\(name)"
        case .everybody: "/footfall/privacy/assets/\(name)"
        }
    }
}

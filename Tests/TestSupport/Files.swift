import Glibc
public import Platform

/// A folder that is gone with the test.
public final class TemporaryFolder: Sendable {
    /// Its absolute or relative path.
    public let path: String

    /// A new, empty folder below `parent`.
    public init(in parent: String = "/tmp") throws(PlatformError) {
        path = "\(parent)/footfall-test-\(Process.id)-\(UInt64.random(in: 0...UInt64.max))"
        try Files.makeFolder(path, mode: 0o700)
    }

    deinit {
        TemporaryFolder.remove(path)
    }

    private static func remove(_ path: String) {
        for name in (try? Files.list(path)) ?? [] {
            let entry = "\(path)/\(name)"
            if unsafe unlink(entry) != 0 { remove(entry) }
        }
        _ = unsafe rmdir(path)
    }
}

/// The folder of the plugin whose test calls: `plugins/NAME` of `plugins/NAME/Tests/FILE.swift`.
public func pluginFolder(_ file: StaticString = #filePath) -> String {
    "\(file)".split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")
}

/// The repository's folder.
public var repositoryFolder: String {
    "\(#filePath as StaticString)".split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        .joined(separator: "/")
}

/// So many bytes from a descriptor, fewer at its end or after its time limit.
public func readExactly(_ descriptor: Int32, count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
        let read = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe Glibc.read(descriptor, buffer.baseAddress.map { unsafe $0 + filled }, count - filled)
        }
        guard read > 0 else { break }
        filled += read
    }
    return Array(bytes[..<filled])
}

/// Sets the permission bits of a file.
public func setPermissions(of path: String, to mode: UInt32) {
    _ = unsafe chmod(path, mode)
}

/// The permission bits of a file; `nil` when it is not there.
public func permissions(of path: String) -> UInt32? {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? status.st_mode & 0o7777 : nil
}

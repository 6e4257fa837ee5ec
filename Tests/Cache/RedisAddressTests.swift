import Testing

@testable import Cache

struct RedisAddressTests {
    @Test func theEmptyTextMeansNoRedis() throws {
        #expect(try RedisAddress(url: "") == nil)
    }

    @Test(arguments: [
        ("redis://localhost", "redis://localhost:6379/0", "", ""),
        ("redis://127.0.0.1:6380/3", "redis://127.0.0.1:6380/3", "", ""),
        ("redis://:secret@host:1/", "redis://host:1/0", "", "secret"),
        ("redis://me:p%40ss:w@host", "redis://host:6379/0", "me", "p@ss:w"),
        ("redis://[::1]:7000/1", "redis://::1:7000/1", "", ""),
        ("redis://[::1]", "redis://::1:6379/0", "", ""),
        ("unix:/run/redis/redis.sock", "unix:/run/redis/redis.sock?db=0", "", ""),
        ("unix:///run/redis.sock?db=5", "unix:/run/redis.sock?db=5", "", ""),
    ])
    func isRead(url: String, description: String, user: String, password: String) throws {
        let address = try #require(try RedisAddress(url: url))
        #expect(address.description == description)
        #expect(address.user == user)
        #expect(address.password == password)
    }

    @Test(arguments: [
        "localhost:6379", "http://localhost", "redis://", "redis://:6379", "redis://host:0", "redis://host:port",
        "redis://host:70000", "redis://host/x", "redis://host/-1", "redis://secret@host", "unix:relative.sock", "unix:",
        "unix:/a?database=1", "unix:/a?db=x", "redis://:a%2@host", "redis://:a%zz@host", "redis://:a%+1@host",
    ])
    func isRefusedWithoutRepeatingTheURL(url: String) {
        do {
            _ = try RedisAddress(url: url)
            Issue.record("accepted \(url)")
        } catch {
            #expect(!error.description.contains(url))
        }
    }

    @Test func noDescriptionShowsThePassword() throws {
        let address = try #require(try RedisAddress(url: "redis://user:hunter2@host"))
        var dumped = ""
        dump(address, to: &dumped)
        for text in ["\(address)", String(reflecting: address), dumped] { #expect(!text.contains("hunter2")) }
    }
}

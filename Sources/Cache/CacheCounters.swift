/// What a cache did since it was made, for `/metrics`.
public struct CacheCounters: Sendable, Equatable {
    /// Values found in memory.
    public var memoryHits = 0
    /// Values found in Redis.
    public var redisHits = 0
    /// Values that had to be computed.
    public var misses = 0
    /// Requests that waited for a computation that another one had begun.
    public var joined = 0
    /// Redis commands that failed or took too long.
    public var redisErrors = 0
    /// Values pushed out of memory by others.
    public var evictions = 0
    /// Values in memory now.
    public var entries = 0
    /// Bytes in memory now, keys and book-keeping included.
    public var bytes = 0
    /// Whether Redis is left alone at the moment because it failed.
    public var isRedisAway = false

    /// Nothing yet.
    public init() {}
}

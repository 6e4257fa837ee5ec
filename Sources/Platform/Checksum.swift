import CSystem

/// CRC32C, the checksum of iSCSI (RFC 3720) and of most journals: finds torn and rotten bytes, does not keep out forgers.
public enum Checksum {
    /// The checksum of `bytes[from...]`, going on from `seed`.
    public static func crc32c(_ bytes: [UInt8], from start: Int = 0, seed: UInt32 = 0) -> UInt32 {
        crc32c(bytes, start..<bytes.count, seed: seed)
    }

    /// The checksum of the bytes in `range`, which must lie within the array, going on from `seed`.
    public static func crc32c(_ bytes: [UInt8], _ range: Range<Int>, seed: UInt32 = 0) -> UInt32 {
        unsafe bytes[range].withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return seed }
            return unsafe csystem_crc32c(seed, start, buffer.count)
        }
    }

    /// The checksum of part of an array, going on from `seed`.
    public static func crc32c(_ bytes: ArraySlice<UInt8>, seed: UInt32) -> UInt32 {
        unsafe bytes.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return seed }
            return unsafe csystem_crc32c(seed, start, buffer.count)
        }
    }

    /// The same without the processor's instruction, for the test that compares the two.
    static func portable(_ bytes: [UInt8]) -> UInt32 {
        unsafe bytes.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return 0 }
            return unsafe csystem_crc32c_portable(0, start, buffer.count)
        }
    }
}

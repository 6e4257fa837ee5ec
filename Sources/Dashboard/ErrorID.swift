import FastCGI

/// Ties what a reader sees to a line of the log: nginx's request id, so that its log agrees too, else a random number.
struct ErrorID {
    let text: String

    init(_ request: Request) {
        let given = request.parameters["FOOTFALL_REQUEST_ID"] ?? ""
        let isHexadecimal = given.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
            default: false
            }
        }
        if (8...64).contains(given.utf8.count), isHexadecimal {
            text = given
        } else {
            let random = String(UInt64.random(in: .min ... .max), radix: 16)
            text = String(repeating: "0", count: 16 - random.utf8.count) + random
        }
    }
}

import Collect
import Dashboard
import EventModel
import FastCGI

/// Asks the process that takes events, which has the salts, for the pseudonym of the person who sent a request.
struct OwnVisitorClient {
    /// The ingest process's socket.
    let socket: String

    /// Where it is asked, over the socket: nginx has no way there.
    static let path = "/visitor"

    /// The pseudonym of whoever sent a request.
    func visitor(of request: Request, site: SiteID) -> GatewaySource.Recognition {
        var headers: [(String, String)] = []
        for name in OwnVisitor.parameters {
            if let value = request.parameters[name] { headers.append((name, value)) }
        }
        return ask(site, address: request.parameters["REMOTE_ADDR"] ?? "", parameters: headers)
    }

    /// The pseudonym of somebody with this address and these parameters of CGI.
    func ask(_ site: SiteID, address: String, parameters: [(String, String)]) -> GatewaySource.Recognition {
        guard let client = try? Client(socket: socket, timeoutMilliseconds: 2000) else { return .away }
        let all =
            [
                ("REQUEST_METHOD", "GET"), ("SCRIPT_NAME", OwnVisitorClient.path),
                ("QUERY_STRING", "site=\(site.rawValue)"), ("REMOTE_ADDR", "127.0.0.1"),
                (OwnVisitor.addressParameter, address),
            ] + parameters
        guard client.send(all.map { ($0.0, Array($0.1.utf8)) }, keepsConnection: false),
            case .answered(let answer) = client.receive()
        else { return .away }
        let text = String(decoding: answer.body, as: UTF8.self).prefix { $0 != "\n" }
        guard answer.status == 200, let bits = UInt64(text) else { return answer.status == 404 ? .nobody : .away }
        return .visitor(VisitorID(rawValue: bits))
    }
}

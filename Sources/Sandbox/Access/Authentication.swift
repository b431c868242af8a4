import Foundation

/// Bearer tokens, and whom they name.
package actor Authentication {
    private struct Grant {
        var caller: Caller
        /// Nil: never.
        var expiry: Date?
    }

    private var grants: [String: Grant] = [:]

    /// Lets a token in; an earlier token of the same caller stays.
    package func admit(token: String, _ caller: Caller) {
        grants[token] = Grant(caller: caller)
    }

    /// Makes a token that ends by itself.
    func issue(to caller: Caller, for seconds: Int) -> (token: String, expiry: Date) {
        grants = grants.filter { $0.value.expiry.map { $0 > Date() } ?? true }
        let expiry = Date(timeIntervalSinceNow: TimeInterval(seconds))
        let token = "sandbox-\(UUID().uuidString)\(UUID().uuidString)"
        grants[token] = Grant(caller: caller, expiry: expiry)
        return (token, expiry)
    }

    /// The token is answered with 401 from now on.
    package func expire(token: String) {
        grants[token] = nil
    }

    /// The caller behind an Authorization header.
    func caller(authorization: String?) throws(APIFailure) -> Caller {
        guard let authorization, authorization.hasPrefix("Bearer "),
            let grant = grants[String(authorization.dropFirst(7))], grant.expiry.map({ $0 > Date() }) ?? true
        else { throw .unauthorized }
        return grant.caller
    }
}

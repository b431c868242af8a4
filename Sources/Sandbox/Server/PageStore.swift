import Foundation

/// Lists that are handed out page by page; each page shows the same revision.
actor PageStore {
    /// One page.
    struct Page: Sendable {
        var items: [JSONValue]
        var revision: Int
        /// Nil on the last page.
        var token: String?
        var remaining: Int?
    }

    private struct Rest {
        var items: [JSONValue]
        var revision: Int
    }

    /// Tokens that are kept; older ones expire.
    private static let capacity = 64
    private var rests: [String: Rest] = [:]
    private var order: [String] = []

    /// The first page of a list; `limit` 0 means all.
    func first(_ items: [JSONValue], revision: Int, limit: Int) -> Page {
        page(of: Rest(items: items, revision: revision), limit: limit)
    }

    /// The page behind a token.
    ///
    /// - Throws: 410 if the token expired.
    func next(_ token: String, limit: Int) throws(APIFailure) -> Page {
        guard let rest = rests[token] else {
            throw .expired("The provided continue parameter is too old to display a consistent list result.")
        }
        return page(of: rest, limit: limit)
    }

    /// Forgets every token.
    func expireAll() {
        rests = [:]
        order = []
    }

    private func page(of rest: Rest, limit: Int) -> Page {
        guard limit > 0, rest.items.count > limit else { return Page(items: rest.items, revision: rest.revision) }
        let token = Data(UUID().uuidString.utf8).base64EncodedString()
        rests[token] = Rest(items: Array(rest.items[limit...]), revision: rest.revision)
        order.append(token)
        if order.count > Self.capacity { rests[order.removeFirst()] = nil }
        return Page(
            items: Array(rest.items[..<limit]),
            revision: rest.revision,
            token: token,
            remaining: rest.items.count - limit
        )
    }
}

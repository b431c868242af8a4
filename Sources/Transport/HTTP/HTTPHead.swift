/// The status and headers of an answer.
package struct HTTPHead: Sendable, Hashable {
    /// 100...599; 0 for a bare TCP connection.
    package var status: Int
    /// In the order received.
    package var headers: [HTTPRequest.Header] = []

    package init(status: Int, headers: [HTTPRequest.Header] = []) {
        self.status = status
        self.headers = headers
    }

    /// The first value of a header, its name compared without case; nil if there is none.
    package subscript(name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

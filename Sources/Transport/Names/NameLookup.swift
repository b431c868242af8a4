import CLibcurl
import Glibc

/// What a name stands for, asked of whom the machine asks; waits for as long as that takes.
package struct NameLookup: Sendable {
    /// Why there is no address.
    package struct Failure: Error, Sendable, Hashable {
        /// What the C library says.
        package var words: String
        /// Whether a name server said that the name does not exist, rather than nothing.
        package var isDefinite: Bool

        /// A failure; the parameters are the properties.
        package init(_ words: String, isDefinite: Bool) {
            self.words = words
            self.isDefinite = isDefinite
        }
    }

    /// Addresses of one name that are tried.
    private static let most = 8

    /// The addresses of a name as texts, at least one, the best first.
    ///
    /// Called on threads of its own; may block.
    package var addresses: @Sendable (_ name: String) -> Result<[String], Failure>

    /// A lookup of one's own, for tests.
    package init(_ addresses: @escaping @Sendable (_ name: String) -> Result<[String], Failure>) {
        self.addresses = addresses
    }

    /// By the C library: /etc/hosts, name servers, whatever nsswitch.conf says.
    ///
    /// https://man7.org/linux/man-pages/man3/getaddrinfo.3.html
    package static let system = NameLookup { name in
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(name, nil, &hints, &list)
        defer { unsafe freeaddrinfo(list) }
        guard code == 0 else {
            let error = errno
            let words =
                unsafe code == EAI_SYSTEM ? String(cString: strerror(error)) : String(cString: gai_strerror(code))
            return .failure(Failure(words, isDefinite: code == EAI_NONAME))
        }
        let texts = unsafe texts(list)
        return texts.isEmpty ? .failure(Failure("it has no addresses", isDefinite: true)) : .success(texts)
    }

    private static func texts(_ list: UnsafeMutablePointer<addrinfo>?) -> [String] {
        var texts: [String] = []
        var entry = unsafe list
        while let current = unsafe entry?.pointee, texts.count < most {
            var buffer = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let size = socklen_t(buffer.count)
            let code = unsafe getnameinfo(current.ai_addr, current.ai_addrlen, &buffer, size, nil, 0, NI_NUMERICHOST)
            let text = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if code == 0, !text.isEmpty, !texts.contains(text) { texts.append(text) }
            unsafe entry = current.ai_next
        }
        return texts
    }
}

import CLibcurl
import Glibc

extension TransportError {
    /// The failure behind libcurl's code.
    ///
    /// https://curl.se/libcurl/c/libcurl-errors.html
    init(_ code: CURLcode, errno number: Int, detail: String) {
        self.init(Self.kind(of: code, errno: Int32(number)), detail)
    }

    /// The failure behind an error of the kernel's `connect`.
    init(connect number: Int32) {
        self.init(Self.connectFailure(errno: number), Self.words(number))
    }

    /// The kernel gave no socket: whatever the reason, it is no peer's.
    init(socket number: Int32) {
        self.init(.localResource, "no socket: \(Self.words(number))")
    }

    /// The kernel does not tell when a socket is ready.
    init(watch number: Int32) {
        self.init(.localResource, "a socket cannot be waited for: \(Self.words(number))")
    }

    /// libcurl cannot begin an exchange.
    init(_ code: CURLMcode) {
        unsafe self.init(.localResource, String(cString: curl_multi_strerror(code)))
    }

    private static func words(_ number: Int32) -> String {
        unsafe "\(String(cString: strerror(number))) (errno \(number))"
    }

    /// Why a certificate is not trusted, from OpenSSL's verdict.
    ///
    /// Libcurl compares names before it asks for the verdict: 0 or 1, none as yet, mean that the name is another's.
    ///
    /// https://docs.openssl.org/3.0/man3/X509_STORE_CTX_get_error/
    static func untrusted(verification: Int) -> Kind {
        switch verification {
        case 0, 1, 62, 64: .otherHost
        case 9, 10: .expired
        default: .untrusted
        }
    }

    private static func kind(of code: CURLcode, errno number: Int32) -> Kind {
        switch code {
        case CURLE_OPERATION_TIMEDOUT: return .timedOut
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: return .unresolved
        case CURLE_COULDNT_CONNECT: return connectFailure(errno: number)
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR: return .untrusted
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_USE_SSL_FAILED: return .tls
        case CURLE_SSL_CACERT_BADFILE, CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_FUNCTION_ARGUMENT:
            return .badRequest
        case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT, CURLE_INTERFACE_FAILED, CURLE_ABORTED_BY_CALLBACK,
            CURLE_UNKNOWN_OPTION, CURLE_NOT_BUILT_IN:
            return .localResource
        case CURLE_WEIRD_SERVER_REPLY: return .notHTTP
        default: return .connectionLost
        }
    }

    private static func connectFailure(errno number: Int32) -> Kind {
        switch number {
        // libcurl has lost it; that no socket could be opened is told apart before.
        case 0, ECONNREFUSED, ECONNRESET, ECONNABORTED, EPIPE: .refused
        // A node that is gone looks like that, too.
        case ENETUNREACH, EHOSTUNREACH, EHOSTDOWN: .unreachable
        case ETIMEDOUT: .timedOut
        // The rest is said by our own kernel before anything is sent: ports, memory or descriptors are used up (EADDRNOTAVAIL,
        // EAGAIN, ENOBUFS, ENOMEM, EMFILE), a rule of this machine forbids it (EPERM, EACCES), its network is down (ENETDOWN).
        default: .localResource
        }
    }
}

import Glibc
import NIOCore

/// Why a server of the sandbox cannot listen; the port that it was given is taken, or not ours to take.
struct ListeningFailure: Error, CustomStringConvertible {
    let description: String

    /// Of a server on a loopback address.
    ///
    /// `server`: which one, for people.
    init(_ server: String, port: Int, _ error: any Error) {
        let number = (error as? IOError)?.errnoCode
        let reason = number.map { unsafe String(cString: strerror($0)) } ?? "\(error)"
        description = "\(server) cannot listen at 127.0.0.1:\(port): \(reason)"
    }
}

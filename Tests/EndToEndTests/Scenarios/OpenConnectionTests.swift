import Foundation
import Glibc
import Sandbox
import TestedCluster
import Testing

extension WorkloadTests {
    /// 14: a Service steers new connections only.
    @Suite struct OpenConnectionTests {
        @Test func connectionsStayOnTheDemotedPodAndNewOnesGoToTheActiveOne() async throws {
            try await Stage.run { stage in
                try await stage.place("web", replicas: 2)
                let arguments = try await stage.arguments(groups: [Manifests.group("web")])
                _ = try await SupervisorProcess.run(arguments) { process in
                    let first = try await stage.waitUntilSettled("web")
                    _ = await process.log.wait(for: "member.name=web-1", "member.health=healthy")
                    try await stage.sandbox.waitForEndpoints([first], of: "web")
                    let address = try #require(await stage.address(of: first))
                    let connection = try #require(OpenConnection(to: address, port: 8080))
                    #expect(connection.ask("/").hasPrefix("HTTP/1.1 200"))
                    let moved = try await stage.request(["switchover", "web"])
                    #expect(moved.code == 0, "\(moved.text)")
                    let second = try await stage.waitUntilSettled("web", otherThan: first)
                    try await stage.sandbox.waitForEndpoints([second], of: "web")
                    // The demoted pod still answers whoever was connected.
                    #expect(connection.ask("/").hasPrefix("HTTP/1.1 200"))
                }
            }
        }
    }
}

/// A connection that stays open between two requests.
private final class OpenConnection {
    private let descriptor: Int32

    init?(to address: String, port: UInt16) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var target = sockaddr_in()
        target.sin_family = sa_family_t(AF_INET)
        target.sin_port = port.bigEndian
        guard unsafe inet_pton(AF_INET, address, &target.sin_addr) == 1 else { return nil }
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = unsafe withUnsafePointer(to: &target) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe connect(descriptor, $0, size) }
        }
        if code != 0 { return nil }
    }

    deinit { close(descriptor) }

    /// The beginning of the answer; empty if there is none.
    func ask(_ path: String) -> String {
        let request = Array("GET \(path) HTTP/1.1\r\nHost: web\r\n\r\n".utf8)
        guard unsafe send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { return "" }
        var answer = [UInt8](repeating: 0, count: 4096)
        let count = unsafe recv(descriptor, &answer, answer.count, 0)
        return String(decoding: answer.prefix(max(0, count)), as: UTF8.self)
    }
}

import Foundation
import Glibc
import Sandbox
import TestedCluster
import Testing
import Transport

extension WorkloadTests {
    /// 32: what one peer, one pattern or one name server does, no other group notices.
    @Suite struct BusyLoopTests {
        /// A place where a name server should be, and nobody says anything.
        private final class SilentNameServer: Sendable {
            let address = "127.\(Int.random(in: 1...254)).\(Int.random(in: 1...254)).\(Int.random(in: 2...254))"
            private let descriptor: Int32

            init() throws {
                descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
                var place = sockaddr_in()
                place.sin_family = sa_family_t(AF_INET)
                place.sin_port = UInt16(53).bigEndian
                try #require(unsafe inet_pton(AF_INET, address, &place.sin_addr) == 1)
                let size = socklen_t(MemoryLayout<sockaddr_in>.size)
                let code = unsafe withUnsafePointer(to: &place) { pointer in
                    unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        unsafe bind(descriptor, $0, size)
                    }
                }
                try #require(code == 0, "the port of name servers cannot be had")
            }

            deinit { close(descriptor) }
        }

        /// A group whose probes have a name to resolve.
        private static func named(_ name: String, _ host: String) -> String {
            let probe =
                "{httpGet: {path: /health, port: 8080, host: \(host)}, periodSeconds: 0.6, fastPeriodSeconds: 0.2"
            return Manifests.group(
                name,
                probe: probe + ", timeoutSeconds: 0.5, failureThreshold: 3, successThreshold: 1}"
            )
        }

        @Test(
            .enabled(
                if: ShellRun.works("unshare -m mount --bind /dev/null /etc/resolv.conf"),
                "needs a mount namespace"
            )
        )
        func aSilentNameServerHoldsUpNoOtherGroup() async throws {
            let server = try SilentNameServer()
            let loop = EventLoop(name: "test")
            defer { loop.stop() }
            try await Stage.run { stage in
                for name in ["web", "named"] { try await stage.place(name, replicas: 2) }
                let file = try stage.write(
                    "resolv.conf",
                    "nameserver \(server.address)\noptions timeout:30 attempts:5\n"
                )
                let groups = [Self.named("named", "silent.example"), Manifests.group("web")]
                let arguments = try await stage.arguments(groups: groups, ["--listen", "127.0.0.1:0"])
                let launcher = [
                    "/usr/bin/unshare", "-m", "/bin/sh", "-c", #"mount --bind "$0" /etc/resolv.conf && exec "$@""#,
                    file,
                ]
                let (end, code) = try await SupervisorProcess.run(arguments, within: launcher) { process in
                    for pod in ["named-0", "named-1"] {
                        let line = await process.log.wait(
                            for: "member.name=\(pod)",
                            "no answer from a name server in time"
                        )
                        _ = try #require(line)
                    }
                    let first = try await stage.waitUntilSettled("web")
                    for pod in ["web-0", "web-1"] {
                        _ = await process.log.wait(for: "member.name=\(pod)", "member.health=healthy")
                    }
                    await stage.sandbox.applications.set(.status(500), pod: first, namespace: "default")
                    try await stage.waitUntilSettled("web", otherThan: first)
                    let metrics = try await DescriptorTests.metrics(of: process, loop)
                    let sample = "kube_standby_event_loop_lag_seconds{loop=\"probes\"}"
                    // One lookup would have held the loop for half a minute.
                    #expect((0..<10).contains(DescriptorTests.sample(sample, in: metrics)))
                    // Said once for each pod, however often it is so.
                    for pod in ["named-0", "named-1"] {
                        let lines = await process.log.lines.filter { $0.contains("member.name=\(pod)") }
                        #expect(lines.count { $0.contains("name server") } == 1, "\(lines)")
                    }
                    return ContinuousClock.now
                }
                #expect(code == 0)
                #expect(ContinuousClock.now - end < .seconds(20), "it ends while lookups are under way")
                #expect(await stage.audit("web").violations.isEmpty)
                _ = server
            }
        }

        /// The body of the toy application is short, so that the sentence is the pattern's own trap: it is not found, in no time.
        @Test func aPatternThatBacktracksHoldsUpNoOtherGroup() async throws {
            try await Stage.run { stage in
                for name in ["web", "trap"] { try await stage.place(name, replicas: 2) }
                let probe = Manifests.quickProbe.replacingOccurrences(
                    of: "path: /health",
                    with: #"path: /health, expectedBody: '^(\w+\s?)*$'"#
                )
                let groups = [Manifests.group("trap", probe: probe), Manifests.group("web")]
                for pod in ["trap-0", "trap-1"] {
                    let sentence = String(repeating: "the quick brown fox jumps over the lazy dog ", count: 200) + "!"
                    await stage.sandbox.applications.set(.body(sentence), pod: pod, namespace: "default")
                }
                let arguments = try await stage.arguments(groups: groups)
                _ = try await SupervisorProcess.run(arguments) { process in
                    for pod in ["trap-0", "trap-1"] {
                        let line = await process.log.wait(
                            for: "member.name=\(pod)",
                            "not found within its bound of work"
                        )
                        _ = try #require(line)
                    }
                    let first = try await stage.waitUntilSettled("web")
                    for pod in ["web-0", "web-1"] {
                        _ = await process.log.wait(for: "member.name=\(pod)", "member.health=healthy")
                    }
                    await stage.sandbox.applications.set(.status(500), pod: first, namespace: "default")
                    try await stage.waitUntilSettled("web", otherThan: first)
                }
                #expect(await stage.audit("web").violations.isEmpty)
            }
        }
    }
}

import Foundation
import Glibc
import HeadlessBrowser
import NIOHTTP1
import Sandbox
import TestedCluster
import Testing
import Transport

@testable import Operations

extension EndToEndTests {
    /// `dashboard`: the page on the user's loopback, with what supervisors tell through the API server.
    @Suite struct DashboardCommandTests {
        /// Runs the command; `body` is given the address that it prints.
        private static func dashboard(
            _ stage: Stage,
            token: String = Sandbox.adminToken,
            _ more: [String] = [],
            _ body: @Sendable @escaping (SupervisorProcess, String) async throws -> Void
        ) async throws -> Int {
            let kubeconfig = try stage.write("kubeconfig-\(token)", await stage.sandbox.kubeconfig(token: token))
            let arguments = ["dashboard", "--kubeconfig", kubeconfig] + more
            return try await SupervisorProcess.run(arguments) { process in
                let line = try #require(await process.log.wait(for: "the dashboard is served at"))
                let address = try #require(line.firstMatch(of: #/http:\S+/#))
                try await body(process, String(address.output))
                process.send(SIGTERM)
                _ = await process.log.wait(for: "\u{0}never printed")
            }.code
        }

        private static let active =
            "document.querySelector('#space .row[data-key=\"default/web\"] .active-pod').textContent"
        private static let connection = "document.getElementById('connection').textContent"

        @Test func showsAMoveThroughTheProxyAndThatNobodyTellsAnything() async throws {
            try await Stage.run { stage in
                let arguments = try await stage.surveyArguments()
                try await stage.withSupervisorPod(arguments) { supervisor in
                    let holder = try await stage.waitUntilSettled("web")
                    let code = try await Self.dashboard(stage) { _, address in
                        try await Browser.run { browser in
                            let page = try await browser.open(address)
                            try await page.until("\(Self.active) === '\(holder)' && \(Self.connection) === 'live'")
                            await stage.sandbox.applications.set(.status(500), pod: holder, namespace: "default")
                            try await page.until("\(Self.active).startsWith('web-') && \(Self.active) !== '\(holder)'")
                            try await page.press("Enter")
                            try await page.until("document.querySelectorAll('#group .picture .move').length > 0")
                            supervisor.send(SIGKILL)
                            try await page.until("\(Self.connection).startsWith('not connected')")
                        }
                    }
                    #expect(code == 0)
                }
            }
        }

        /// They are as many as are followed at most, and their namespace comes first.
        @Test func impostorsHideNobody() async throws {
            try await Stage.run { stage in
                let arguments = try await stage.surveyArguments()
                try await stage.withSupervisorPod(arguments) { _ in
                    try await stage.placeImpostors(64)
                    _ = try await Self.dashboard(stage) { process, address in
                        #expect(await process.log.wait(for: "evil-0 in aaa holds the Lease of a shard") != nil)
                        try await Browser.run { browser in
                            let page = try await browser.open(address)
                            try await page.until("\(Self.active).startsWith('web-') && \(Self.connection) === 'live'")
                        }
                    }
                }
            }
        }

        /// Who may write Leases in the group's namespace is followed, and ends that with a line without an end.
        @Test func whoTellsTooMuchIsFollowedNoLonger() async throws {
            let listener = OperationsListener(limits: OperationsServer.Limits())
            let port = try await listener.listen(at: ListenAddress(loopback: 0))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    let line = "data: " + String(repeating: "x", count: 300_000)
                    await listener.serve { _ in OperationsAnswer(.ok, line, type: "text/event-stream") }
                }
                defer { listener.close() }
                try await Stage.run { stage in
                    try await stage.withSupervisorPod(try await stage.surveyArguments()) { _ in
                        try await stage.placeImpostors(port: port, namespace: "default")
                        _ = try await Self.dashboard(stage) { process, address in
                            let words =
                                "evil-0 in default tells a line of more than 256 KB, and is not followed any more"
                            #expect(await process.log.wait(for: words) != nil)
                            try await Browser.run { browser in
                                let page = try await browser.open(address)
                                try await page.until(
                                    "\(Self.active).startsWith('web-') && \(Self.connection) === 'live'"
                                )
                            }
                        }
                    }
                }
            }
        }

        /// Neither another server's page nor a name that leads here by trickery is answered.
        @Test func answersThisMachinesOwnPagesAlone() async throws {
            let loop = EventLoop(name: "test")
            defer { loop.stop() }
            try await Stage.run { stage in
                _ = try await Self.dashboard(stage) { _, address in
                    #expect(address.hasPrefix("http://127.0.0.1:"))
                    for (header, value, code) in [
                        ("Host", "evil.example", 403), ("Origin", "http://evil.example", 403),
                        ("Sec-Fetch-Site", "cross-site", 403), ("Accept", "text/html", 200),
                    ] {
                        for path in ["", "api/v1/groups"] {
                            var request = HTTPRequest("GET", address + path)
                            request.timeout = .seconds(60)
                            request.headers = [.init(header, value)]
                            let status = try await loop.response(to: request).head.status
                            #expect(status == code, "\(header) \(path)")
                        }
                    }
                    for (method, path, code) in [
                        ("POST", "", 405), ("GET", "nothing", 404), ("GET", "metrics", 404),
                        ("GET", "api/v1/groups/a/b", 404),
                    ] {
                        var request = HTTPRequest(method, address + path)
                        request.timeout = .seconds(60)
                        let status = try await loop.response(to: request).head.status
                        #expect(status == code, "\(method) \(path)")
                    }
                }
            }
        }

        @Test func saysWhyThereIsNothingToShow() async throws {
            try await Stage.run { stage in
                let code = try await Self.dashboard(stage) { process, _ in
                    #expect(await process.log.wait(for: "no supervisor was found") != nil)
                }
                #expect(code == 0)
                let refused = try await stage.request(["dashboard"], token: "nobody-knows-this")
                #expect(refused.code == 2 && refused.text.contains("leases"), "\(refused.text)")
                let wrong = try await stage.request(["dashboard", "--port", "70000"])
                #expect(wrong.code == 64 && wrong.text.contains("--port 70000"))
            }
        }
    }
}

import Foundation
import Glibc
import KubernetesClient
import Sandbox
import Supervision
import TestedCluster
import Testing
import Transport

extension WorkloadTests {
    /// `switchover --at` and `failover.preemptWindows`: the real commands and the real supervisor.
    @Suite struct PlannedSwitchoverTests {
        private static let scheduled = "kube-standby.io/scheduled"

        private static func time(in seconds: Double) -> String {
            Date(timeIntervalSinceNow: seconds).formatted(
                .iso8601.year().month().day().time(includingFractionalSeconds: true)
            )
                + "Z"
        }

        /// Waits until a request stands on the Lease, or none does.
        private static func wait(_ stage: Stage, untilScheduled isThere: Bool) async throws {
            try await stage.sandbox.wait(for: isThere ? "the request" : "no request") { store in
                let key = ObjectKey(.leases, namespace: "default", name: "kube-standby-web")
                let lease = try? await store.get(key)
                return (lease?["metadata"]["annotations"][scheduled].string != nil) == isThere
            }
        }

        /// Asks for a switchover to `web-2` in so many seconds.
        private static func plan(_ stage: Stage, in seconds: Double) async throws {
            let given = try await stage.request(["switchover", "web", "--to", "web-2", "--at", time(in: seconds)])
            #expect(given.code == 0 && given.text.hasPrefix("web: requested, it waits until 20"), "\(given.text)")
        }

        /// Meanwhile it is in nobody's way, is listed, and outlives the supervisor that saw it first.
        @Test func waitsForItsTimeBesideOthersAndThroughARestart() async throws {
            try await Stage.withWeb { stage, arguments in
                let due = try await SupervisorProcess.run(arguments) { process in
                    try await stage.waitUntilSettled("web")
                    try await Self.plan(stage, in: 3600)
                    #expect(try await stage.request(["fence", "web", "web-1"]).code == 0)
                    let second = try await stage.request(["switchover", "web", "--at", Self.time(in: 60)])
                    #expect(
                        second.code == 2 && second.text.contains("another switchover waits for its time"),
                        "\(second.text)"
                    )
                    for command in ["status", "explain"] {
                        let told = try await stage.request([command, "web"])
                        #expect(told.text.contains("asked: Switchover web-2 due 20"), "\(told.text)")
                    }
                    // However long all that took: from here on time runs for one command and the end of the supervisor only.
                    #expect(try await stage.request(["switchover", "web", "--cancel"]).code == 0)
                    let due = ContinuousClock.now + .seconds(12)
                    try await Self.plan(stage, in: 12)
                    process.send(SIGKILL)
                    return due
                }.result
                try await Self.wait(stage, untilScheduled: true)
                _ = try await SupervisorProcess.run(arguments) { _ in
                    try await stage.expect("web", otherThan: "web-0", toSettleOn: "web-2")
                    #expect(ContinuousClock.now >= due, "not before its time")
                    try await Self.wait(stage, untilScheduled: false)
                }
                let history = try await stage.request(["history", "web"])
                #expect(history.text.contains("a switchover was requested"))
                let audit = await stage.audit("web")
                #expect(audit.violations.isEmpty && audit.moves == 1)
            }
        }

        /// The event stream and the answer about the group tell of it while it waits, and no longer.
        @Test func isToldByTheOperationsAPI() async throws {
            let loop = EventLoop(name: "test")
            defer { loop.stop() }
            try await Stage.withWeb(["--listen", "127.0.0.1:0"]) { stage, arguments in
                _ = try await SupervisorProcess.run(arguments) { process in
                    try await stage.waitUntilSettled("web")
                    _ = await process.log.wait(for: "member.name=web-2", "member.health=healthy")
                    _ = await process.log.wait(for: "move complete", "to=web-0")
                    let port = try await process.operationsPort()
                    let reader = try await EventReader(port: port, loop: loop)
                    let before = try await reader.untilReady()
                    #expect(before.compactMap(\.group).map(\.scheduled) == [nil])
                    let far = Self.time(in: 3600)
                    #expect(try await stage.request(["switchover", "web", "--at", far]).code == 0)
                    let first = try await reader.next { $0.group?.scheduled != nil }.group?.scheduled
                    #expect(first?.due == MicroTime(far) && first?.pod == nil && first?.by?.isEmpty == false)
                    let status = try await Self.status(port, loop)
                    #expect(status.scheduled == first && status.state == "ok")
                    #expect(try await stage.request(["switchover", "web", "--cancel"]).code == 0)
                    _ = try await reader.next { $0.group.map { $0.scheduled == nil } ?? false }
                    let near = Self.time(in: 20)
                    let given = try await stage.request(["switchover", "web", "--to", "web-2", "--at", near])
                    #expect(given.code == 0, "\(given.text)")
                    let second = try await reader.next { $0.group?.scheduled != nil }.group
                    #expect(second?.scheduled?.pod == "web-2" && second?.active == ["web-0"])
                    let after = try await reader.next { $0.group.map { $0.scheduled == nil } ?? false }.group
                    #expect(after?.active == ["web-2"], "it is told until it is carried out")
                }
            }
        }

        private static func status(_ port: Int, _ loop: EventLoop) async throws -> GroupStatus {
            var request = HTTPRequest("GET", "http://127.0.0.1:\(port)/api/v1/groups/default/web")
            request.timeout = .seconds(60)
            return try JSONDecoder().decode(GroupStatus.self, from: Data(try await loop.response(to: request).body))
        }

        @Test func isTakenBack() async throws {
            try await Stage.withWeb { stage, arguments in
                _ = try await SupervisorProcess.run(arguments) { _ in
                    try await stage.waitUntilSettled("web")
                    let nothing = try await stage.request(["switchover", "web", "--cancel"])
                    #expect(nothing.code == 1 && nothing.text == "no switchover waits for its time")
                    #expect(try await stage.request(["switchover", "web", "--at", "03:30"]).code == 0)
                    let cancelled = try await stage.request(["switchover", "-A", "--cancel"])
                    #expect(cancelled.code == 0, "\(cancelled.text)")
                    #expect(cancelled.text.hasPrefix("default/web: taken back: Switchover due 20"), "\(cancelled.text)")
                    try await Self.wait(stage, untilScheduled: false)
                    // By hand, in either place: the one that is due first is shown, and taken back.
                    let times = ["request": Self.time(in: 3600), "scheduled": Self.time(in: 7200)]
                    let lease = ObjectKey(.leases, namespace: "default", name: "kube-standby-web")
                    try await stage.sandbox.store.modify(lease) { (old) throws(APIFailure) in
                        var new = old
                        for (place, time) in times {
                            new["metadata"]["annotations"]["kube-standby.io/\(place)"] = .string(
                                "{\"id\": \"\(place)\", \"action\": \"Switchover\", \"at\": \"\(Self.time(in: 0))\", \"due\": \"\(time)\"}"
                            )
                        }
                        return new
                    }
                    for place in ["request", "scheduled"] {
                        let (text, _) = try await stage.request(["switchover", "web", "--cancel"])
                        #expect(
                            text.contains("taken back: Switchover due \(times[place]?.prefix(19) ?? "")"),
                            "\(text)"
                        )
                    }
                }
                #expect(await stage.audit("web").moves == 0)
            }
        }

        @Test(arguments: [
            ("2020-01-01T00:00:00Z", "lies in the past"), ("2099-01-01T00:00:00+01:00", "is more than 30 days ahead"),
            ("25:00", "give a time like"), ("2:30", "give a time like"), ("soon", "give a time like"),
            ("2026-13-01T00:00:00Z", "give a time like"),
        ])
        func refusesATimeThatIsNone(time: String, words: String) async throws {
            let (text, code) = try await SupervisorProcess.finish(["switchover", "web", "--at", time])
            #expect(code == 64 && text.contains("--at \(time): ") && text.contains(words), "\(text)")
        }

        @Test func takesBackNothingBesideWhatItAsksFor() async throws {
            let (text, code) = try await SupervisorProcess.finish(["switchover", "web", "--cancel", "--force"])
            #expect(code == 64 && text.contains("give it without --to, --force and --at"), "\(text)")
        }

        // MARK: Windows

        /// Half a day away from now, and for the hours around it.
        private static func window(hoursFromNow: Int) -> String {
            let hour = Int(Date().timeIntervalSince1970) / 3600 % 24
            let begin = (hour + hoursFromNow + 23) % 24
            let clock = { (hour: Int) in (hour < 10 ? "0" : "") + "\(hour):00" }
            return "Daily \(clock(begin))-\(clock((begin + 3) % 24)) UTC"
        }

        private static func group(_ window: String) -> String {
            Manifests.group(
                "web",
                "priorities: [{pod: web-2, priority: 200}]\n  failover: {preempt: true, preemptDelaySeconds: 0, "
                    + "cooldownSeconds: 0, preemptWindows: [\"\(window)\"]}"
            )
        }

        @Test func theRoleReturnsInItsWindowOnly() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let arguments = try await stage.arguments(groups: [Manifests.group("web")])
                _ = try await SupervisorProcess.run(arguments) { process in
                    let first = try await stage.waitUntilSettled("web")
                    for pod in ["web-1", "web-2"] { _ = await process.log.wait(for: "member.name=\(pod)", "healthy") }
                    try #require(first == "web-0")
                    _ = try stage.write("config.yaml", configuration: [Self.group(Self.window(hoursFromNow: 12))])
                    _ = await process.log.wait(for: "configuration reloaded")
                    // A failure moves it in spite of the window, and it does not return.
                    await stage.sandbox.applications.set(.status(500), pod: "web-0", namespace: "default")
                    try await stage.expect("web", otherThan: "web-0", toSettleOn: "web-2")
                    #expect(try await stage.request(["switchover", "web", "--to", "web-1"]).code == 0)
                    #expect(try await stage.request(["resume", "web"]).code == 0)
                    try await stage.expect("web", toSettleOn: "web-1")
                    _ = try stage.write("config.yaml", configuration: [Self.group(Self.window(hoursFromNow: 0))])
                    try await stage.expect("web", otherThan: "web-1", toSettleOn: "web-2")
                    _ = await process.log.wait(for: "move complete", "a pod of higher priority is healthy again")
                }
                #expect(await stage.audit("web").violations.isEmpty)
            }
        }
    }
}

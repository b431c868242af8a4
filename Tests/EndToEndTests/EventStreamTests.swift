import Foundation
import Glibc
import Sandbox
import Supervision
import TestedCluster
import Testing
import Transport

extension EndToEndTests {
    /// `/api/v1/events` of the real binary.
    @Suite struct EventStreamTests {
        /// Runs the binary with groups that have settled.
        private static func run(
            _ names: [String] = ["web"],
            _ body: @Sendable @escaping (Stage, SupervisorProcess, Int, EventLoop) async throws -> Void
        ) async throws {
            let loop = EventLoop(name: "test")
            defer { loop.stop() }
            try await Stage.run { stage in
                for name in names { try await stage.place(name, replicas: 2) }
                let groups = names.map { Manifests.group($0) }
                let arguments = try await stage.arguments(groups: groups, ["--listen", "127.0.0.1:0"])
                _ = try await SupervisorProcess.run(arguments) { process in
                    let port = try await process.operationsPort()
                    for name in names { try await stage.waitUntilSettled(name) }
                    try await body(stage, process, port, loop)
                }
            }
        }

        private static func fail(_ pod: String, _ stage: Stage) async {
            await stage.sandbox.applications.set(.status(500), pod: pod, namespace: "default")
        }

        /// The id of what a reader heard last that goes once it has heard everything.
        private static func lastID(_ port: Int, _ loop: EventLoop) async throws -> String? {
            let reader = try await EventReader(port: port, loop: loop)
            _ = try await reader.untilReady()
            return reader.lastID
        }

        @Test func tellsEverythingFirstAndThenAMove() async throws {
            try await Self.run(["db", "web"]) { stage, _, port, loop in
                let reader = try await EventReader(port: port, loop: loop)
                let first = try await reader.untilReady()
                #expect(first.first?.name == "reset")
                #expect(Set(first.compactMap(\.group?.name)) == ["db", "web"])
                let holder = try await stage.waitUntilSettled("web")
                // A late reader has been told already, and nothing changes after that.
                if !first.contains(where: Self.hasStandby) { _ = try await reader.next(Self.hasStandby) }
                await Self.fail(holder, stage)
                let failed = try await reader.next { event in
                    event.group?.members.contains { $0.name == holder && $0.health == "unhealthy" } ?? false
                }
                #expect(failed.group?.name == "web")
                let moved = try await reader.next {
                    $0.group?.name == "web" && !($0.group?.active.contains(holder) ?? true)
                }
                #expect(moved.group?.active.count ?? 2 <= 1)
                // What comes within a tenth of a second is told at once: the end of the move may have been.
                let isOver = { (event: EventReader.Event) in
                    event.group?.name == "web" && event.group?.state == "ok"
                        && event.group?.active.first ?? holder != holder
                }
                if !isOver(moved) { _ = try await reader.next(isOver) }
                // What a group's page shows of it.
                var request = HTTPRequest("GET", "http://127.0.0.1:\(port)/api/v1/groups/default/web")
                request.timeout = .seconds(60)
                let body = try await loop.response(to: request).body
                let timeline = try #require(try JSONDecoder().decode(GroupStatus.self, from: Data(body)).timeline)
                #expect(
                    timeline.changes.contains {
                        $0.kind == "moved" && $0.from == holder && $0.cause == "ActiveUnhealthy"
                    }
                )
                #expect(
                    timeline.changes.contains { $0.kind == "health" && $0.member == holder && $0.to == "unhealthy" }
                )
            }
        }

        /// Whether it tells that somebody could take over from the active pod of `web`.
        private static func hasStandby(_ event: EventReader.Event) -> Bool {
            event.group?.name == "web" && event.group?.next != nil
        }

        /// Waits until a reader is told that another pod is active.
        private static func hearMove(_ reader: EventReader, from holder: String) async throws {
            _ = try await reader.next { event in
                guard let active = event.group?.active.first else { return false }
                return active != holder
            }
        }

        private static func eventsSince(
            _ id: String?,
            _ port: Int,
            _ loop: EventLoop
        ) async throws -> [EventReader.Event] {
            let reader = try await EventReader(port: port, loop: loop, lastEventID: id)
            return try await reader.untilReady()
        }

        /// A reader that was away for a move is told of it, and of nothing else again.
        @Test func aReconnectMissesNothing() async throws {
            try await Self.run(["db", "web"]) { stage, _, port, loop in
                try await Self.reconnect(stage, port, loop)
            }
        }

        private static func reconnect(_ stage: Stage, _ port: Int, _ loop: EventLoop) async throws {
            let stays = try await EventReader(port: port, loop: loop, query: "?group=default/web")
            _ = try await stays.next { $0.group?.next != nil }
            let id = try await lastID(port, loop)
            let holder = try await stage.waitUntilSettled("web")
            await fail(holder, stage)
            try await hearMove(stays, from: holder)
            let events = try await eventsSince(id, port, loop)
            #expect(!events.contains { $0.name == "reset" } && events.contains { $0.group?.name == "web" })
        }

        @Test func tellsOfGroupsThatComeAndGo() async throws {
            try await Self.run { stage, process, port, loop in
                let reader = try await EventReader(port: port, loop: loop)
                _ = try await reader.untilReady()
                try await stage.place("db", replicas: 2)
                _ = try stage.write("config.yaml", configuration: [Manifests.group("db")])
                process.send(SIGHUP)
                var names: Set<String> = []
                while names != ["removed web", "group db"] {
                    let event = try await reader.next { ["removed", "group"].contains($0.name) }
                    if event.name == "removed" {
                        names.insert("removed web")
                    } else if event.group?.name == "db" {
                        names.insert("group db")
                    }
                }
            }
        }

        /// A reader that takes nothing holds up neither others nor a failover, and more than there may be are refused.
        @Test func slowAndManyReadersHurtNobody() async throws {
            try await Self.run { stage, _, port, loop in
                let reader = try await EventReader(port: port, loop: loop)
                _ = try await reader.next { $0.group?.next != nil }
                var others: [EventReader] = []
                for _ in 0..<15 { others.append(try await EventReader(port: port, loop: loop)) }
                var request = HTTPRequest("GET", "http://127.0.0.1:\(port)/api/v1/events")
                request.timeout = .seconds(60)
                // A loop opens no more than so many connections to one host.
                let another = EventLoop(name: "another")
                defer { another.stop() }
                let status = try await another.response(to: request).head.status
                #expect(status == 503)
                let holder = try await stage.waitUntilSettled("web")
                await Self.fail(holder, stage)
                try await Self.hearMove(reader, from: holder)
                withExtendedLifetime(others) {}
            }
        }

        /// A group ends at once, another finishes its switch before: both were not taken out of the file.
        @Test func theEndOfTheProcessRemovesNoGroup() async throws {
            try await Self.run(["db", "web"]) { stage, process, port, loop in
                let reader = try await EventReader(port: port, loop: loop)
                _ = try await reader.untilReady()
                await stage.sandbox.control.add(Fault(.delay(.seconds(2)), verb: "patch", kind: .pods))
                await Self.fail(try await stage.waitUntilSettled("web"), stage)
                _ = try await reader.next { $0.group?.name == "web" && $0.group?.switch != nil }
                process.send(SIGTERM)
                var names: Set<String> = []
                while let event = try? await reader.next() { names.insert(event.name) }
                #expect(!names.contains("removed"), "\(names)")
            }
        }

        @Test func theEndOfTheProcessEndsStreamsAtOnce() async throws {
            try await Self.run { _, process, port, loop in
                let reader = try await EventReader(port: port, loop: loop)
                _ = try await reader.untilReady()
                process.send(SIGTERM)
                while let event = try? await reader.next() { #expect(event.name != "") }
                #expect(await process.log.wait(for: "ended as asked") != nil)
            }
        }
    }
}

import Testing
import Transport

@testable import Sandbox

/// How the sandbox bears load, when it is asked to.
@Suite(.timeLimit(.minutes(5))) struct CapacityTests {
    @Test func writesBeginEvenlyAndWithoutABurst() {
        var pace = Capacity.Pace(perSecond: 250)
        var begins = [0, 0, 0, 0, 2, 1000, 1000].map { pace.reserve(at: .milliseconds($0)) }
        #expect(begins.prefix(4).map(\.self) == [0, 4, 8, 12].map { .milliseconds($0) })
        begins.removeFirst(4)
        #expect(begins.removeFirst() == .milliseconds(16), "it waits behind those before")
        #expect(begins == [.seconds(1), .milliseconds(1004)], "nothing is saved up while nobody asks")
    }

    @Test func eachCallerIsServedInOrderAndAllTakeTurns() {
        var queues = Capacity.Queues<Int>(limit: 3)
        let taken = [1, 2, 3, 4].map { queues.add($0, of: "busy") } + [queues.add(10, of: "modest")]
        #expect(taken == [true, true, true, false, true], "a full queue is no other caller's")
        let served = (0..<5).map { _ in queues.next() }
        #expect(served == [1, 10, 2, 3, nil])
        let again = queues.add(5, of: "busy")
        #expect(again, "there is room again")
    }

    /// One write passes at once; the next would in a quarter of an hour.
    private static func scarce(queueLength: Int) -> Capacity {
        Capacity(writesPerSecond: 0.001, latency: .zero, queueLength: queueLength)
    }

    @Test func whatFindsItsQueueFullIsAnsweredWith429() async throws {
        try await run { ask in
            await ask.sandbox.control.add(Fault(.capacity(Self.scarce(queueLength: 2))))
            #expect(try await ask("POST", Self.lease(0)).status == 201, "one is carried out")
            let answers = try await withThrowingTaskGroup(of: HTTPHead.self) { group in
                for number in 1...5 { group.addTask { try await ask("POST", Self.lease(number)) } }
                // Two wait for so long that nobody waits for them here.
                var answers: [HTTPHead] = []
                while answers.count < 3, let answer = try await group.next() { answers.append(answer) }
                group.cancelAll()
                return answers
            }
            #expect(answers.map(\.status) == [429, 429, 429])
            #expect(answers.allSatisfy { $0["retry-after"] == "1" })
        }
    }

    @Test func readsAndOtherUsersPass() async throws {
        try await run { ask in
            await ask.sandbox.control.add(Fault(.capacity(Self.scarce(queueLength: 0)), user: "joe"))
            #expect(try await ask("POST", Self.lease(1)).status == 201)
            try await ask.sandbox.admit(token: "joe", user: "joe", rules: [.all])
            #expect(try await ask("POST", Self.lease(2), token: "joe").status == 429)
            #expect(try await ask("GET", nil, token: "joe").status == 200)
            await ask.sandbox.control.removeFaults()
            #expect(try await ask("POST", Self.lease(2), token: "joe").status == 201)
        }
    }

    // MARK: Asking

    private struct Asker: Sendable {
        let sandbox: Sandbox
        let loop: EventLoop

        func callAsFunction(
            _ method: String,
            _ body: JSONValue?,
            token: String = Sandbox.adminToken
        ) async throws -> HTTPHead {
            let path = "/apis/coordination.k8s.io/v1/namespaces/default/leases"
            var request = HTTPRequest(method, await sandbox.url + path)
            request.version = .http2
            request.headers = [.init("Authorization", "Bearer \(token)"), .init("Content-Type", "application/json")]
            request.tls.authority = .pem(Array(sandbox.authority.utf8))
            request.timeout = .seconds(120)
            request.body = body?.json
            return try await loop.response(to: request).head
        }
    }

    private static func lease(_ number: Int) -> JSONValue {
        ["metadata": ["name": .string("l\(number)")], "spec": ["holderIdentity": "a"]]
    }

    private func run(_ body: @Sendable @escaping (Asker) async throws -> Void) async throws {
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        try await Sandbox.run { sandbox in try await body(Asker(sandbox: sandbox, loop: loop)) }
    }
}

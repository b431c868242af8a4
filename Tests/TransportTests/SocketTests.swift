import Glibc
import HostSystem
import Testing

@testable import Transport

/// Descriptors that are counted, held back and used up; whose fault an error of the kernel is.
@Suite(.timeLimit(.minutes(5))) struct SocketTests {
    /// Asks checks, on the loop's thread.
    private actor Asker {
        let loop: EventLoop
        let ends: AsyncStream<String>
        private var checks: [Check] = []
        nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

        init(_ loop: EventLoop, limit: DescriptorLimit) {
            self.loop = loop
            let (ends, input) = AsyncStream.makeStream(of: String.self)
            self.ends = ends
            loop.execute {
                loop.limitChecks(by: limit)
                loop.receiveChecks { events in
                    for event in events {
                        switch event.kind {
                        case .ended(.failure(let error)): input.yield("\(event.tag): \(error)")
                        case .ended(.success(let response)): input.yield("\(event.tag): \(response.head.status)")
                        case .connectionLost: break
                        }
                    }
                }
            }
        }

        func begin(_ question: Check.Question) {
            checks.append(Check(question, tag: checks.count))
            loop.begin(checks[checks.count - 1])
        }

        func beginAgain(_ index: Int) { loop.begin(checks[index]) }

        func retire(_ index: Int) { loop.retire(checks[index]) }
    }

    private func exchange(_ url: String) -> Check.Question {
        var request = HTTPRequest("GET", url)
        request.connection = .single
        request.timeout = .seconds(60)
        request.proxy = ""
        return .exchange(CheckTemplate(request, keepsBody: false), url: url)
    }

    private static let fault = "out of a local resource: probes have 1 sockets open, and may have no more"

    /// Half of two is one.
    @Test func checksHaveNoMoreSocketsThanTheyMayAndSayThatItIsOurFault() async throws {
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        try await RawServer.run(["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"], then: .keepOpen) { server in
            try await RawServer.run([], then: .keepOpen) { silent in
                let asker = Asker(loop, limit: DescriptorLimit(current: 2))
                var ends = asker.ends.makeAsyncIterator()
                await asker.begin(exchange(silent.url))
                // The first one has its socket once the loop has come round.
                #expect(await loop.turns(within: .seconds(60)))
                #expect(await loop.turns(within: .seconds(60)))
                await asker.begin(exchange(server.url))
                #expect(await ends.next(isolation: #isolation) == "1: \(Self.fault)")
                let address = try #require(SocketAddress(host: "127.0.0.1", port: server.port))
                await asker.begin(.connection(address, timeout: .seconds(60)))
                #expect(await ends.next(isolation: #isolation) == "2: \(Self.fault)")
                // What was open is free again, as often as one likes.
                await asker.retire(0)
                for index in [1, 2, 1, 2, 1] {
                    await asker.beginAgain(index)
                    let end = await ends.next(isolation: #isolation)
                    #expect(end == (index == 1 ? "1: 200" : "2: 0"))
                }
            }
        }
    }

    @Test(arguments: [
        (ECONNREFUSED, TransportError.Kind.refused), (ETIMEDOUT, .timedOut), (EHOSTUNREACH, .unreachable),
        (ENETUNREACH, .unreachable), (EMFILE, .localResource), (ENFILE, .localResource), (ENOBUFS, .localResource),
        (ENOMEM, .localResource), (EADDRNOTAVAIL, .localResource), (EAGAIN, .localResource), (EPERM, .localResource),
        (EACCES, .localResource), (ENETDOWN, .localResource), (EINVAL, .localResource), (0, .refused),
    ])
    func tellsWhoseFaultItIsThatNoConnectionComesAbout(number: Int32, kind: TransportError.Kind) {
        #expect(TransportError(connect: number).kind == kind)
        #expect(TransportError(connect: number).isOurOwn == (kind == .localResource))
    }

    @Test(arguments: [EMFILE, EAFNOSUPPORT, EPERM, EINVAL])
    func aSocketThatCannotBeOpenedIsNeverThePeersFault(number: Int32) {
        let error = TransportError(socket: number)
        #expect(error.isOurOwn && error.detail.hasSuffix("(errno \(number))"))
    }
}

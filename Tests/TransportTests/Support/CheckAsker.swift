@testable import Transport

/// Asks the checks of one template or address, on the loop's thread.
actor CheckAsker {
    /// What came, in words.
    typealias Word = String

    let loop: EventLoop
    let words: AsyncStream<Word>
    private let input: AsyncStream<Word>.Continuation
    private var checks: [Check] = []
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    init(_ loop: EventLoop) {
        self.loop = loop
        (words, input) = AsyncStream.makeStream()
        loop.execute { [input] in
            loop.receiveChecks { events in
                for event in events { input.yield("\(event.tag): \(Self.word(event.kind))") }
            }
        }
    }

    private static func word(_ kind: Check.Event.Kind) -> Word {
        switch kind {
        case .connectionLost: "lost"
        case .ended(.failure(let error)): "\(error.kind)"
        case .ended(.success(let response)):
            "\(response.head.status) \(response.usedNewConnection ? "new" : "kept")"
        }
    }

    /// Adds a check; its tag is its place.
    func add(_ question: Check.Question) {
        checks.append(Check(question, tag: checks.count))
    }

    func add(_ request: HTTPRequest) {
        add(.exchange(CheckTemplate(request, keepsBody: false), url: request.url))
    }

    func begin(_ index: Int = 0, isLast: Bool = false) {
        loop.begin(checks[index], isLast: isLast)
    }

    func retire(_ index: Int = 0) {
        loop.retire(checks[index])
    }

    /// Sockets of checks that are open.
    var socketCount: Int { loop.kept.ledger.count }

    func limit(to sockets: Int) {
        loop.kept.ledger.limit = sockets
    }

    /// Gives a loop's checks to `body`, and what comes of them.
    static func run(
        _ body: (CheckAsker, inout AsyncStream<String>.Iterator) async throws -> Void
    ) async throws {
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        let asker = CheckAsker(loop)
        var words = asker.words.makeAsyncIterator()
        try await body(asker, &words)
    }

    /// What is asked again and again: little of the body is kept.
    static func request(_ url: String, _ connection: HTTPRequest.ConnectionUse = .single) -> HTTPRequest {
        var request = HTTPRequest("GET", url)
        request.connection = connection
        request.timeout = .seconds(60)
        request.overflow = .truncate
        request.bodyLimit = 10_000
        request.proxy = ""
        return request
    }
}

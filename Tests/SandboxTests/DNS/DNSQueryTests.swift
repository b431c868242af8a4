import Repeatable
import Testing

@testable import Sandbox

@Suite struct DNSQueryTests {
    private static let good = DNSClient.query("a.default.svc.cluster.local", "A")

    private static func code(_ bytes: [UInt8]) throws -> Int? {
        guard case .refused(let answer) = DNSQuery.read(bytes) else { return nil }
        return try DNSClient.read(answer).code
    }

    @Test func readsAQuestion() throws {
        guard case .query(let query) = DNSQuery.read(Self.good) else { throw DNSClient.Unreadable() }
        #expect(query.name == ["a", "default", "svc", "cluster", "local"] && query.type == 1 && query.class == 1)
        // What follows the question, such as what EDNS adds, is passed over.
        guard case .query(let longer) = DNSQuery.read(Self.good + [0, 0, 41, 4, 208]) else {
            throw DNSClient.Unreadable()
        }
        #expect(longer.question == query.question)
    }

    @Test func refusesWhatIsCutOffAnywhere() throws {
        for length in 0..<Self.good.count {
            let bytes = Array(Self.good.prefix(length))
            if length < 12 {
                guard case .ignored = DNSQuery.read(bytes) else {
                    Issue.record("\(length) octets were not ignored")
                    continue
                }
            } else {
                #expect(try Self.code(bytes) == 1, "\(length)")
            }
        }
    }

    @Test func refusesNamesThatAreNone() throws {
        let header = Array(Self.good.prefix(12))
        let long = (0..<5).flatMap { _ in [63] + [UInt8](repeating: 97, count: 63) } as [UInt8]
        for name in [[0xC0, 12], [64] + [UInt8](repeating: 97, count: 64) + [0], long + [0], [5, 97]] as [[UInt8]] {
            #expect(try Self.code(header + name + [0, 1, 0, 1]) == 1, "\(name.prefix(2))")
        }
    }

    @Test func survivesAnything() async {
        var generator = SeededGenerator(seed: 18)
        let names = ClusterNames(store: ObjectStore())
        for _ in 0..<5_000 {
            var bytes = Self.good
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            guard case .query(let query) = DNSQuery.read(bytes) else { continue }
            let answer = await names.answer(query).bytes(for: query)
            #expect(answer.count <= DNSAnswer.limit)
        }
    }
}

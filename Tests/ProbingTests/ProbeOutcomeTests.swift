import FailoverCore
import Testing
import Transport

@testable import Probing

@Suite struct ProbeOutcomeTests {
    private static func late(_ milliseconds: Int) -> ProbeOutcome {
        ProbeOutcome(TransportError(.timedOut, "Operation timed out after \(milliseconds) milliseconds"))
    }

    private static func words(_ words: String, _ verdict: ProbeVerdict = .failure) -> ProbeOutcome {
        ProbeOutcome(verdict: verdict, detail: words)
    }

    @Test func detailsMakeNoOtherKind() {
        #expect(Self.late(1000).isSameKind(as: Self.late(1001)))
        #expect(Self.words("exit code 1: at 12:00:01").isSameKind(as: Self.words("exit code 1: at 12:00:02")))
        #expect(Self.words("UNAVAILABLE").isSameKind(as: Self.words("UNAVAILABLE: draining")))
        #expect(ProbeOutcome(.success, .status(200)).isSameKind(as: ProbeOutcome(.success, .status(200))))
    }

    @Test func whatHappenedDoes() {
        let refused = ProbeOutcome(TransportError(.refused, "Operation timed out after 1000 milliseconds"))
        #expect(!Self.late(1000).isSameKind(as: refused))
        #expect(!Self.words("exit code 1: x").isSameKind(as: Self.words("exit code 2: x")))
        #expect(!Self.words("exit code 0").isSameKind(as: Self.words("exit code 0", .success)))
        #expect(!ProbeOutcome(.failure, .status(500)).isSameKind(as: ProbeOutcome(.failure, .status(503))))
        #expect(!ProbeOutcome(.failure, .status(500)).isSameKind(as: Self.late(1)))
    }
}

import FailoverCore
import Foundation
import Probing
import StandbyConfiguration
import Transport

/// Many peers with faults that come and go at random: every verdict must be right, and nothing may grow.
///
/// `kube-standby-bench soak SECONDS PEERS`.
struct Soak {
    /// Why it failed.
    struct Failed: Error, CustomStringConvertible {
        var description: String
    }

    /// What the process holds.
    private struct Footprint {
        var descriptors: Int
        var megabytes: Double

        static var now: Footprint {
            let descriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
            return Footprint(descriptors: descriptors, megabytes: ResidentMemory.megabytes())
        }
    }

    private static let port = 18_090
    /// How long verdicts may take to be right after a change, when the machine is busy besides.
    private static let patience: Duration = .seconds(60)

    /// What peers and prober, in one process, can bear each second.
    private static let probesPerSecond = 1000

    /// How long peers go on failing and recovering.
    let duration: Duration
    /// How many peers there are.
    let count: Int
    /// What may be open while no probe is under way: both ends of the connections that are kept, to every fourth peer; two
    /// for each multi of 128 checks, of each kind; and what any process has.
    private var descriptorLimit: Int { 2 * (count / 4) + 4 * (count / 128 + 1) + 64 }
    private var period: Duration { .seconds(max(2, count / Self.probesPerSecond)) }

    /// Nil if the arguments are not understood.
    init?(_ arguments: [String]) {
        guard arguments.count == 2, let seconds = Int(arguments[0]), let count = Int(arguments[1]), count > 0 else {
            return nil
        }
        duration = .seconds(seconds)
        self.count = count
    }

    /// Turns of the probes' loop that no peer can be let cause, with all peers in the same process.
    private static let longestTurn: Duration = .seconds(1)

    /// Takes as long as the C library does with a name server that says nothing.
    private static let silentNameServer = NameLookup { _ in
        Thread.sleep(forTimeInterval: 20)
        return .failure(NameLookup.Failure("Temporary failure in name resolution", isDefinite: false))
    }

    func run() async throws {
        let loop = EventLoop(name: "probes", resolver: NameResolver(Self.silentNameServer))
        let engine = ProbeEngine(loop: loop)
        let ledger = SoakLedger(count: count)
        try await FaultyPeers.run(count: count, port: Self.port) { peers in
            for group in 0..<(count + 2) / 3 { await set(group, engine, ledger) }
            try await settle(ledger)
            // Every behaviour at once, twice, so that what is allocated at first use is there.
            let any = { PeerBehaviour.allCases.randomElement() ?? .healthy }
            var changes = 0
            for _ in 0..<2 { try await change(every: 1, to: any, peers, engine, ledger, &changes) }
            try await change(every: 1, to: { .healthy }, peers, engine, ledger, &changes)
            let before = try await footprint()
            let start = ContinuousClock.now
            var rounds = 0
            while ContinuousClock.now - start < duration {
                try await change(every: 10, to: any, peers, engine, ledger, &changes)
                rounds += 1
            }
            try await change(every: 1, to: { .healthy }, peers, engine, ledger, &changes)
            try await report(engine, loop, before, rounds: rounds, changes: changes)
        }
        loop.stop()
    }

    /// Gives peers other behaviours, one in `interval` of them, and waits until each is seen as it is.
    private func change(
        every interval: Int,
        to behaviour: () -> PeerBehaviour,
        _ peers: FaultyPeers,
        _ engine: ProbeEngine,
        _ ledger: SoakLedger,
        _ changes: inout Int
    ) async throws {
        for peer in 0..<count where Int.random(in: 0..<interval) == 0 {
            let next = behaviour()
            guard next != ledger.behaviour(of: peer) else { continue }
            ledger.expect(next, of: peer)
            peers.set(next, of: peer)
            await set(peer / 3, engine, ledger)
            changes += 1
        }
        try await settle(ledger)
    }

    /// Has the engine probe the peers of a group as their behaviours need it.
    private func set(_ group: Int, _ engine: ProbeEngine, _ ledger: SoakLedger) async {
        let members = group * 3..<min(count, group * 3 + 3)
        let targets = members.map { target($0, ledger.behaviour(of: $0)) }
        await engine.setTargets(targets, of: "group-\(group)") { report in
            if let peer = Int(report.pod) { ledger.note(report, of: peer) }
        }
    }

    private func target(_ peer: Int, _ behaviour: PeerBehaviour) -> ProbeTarget {
        var timing = ProbeTiming()
        timing.period = period
        timing.fastPeriod = period / 2
        timing.timeout = .seconds(1)
        timing.thresholds = HealthThresholds(failure: 3, success: 2)
        let probe = behaviour.probe(of: peer, port: Self.port, keepAlive: peer % 4 == 0)
        return ProbeTarget(
            id: .init("\(peer)"),
            group: "group-\(peer / 3)",
            pod: "\(peer)",
            namespace: "default",
            address: EngineRun.address(peer),
            role: .passive,
            incarnation: "1",
            ports: [:],
            probe: ProbeConfiguration(handler: .httpGet(probe), timing: timing),
            initialWait: .zero
        )
    }

    private func settle(_ ledger: SoakLedger) async throws {
        let deadline = ContinuousClock.now + Self.patience
        while true {
            if let violation = ledger.violations.first { throw Failed(description: "a wrong verdict: \(violation)") }
            let differences = ledger.differences
            if differences.isEmpty { return }
            if ContinuousClock.now > deadline {
                let some = differences.prefix(10).joined(separator: "\n  ")
                throw Failed(description: "\(differences.count) peers are not seen as they are:\n  \(some)")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// The least that it holds within a while: what probes under way hold besides is no leak.
    private func footprint() async throws -> Footprint {
        var least = Footprint.now
        let end = ContinuousClock.now + period * 2
        while ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(50))
            let next = Footprint.now
            least.descriptors = min(least.descriptors, next.descriptors)
            least.megabytes = min(least.megabytes, next.megabytes)
        }
        return least
    }

    /// On a busy machine the last connections are closed a little later; a leak stays.
    private func settledFootprint() async throws -> Footprint {
        var found = try await footprint()
        let deadline = ContinuousClock.now + .seconds(20)
        while found.descriptors > descriptorLimit, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(200))
            found = try await footprint()
        }
        return found
    }

    private func report(
        _ engine: ProbeEngine,
        _ loop: EventLoop,
        _ before: Footprint,
        rounds: Int,
        changes: Int
    ) async throws {
        let done = await engine.statistics
        let after = try await settledFootprint()
        print(
            "soak: longest turn of late \(loop.longestTurn); \(count) peers, \(rounds) rounds, \(changes) changes of behaviour, \(done.ended) probes, "
                + "\(done.failures) failed, \(done.withoutResult) without a result, every verdict right; "
                + "descriptors \(before.descriptors) to \(after.descriptors), "
                + String(format: "memory %.0f to %.0f MB", before.megabytes, after.megabytes)
        )
        fflush(nil)
        if loop.longestTurn > Self.longestTurn {
            throw Failed(description: "the loop stood still: \(loop.longestTurn)")
        }
        if after.descriptors > descriptorLimit {
            throw Failed(description: "descriptors leak: over \(descriptorLimit)")
        }
        if after.megabytes > before.megabytes * 1.2 + 8 { throw Failed(description: "memory grows") }
    }
}

import FailoverCore
import Foundation
import Probing
import StandbyConfiguration
import Transport

/// The probe engine alone, in a process of its own, so that what it costs can be read off the process.
///
/// `kube-standby-bench engine-run MODE TARGETS PERIOD_MS PROBES PORT`; targets are 127.1.x.y, three to a group.
struct EngineRun {
    /// What is asked.
    enum Mode: String, CaseIterable {
        /// HTTP, a new connection for each probe.
        case new
        /// HTTP on a kept connection.
        case keep
        /// A connection, and nothing more.
        case tcp
        /// Like `new`, and every tenth target accepts connections and never answers.
        case hung
        /// Like `new`, and as many targets again are added when the measurement begins; only their being added is measured.
        case grown
        /// A command beside the supervisor, the smallest there is.
        case exec
    }

    /// What a probe does.
    let mode: Mode
    /// How many targets there are.
    let targets: Int
    /// How often each is probed.
    let period: Duration
    /// Probes to be ended before the run ends.
    let probes: Int
    /// Where all targets listen, each at an address of its own.
    let port: Int

    /// Nil if the arguments are not understood.
    init?(_ arguments: [String]) {
        guard arguments.count == 5, let mode = Mode(rawValue: arguments[0]), let targets = Int(arguments[1]),
            let period = Int(arguments[2]), let probes = Int(arguments[3]), let port = Int(arguments[4])
        else { return nil }
        self.mode = mode
        self.targets = targets
        self.period = .milliseconds(period)
        self.probes = probes
        self.port = port
    }

    func run() async throws {
        let loop = EventLoop(name: "probes")
        let engine = ProbeEngine(loop: loop)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await engine.run() }
            try await measure(engine)
            group.cancelAll()
        }
    }

    private func measure(_ engine: ProbeEngine) async throws {
        await add(0..<targets, to: engine)
        // The first round tells the way to everybody, and is no part of the measurement.
        try await wait(engine, for: targets)
        let (start, time) = (await engine.statistics, ContinuousClock.now)
        let cpu = Self.cpu
        if mode == .grown { await add(targets..<2 * targets, to: engine) }
        try await wait(engine, for: start.ended + probes)
        let done = await engine.statistics.since(start)
        let used = Self.cpu
        print(
            [
                "probes=\(done.ended)", "total=\(await engine.statistics.ended)",
                "failures=\(done.failures + done.withoutResult)",
                "seconds=\((ContinuousClock.now - time) / .seconds(1))", "user_us=\(used.user - cpu.user)",
                "system_us=\(used.system - cpu.system)", "late_p50_ms=\(done.lateness(quantile: 0.5))",
                "late_p99_ms=\(done.lateness(quantile: 0.99))", "late_max_ms=\(done.lateness(quantile: 1))",
                "rss_mb=\(ResidentMemory.megabytes())",
            ].joined(separator: " ")
        )
    }

    /// Adds targets, three to a group.
    private func add(_ range: Range<Int>, to engine: ProbeEngine) async {
        for first in stride(from: range.lowerBound, to: range.upperBound, by: 3) {
            let members = (first..<min(range.upperBound, first + 3)).map { target($0, group: "group-\(first)") }
            await engine.setTargets(members, of: "group-\(first)") { _ in }
        }
    }

    /// The address of a target: one of loopback's, each of which the server listens on.
    static func address(_ index: Int) -> String { "127.1.\(index / 250).\(index % 250 + 1)" }

    private func wait(_ engine: ProbeEngine, for count: Int) async throws {
        while await engine.statistics.ended < count { try await Task.sleep(for: .milliseconds(50)) }
    }

    private func target(_ index: Int, group: String) -> ProbeTarget {
        var timing = ProbeTiming()
        timing.period = period
        timing.fastPeriod = period
        timing.timeout = .seconds(1)
        return ProbeTarget(
            id: .init("pod-\(index)"),
            group: group,
            pod: "pod-\(index)",
            namespace: "default",
            // The server does not answer at 127.2.
            address: mode == .hung && index % 10 == 0 ? "127.2.\(index / 250).\(index % 250 + 1)" : Self.address(index),
            role: .passive,
            incarnation: "1",
            ports: [:],
            probe: ProbeConfiguration(handler: handler, timing: timing),
            initialWait: .zero
        )
    }

    private var handler: ProbeConfiguration.Handler {
        if mode == .exec { return .exec(ExecProbe(command: ["/bin/true"], place: .supervisor)) }
        if mode == .tcp { return .tcpSocket(TCPProbe(port: .number(port))) }
        var probe = HTTPProbe(port: .number(port))
        probe.path = "/healthz"
        probe.keepAlive = mode == .keep
        return .httpGet(probe)
    }

    /// What the process and its children have used until now, in microseconds.
    private static var cpu: (user: Int, system: Int) {
        let micros = { (time: timeval) in time.tv_sec * 1_000_000 + Int(time.tv_usec) }
        return [RUSAGE_SELF, RUSAGE_CHILDREN].reduce(into: (user: 0, system: 0)) { sum, who in
            var usage = rusage()
            _ = unsafe getrusage(Int32(who.rawValue), &usage)
            sum.user += micros(usage.ru_utime)
            sum.system += micros(usage.ru_stime)
        }
    }
}

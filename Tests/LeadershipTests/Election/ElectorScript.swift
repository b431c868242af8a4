import FailoverCore
import Leadership

/// A candidate named `me`, with the standard times and half a retry period of jitter.
struct ElectorScript {
    var elector = LeaderElector(identity: "me", timing: .standard, jitter: 0.5)

    static func at(_ seconds: Double) -> MonotonicTime {
        MonotonicTime(nanoseconds: UInt64(1e12) + UInt64(seconds * 1e9))
    }

    mutating func wants(_ wanted: LeaderElector.Preference, _ seconds: Double = 0) -> [String] {
        words(elector.wantedChanged(wanted, at: Self.at(seconds)))
    }

    mutating func sees(_ view: LeaseView?, _ seconds: Double, isRelist: Bool = false) -> [String] {
        words(elector.leaseObserved(view, isRelist: isRelist, at: Self.at(seconds)))
    }

    mutating func read(_ id: Int, _ outcome: LeaseReadOutcome, _ seconds: Double) -> [String] {
        words(elector.readFinished(id, outcome, at: Self.at(seconds)))
    }

    mutating func wrote(_ id: Int, _ outcome: LeaseWriteOutcome, _ seconds: Double) -> [String] {
        words(elector.writeFinished(id, outcome, at: Self.at(seconds)))
    }

    mutating func wakes(_ seconds: Double) -> [String] { words(elector.woke(at: Self.at(seconds))) }

    /// Seconds until it wants to be woken.
    var wake: Double? {
        elector.wakeTime.map { (Double($0.nanoseconds) - 1e12) / 1e9 }
    }

    private func words(_ actions: [LeaderElector.Action]) -> [String] {
        actions.map { action in
            switch action {
            case .read(let id): "read \(id)"
            case .write(let id, let write):
                (write.version.map { "update \(id) of \($0)" } ?? "create \(id)")
                    + " for \(write.holder ?? "nobody"), \(write.duration.components.seconds) s, "
                    + "\(write.transitions)\(write.keepsAcquireTime ? ", kept" : "")"
            case .changed(.taken(let end)): "taken until \(Self.seconds(end))"
            case .changed(.renewed(let end)): "renewed until \(Self.seconds(end))"
            case .changed(.inDoubt): "in doubt"
            case .changed(.lost(let other)): "lost to \(other ?? "nobody")"
            }
        }
    }

    private static func seconds(_ time: MonotonicTime) -> String {
        "\((Double(time.nanoseconds) - 1e12) / 1e9)"
    }

    /// Leads since 0, by version 1 and request 1.
    static func leading() -> ElectorScript {
        var script = ElectorScript()
        _ = script.sees(nil, 0)
        _ = script.wants(.atOnce)
        _ = script.wrote(1, .written(lease(1, "me", renewal: 1)), 0.1)
        return script
    }

    /// A Lease as it may be seen.
    static func lease(
        _ version: Int,
        _ holder: String?,
        duration: Double? = 15,
        transitions: Int = 0,
        renewal: Int64 = 0
    ) -> LeaseView {
        LeaseView(
            version: ObjectVersion("\(version)"),
            holder: holder,
            duration: duration.map { .seconds($0) },
            transitions: transitions,
            renewal: renewal
        )
    }
}

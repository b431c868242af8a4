@testable import FailoverCore

/// The end of all faults: everybody is healthy, nothing is lost any more, and what was under way comes to its end.
extension ModelState {
    /// Pods that left and still are labelled active with an epoch, though a supervisor that lives saw them leave.
    private var strays: [Member] {
        cluster.pods.filter { pod in
            cluster.departed.contains(pod.id) && pod.role == .active && pod.epoch != nil
                && processes.contains { $0.missed.contains(pod.id) }
        }
    }

    /// Lets everything that is under way come to its end, without any more faults.
    ///
    /// `rounds`: of 10 s.
    /// - Returns: whether it came to an end.
    @discardableResult
    mutating func settle(rounds: Int = 200) -> Bool {
        while !orphans.isEmpty { perform(.land(0)) }
        cluster.admitAll()
        if cluster.lease?.record.pause != nil { cluster.annotate { $0.pause = nil } }
        for member in cluster.pods where member.lifecycle != .running && !followsProcesses {
            cluster.create(member.name)
        }
        for _ in 0..<rounds {
            now = now + .seconds(10)
            if followsProcesses { endTerminations() }
            for index in processes.indices {
                processes[index].observe(cluster, at: now)
                if processes[index].missesSlices(of: cluster) { processes[index].observeSlices(of: cluster, at: now) }
                processes[index].calm(at: now)
                while !processes[index].answers.isEmpty { perform(.deliver(index, 0)) }
                var left = 500
                while !processes[index].requests.isEmpty {
                    perform(.exchange(index, 0))
                    left -= 1
                    if left == 0 { return false }
                }
                processes[index].fireTimers(at: now)
            }
            noteFailures()
            if isQuiet { return true }
        }
        return false
    }

    /// Every process in a pod learns of its role, and whoever terminates comes to its end, one step at a time.
    private mutating func endTerminations() {
        for pod in cluster.unaware { cluster.learn(pod.name) }
        for pod in cluster.pods where pod.lifecycle == .terminating {
            if pod.hasStopped { cluster.create(pod.name) } else { cluster.stop(pod.name) }
        }
        for index in processes.indices { processes[index].acting = cluster.acting }
    }

    /// What is still going on.
    private var unrest: String {
        let parts = processes.enumerated().map { index, process in
            "\(index): requests \(process.requests.prefix(3)), timers \(process.timers.values), phase \(process.machine.phase)"
        }
        return parts.joined(separator: "; ")
    }

    private var isQuiet: Bool {
        processes.allSatisfy { process in
            process.requests.isEmpty && process.answers.isEmpty && process.timers.isEmpty && !process.isBehind(cluster)
                && !process.missesSlices(of: cluster)
        }
    }

    /// What is wrong with what everything leads to if every hook fails from now on: a required one that holds lets nobody be promoted,
    /// however long that is; any other holds up nothing.
    var faultWhileHooksFail: String? {
        var end = self
        end.cluster.hooksFail = true
        guard policy.hooks.requiredOnDemote?.onTimeout == .hold else {
            return end.faultOfTheEnd.map { "where hooks fail, \($0)" }
        }
        end.settle(rounds: 20)
        return end.violation
    }

    /// What is wrong with the state that everything leads to, once faults end and everybody is healthy; nil if nothing is.
    var faultOfTheEnd: String? {
        var end = self
        guard end.settle() else { return "it never comes to rest: " + end.unrest }
        if let violation = end.violation { return "in the end \(violation)" }
        guard end.cluster.actives.count == 1, let active = end.cluster.actives.first else {
            return "in the end \(end.cluster.actives.count) are active"
        }
        if !end.cluster.slices.allLead(to: active.id) { return "in the end \(active.name) is not in every slice" }
        if let stray = end.strays.first { return "in the end \(stray.name) is no member, and active" }
        if let pod = end.cluster.members.first(where: { !end.cluster.hooks.isTold($0, under: policy.hooks) }) {
            return "in the end \(pod.name) was not told its role"
        }
        guard let record = end.cluster.lease?.record, record.names(active) else {
            return "in the end \(active.name) is not on record"
        }
        return record.request == nil ? nil : "in the end a request is not answered"
    }
}

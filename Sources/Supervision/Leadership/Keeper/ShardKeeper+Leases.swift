import Coordination
import FailoverCore
import Foundation
import KubernetesClient
import Leadership
import Logging

extension ShardKeeper {
    // MARK: Actions

    /// Lets an event happen to a slot's elector, and does what follows.
    func act(_ slot: Int, _ event: (inout LeaderElector) -> [LeaderElector.Action]) {
        let before = slots[slot].elector.view?.holder
        for action in event(&slots[slot].elector) {
            switch action {
            case .read(let id):
                slots[slot].requests += 1
                work.append { [api, mailbox, name = slots[slot].name] in
                    let answer = await api.read(name)
                    mailbox.post(.read(slot: slot, id: id, answer), for: .request(slot: slot, id: id))
                }
            case .write(let id, let write): send(write, id: id, slot)
            case .changed(let change): if slot != own { changed(slot, change, before: before) }
            }
        }
    }

    private func send(_ write: LeaseWrite, id: Int, _ slot: Int) {
        slots[slot].requests += 1
        if write.holder != nil, !write.keepsAcquireTime { slots[slot].claimedFrom = slots[slot].elector.view?.holder }
        let base = write.version.flatMap { slots[slot].object(of: $0) }
        let key = Key.request(slot: slot, id: id)
        if write.version != nil, base == nil {
            mailbox.post(.wrote(slot: slot, id: id, .init(outcome: .conflict)), for: key)
            return
        }
        let lease = ShardLease.lease(
            write,
            name: slots[slot].name,
            namespace: settings.namespace,
            base: base,
            labels: slots[slot].labels,
            annotations: annotations(slot),
            now: Date()
        )
        work.append { [api, mailbox] in
            mailbox.post(.wrote(slot: slot, id: id, await api.write(lease)), for: key)
        }
    }

    private func annotations(_ slot: Int) -> [String: String] {
        let note = ShardLease.Annotation.self
        return slot == own
            ? [note.configuration: mark.hash, note.shards: mark.digests.joined(separator: ",")]
            : [note.configuration: mark.hash, note.groups: mark.digests[slot]]
    }

    /// Tells who supervises the shard's groups.
    func call(_ call: ShardCalls.Call, _ shard: Int) {
        if case .lost = call { slots[shard].endings += 1 }
        calls[shard](call)
    }

    // MARK: Answers

    /// A request for a slot's Lease has ended.
    func answered(_ slot: Int, _ verb: String, _ lease: Lease?, _ error: KubernetesError?) {
        slots[slot].requests -= 1
        if let lease { slots[slot].remember(lease) }
        report(error, verb, slot)
    }

    // MARK: Deletions

    /// Deletes the replica's own Lease, once none of its requests is under way: others plan without it at once.
    func leave() {
        guard !isGone, !isCollecting, slots[own].requests == 0 else { return }
        guard let lease = slots[own].object else {
            isGone = true
            return
        }
        isCollecting = true
        work.append { [api, mailbox] in
            mailbox.post(.farewell(await api.delete(lease)), for: .farewell)
        }
    }

    /// Deletes what replicas that crashed have left: the first of those that live does that.
    func collect(_ live: [LeaseDirectory.Entry], at now: MonotonicTime) {
        guard !isCollecting, hasList, collectsAt.map({ now >= $0 }) ?? true,
            live.first?.view.holder == settings.identity,
            let lease = directory.leftover(at: now)
        else { return }
        isCollecting = true
        work.append { [api, mailbox] in
            mailbox.post(.collected(await api.delete(lease)), for: .collected)
        }
    }

    /// What a crashed replica left is deleted, or could not be, and is left alone then for as long as it was kept.
    func collected(_ error: KubernetesError?, at now: MonotonicTime) {
        isCollecting = false
        // The watch shows a deletion a moment later.
        collectsAt = now + (error == nil ? settings.timing.retryPeriod : LeaseDirectory.retention)
        report(error, "delete", own)
    }
}

/// Moves a Deployment's pods from the ReplicaSets of earlier templates to the one of its present template.
///
/// https://kubernetes.io/docs/concepts/workloads/controllers/deployment/
struct DeploymentController: Sendable {
    /// Where Deployments are read, and their ReplicaSets written.
    let store: ObjectStore

    /// Runs until the task is cancelled.
    func run() async {
        let changes = await store.follow()
        let loop = ReconcileLoop()
        await loop.add(await store.list(.deployments, namespace: nil).map { $0.key(.deployments) })
        await loop.run(changes) { change in
            switch change.key.kind {
            case .deployments where change.action != .deleted: [change.key]
            case .replicaSets: change.object.controllerKey(.deployments).map { [$0] } ?? []
            default: []
            }
        } reconcile: { key in
            await reconcile(key)
            return nil
        }
    }

    private func reconcile(_ key: ObjectKey) async {
        guard let deployment = try? await store.get(key), deployment["metadata"]["deletionTimestamp"] == .null else {
            return
        }
        let sets = await store.controlled(by: deployment["metadata"]["uid"].string ?? "", .replicaSets)
        var rollout = Rollout(deployment, sets: sets)
        if deployment["spec"]["paused"] == true {
            await scale(&rollout)
        } else if deployment["spec"]["strategy"]["type"] == "Recreate" {
            await recreate(&rollout)
        } else {
            await roll(&rollout)
        }
        await publish(rollout, key)
        await forgetOldRevisions(rollout)
    }

    // MARK: Strategies

    /// One step of a rolling update: more new pods if there is room, else fewer old ones.
    private func roll(_ rollout: inout Rollout) async {
        let wanted = rollout.limits.newReplicas(rollout.new.map(Rollout.replicas) ?? 0, old: rollout.oldReplicas)
        let before = rollout.new.map(Rollout.replicas)
        await setNew(&rollout, replicas: wanted)
        guard before == wanted, let new = rollout.new else { return }
        let sizes = rollout.limits.oldReplicas(rollout.old.map(Rollout.size), new: Rollout.size(new))
        await setOld(&rollout, replicas: sizes)
    }

    /// New pods come only when the last of the old ones is gone.
    private func recreate(_ rollout: inout Rollout) async {
        await setOld(&rollout, replicas: rollout.old.map { _ in 0 })
        for set in rollout.old {
            let pods = await store.controlled(by: set["metadata"]["uid"].string ?? "", .pods)
            if pods.contains(where: { !PodStatus.isFinished($0) }) { return }
        }
        await setNew(&rollout, replicas: rollout.limits.replicas)
    }

    /// While a Deployment is paused only its size follows, if one ReplicaSet has all of its pods.
    private func scale(_ rollout: inout Rollout) async {
        let active = rollout.all.filter { Rollout.replicas(of: $0) > 0 }
        guard active.count <= 1, let set = active.first ?? rollout.all.last else { return }
        await resize(set, rollout.limits.replicas, rollout)
    }

    // MARK: ReplicaSets

    private func setNew(_ rollout: inout Rollout, replicas: Int) async {
        let annotations = rollout.annotations
        let minReady = rollout.deployment["spec"]["minReadySeconds"]
        guard let new = rollout.new else {
            let set = rollout.newSet(
                hash: TemplateHash.text(of: rollout.deployment["spec"]["template"]),
                replicas: replicas
            )
            let namespace = rollout.deployment["metadata"]["namespace"].string ?? ""
            rollout.new = try? await store.create(.replicaSets, namespace: namespace, set)
            return
        }
        rollout.new = try? await store.modify(new.key(.replicaSets)) { (old) throws(APIFailure) in
            var set = old
            set["metadata"]["annotations"] = (old["metadata"]["annotations"]).merging(annotations)
            set["spec"]["replicas"] = .int(replicas)
            set["spec"]["minReadySeconds"] = minReady
            return set
        }
    }

    private func setOld(_ rollout: inout Rollout, replicas: [Int]) async {
        for (index, wanted) in replicas.enumerated() where Rollout.replicas(of: rollout.old[index]) != wanted {
            if let set = await resize(rollout.old[index], wanted, rollout) { rollout.old[index] = set }
        }
    }

    @discardableResult
    private func resize(_ set: JSONValue, _ replicas: Int, _ rollout: Rollout) async -> JSONValue? {
        try? await store.modify(set.key(.replicaSets)) { (old) throws(APIFailure) in
            var set = old
            set["metadata"]["annotations"] = old["metadata"]["annotations"].merging(rollout.sizes)
            set["spec"]["replicas"] = .int(replicas)
            return set
        }
    }

    /// Once everything is done, no more ReplicaSets without pods are kept than the history may hold.
    private func forgetOldRevisions(_ rollout: Rollout) async {
        let status = RolloutStatus(rollout).value
        guard RolloutStatus.isComplete(status, replicas: rollout.limits.replicas) else { return }
        let surplus = rollout.old.count - (rollout.deployment["spec"]["revisionHistoryLimit"].int ?? 10)
        let sorted = rollout.old.sorted { Rollout.revision(of: $0) < Rollout.revision(of: $1) }
        for set in sorted.prefix(max(0, surplus))
        where Rollout.replicas(of: set) == 0 && set["status"]["replicas"].int ?? 0 == 0 {
            _ = try? await store.delete(set.key(.replicaSets))
        }
    }

    private func publish(_ rollout: Rollout, _ key: ObjectKey) async {
        let status = RolloutStatus(rollout).value
        let revision = rollout.new.map { JSONValue.string("\(Rollout.revision(of: $0))") }
        _ = try? await store.modify(key) { (old) throws(APIFailure) in
            var new = old.with("status", status)
            if let revision { new["metadata"]["annotations"][Rollout.Annotation.revision] = revision }
            return new
        }
    }
}

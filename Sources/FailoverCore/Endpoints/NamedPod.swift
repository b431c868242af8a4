/// A pod that may be known by nothing but what a slice says of it.
struct NamedPod: Sendable, Hashable {
    /// The pod's name.
    let name: String
    /// Its uid: one that is recreated under the same name is another.
    let id: Member.ID
}

extension NamedPod {
    /// A member, or one that was.
    init(_ member: Member) {
        self.init(name: member.name, id: member.id)
    }
}

extension MemberView {
    /// The pods to which the slice that decides sends traffic, by name, whether they are members or not; none whose name is not known.
    var published: [NamedPod] {
        guard let slice = endpoints?.slices.first else { return [] }
        let known = all + departed
        let pods = slice.ready.compactMap { id in
            (known.first { $0.id == id }?.name ?? slice.names[id]).map { NamedPod(name: $0, id: id) }
        }
        return pods.sorted { ($0.name, $0.id.uid) < ($1.name, $1.id.uid) }
    }

    /// Those of them that are no members as far as is known, and were none before: they may just not have been seen yet.
    var strangers: [NamedPod] {
        published.filter { pod in self[pod.id] == nil && !departed.contains { $0.id == pod.id } }
    }
}

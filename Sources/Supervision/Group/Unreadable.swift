/// What a group cannot do without and cannot read, and why: it goes on once it can read all of it.
struct Unreadable: Sendable {
    /// What informers follow for a group.
    enum Collection: Sendable, Hashable, CaseIterable {
        /// The Services, of which one is the group's.
        case services
        /// The pods, its members among them.
        case pods
        /// The EndpointSlices, where they say who is active.
        case slices
    }

    private var problems: [Collection: String] = [:]

    /// Why the first of them cannot be read; nil: all can.
    var problem: String? { Collection.allCases.lazy.compactMap { problems[$0] }.first }

    /// Whether words are those of one of these problems.
    func isToldBy(_ words: String?) -> Bool { problems.values.contains { $0 == words } }

    /// A collection cannot be read.
    mutating func failed(_ collection: Collection, _ problem: String) { problems[collection] = problem }

    /// It can, or nobody has to.
    mutating func recovered(_ collection: Collection) { problems[collection] = nil }
}

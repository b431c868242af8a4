/// An answer that takes time and memory for thousands of groups: computed once for all who ask meanwhile, and sent to all of
/// them from one place.
actor SharedAnswer {
    private var underWay: Task<OperationsAnswer, Never>?
    private let compute: @Sendable () async -> OperationsAnswer

    /// `compute`: makes the answer; never called while it is still at work.
    init(_ compute: @escaping @Sendable () async -> OperationsAnswer) {
        self.compute = compute
    }

    /// The answer that is being computed, or a new one.
    var value: OperationsAnswer {
        get async {
            if let underWay { return await underWay.value }
            let task = Task { [compute] in await compute() }
            underWay = task
            let answer = await task.value
            underWay = nil
            return answer
        }
    }
}

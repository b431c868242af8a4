import ArgumentParser
import KubernetesClient
import Supervision

/// How long an answer is waited for.
struct PatienceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Seconds to wait for the supervisor's answer; without one the request is taken back.",
            valueName: "seconds"
        )
    )
    var timeout: Double = 60

    func validate() throws {
        guard timeout > 0, timeout <= 3600 else {
            throw ValidationError("--timeout \(timeout): give seconds, more than 0 and at most 3600")
        }
    }
}

/// What requests to one group have in common.
struct RequestOptions: ParsableArguments {
    @OptionGroup
    /// The group whose Lease is annotated.
    var target: GroupOptions

    @OptionGroup
    /// How long its answer is awaited.
    var patience: PatienceOptions

    /// Gives the request, waits for the answer and prints it.
    ///
    /// - Throws: the exit code: 1 if it was refused, 2 if it could not be given or was not answered.
    func give(_ action: StoredRequest.Action, _ fill: (inout StoredRequest) -> Void) async throws {
        try await target.withClient { client, namespace in
            let round = RequestRound(client: client, output: target.output, patience: .seconds(patience.timeout))
            let target = RequestRound.Target(namespace: namespace, group: target.group)
            try await round.give(action, to: [target], isOfMany: false, fill)
        }
    }
}

/// What requests have in common that may be given to many groups.
struct SelectedRequestOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "The group; without one, --selector, --all or --all-namespaces says which.",
            valueName: "group"
        )
    )
    var group: String?

    @OptionGroup
    /// Which groups are meant.
    var selection: SelectionOptions

    @Flag(help: "All groups of the namespace.")
    var all = false

    @Option(name: .shortAndLong, help: "text or json.")
    var output: RequestOutput = .text

    @OptionGroup
    /// How long answers are awaited.
    var patience: PatienceOptions

    func validate() throws {
        try selection.validate(group: group)
        if all, group != nil || selection.selector != nil {
            throw ValidationError("--all is for every group of the namespace, without a group and without --selector")
        }
        if group == nil, !all, !selection.allNamespaces, selection.selector == nil {
            throw ValidationError("name a group, or say which: --selector, --all of the namespace, or --all-namespaces")
        }
    }

    /// Gives the request to each group, waits for the answers and prints them.
    ///
    /// `isAwaited`: whether to wait for answers at all.
    /// - Throws: the exit code: 1 if one was refused, 2 if one could not be given or was not answered.
    func give(
        _ action: StoredRequest.Action,
        isAwaited: Bool = true,
        _ fill: (inout StoredRequest) -> Void
    ) async throws {
        try await withRound(patience: isAwaited ? .seconds(patience.timeout) : .zero) { round, targets in
            try await round.give(action, to: targets, isOfMany: group == nil, fill)
        }
    }

    /// Takes back what waits for its time in each group, and prints that.
    ///
    /// - Throws: the exit code: 1 if nothing waited in one, 2 if one was not reached.
    func cancel() async throws {
        try await withRound(patience: .zero) { round, targets in
            try await round.cancel(in: targets, isOfMany: group == nil)
        }
    }

    private func withRound(
        patience: Duration,
        _ body: (RequestRound, [RequestRound.Target]) async throws -> Void
    ) async throws {
        try await selection.withClient { client, connection in
            let scope = selection.scope(connection, group: group)
            let targets =
                if let group {
                    [RequestRound.Target(namespace: scope.namespace ?? connection.namespace, group: group)]
                } else {
                    try await ClusterSurvey(client: client).records(scope).map {
                        RequestRound.Target(namespace: $0.namespace, group: $0.name)
                    }
                }
            try await body(RequestRound(client: client, output: output, patience: patience), targets)
        }
    }
}

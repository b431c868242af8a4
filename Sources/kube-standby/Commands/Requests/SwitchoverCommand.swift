import ArgumentParser
import Supervision

/// `kube-standby switchover`.
struct SwitchoverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "switchover",
        abstract: "Move a group's role to another pod, planned.",
        discussion: """
            The request is an annotation on the group's Lease: whoever may patch that may switch. Many groups are selected by --selector or
            --all-namespaces, and named before anything is asked. The supervisor moves the role by the
            same protocol as in a failover, also in a paused group, and answers. Preemption leaves the pod in its role until something
            else moves it, or `resume` is requested.

            EXAMPLES
              kube-standby switchover web
              kube-standby switchover web --to web-1 --namespace shop
              kube-standby switchover web --to web-1 --force -o json
              kube-standby switchover -n shop -l tier=cache

            EXIT CODES
              0 moved, or there already, 1 refused (of many groups: by one), 2 not reached or not answered, 64 wrong usage
            """
    )

    @OptionGroup
    /// Which groups, and how their answers are awaited and printed.
    var request: SelectedRequestOptions

    @Option(help: ArgumentHelp("The pod; default: the best healthy candidate.", valueName: "pod"))
    var to: String?

    @Flag(help: "Also to a pod that is not healthy, not Ready, excluded or of priority 0.")
    var force = false

    @Flag(inversion: .prefixedNo, help: "Wait until the role has moved, or the request was refused.")
    var wait = true

    func validate() throws {
        if to != nil, request.group == nil { throw ValidationError("--to names a pod of one group; name the group") }
    }

    func run() async throws {
        try await request.give(.switchover, isAwaited: wait) {
            $0.pod = to
            $0.force = force ? true : nil
        }
    }
}

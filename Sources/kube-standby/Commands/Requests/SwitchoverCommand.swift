import ArgumentParser
import KubernetesClient
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

            With --at the request waits on the Lease until then, is listed by `status` and `explain`, and is not in the way of others;
            nobody waits for its answer, which `history` shows. It survives a restart of the supervisor. --cancel takes it back.

            EXAMPLES
              kube-standby switchover web
              kube-standby switchover web --to web-1 --namespace shop
              kube-standby switchover web --to web-1 --force -o json
              kube-standby switchover -n shop -l tier=cache
              kube-standby switchover web --at 02:30
              kube-standby switchover web --to web-1 --at 2026-12-05T02:30:00+01:00
              kube-standby switchover web --cancel

            EXIT CODES
              0 moved, or there already, waiting for its time or taken back, 1 refused or nothing to take back (of many groups: by one), 2 not reached or not answered, 64 wrong usage
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

    @Option(
        help: ArgumentHelp(
            "Not before this time, at most 30 days ahead: RFC 3339, or HH:MM for the next such local time.",
            valueName: "time"
        ),
        transform: { try PlannedTime.time($0) }
    )
    var at: MicroTime?

    @Flag(help: "Take back the switchover that waits for its time.")
    var cancel = false

    func validate() throws {
        if cancel, to != nil || force || at != nil {
            throw ValidationError(
                "--cancel takes back what waits, whatever it is; give it without --to, --force and --at"
            )
        }
        if to != nil, request.group == nil { throw ValidationError("--to names a pod of one group; name the group") }
    }

    func run() async throws {
        if cancel { return try await request.cancel() }
        try await request.give(.switchover, isAwaited: wait && at == nil) {
            $0.due = at
            $0.pod = to
            $0.force = force ? true : nil
        }
    }
}

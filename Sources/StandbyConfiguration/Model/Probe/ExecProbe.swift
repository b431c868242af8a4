/// A command whose exit code decides the health.
package struct ExecProbe: Sendable, Hashable {
    /// Where the command runs.
    package enum Place: String, Sendable, Hashable, CaseIterable {
        /// In the pod, through the API server.
        case pod = "Pod"
        /// Beside the supervisor, with the member in its environment.
        case supervisor = "Supervisor"
    }

    /// Not empty; the first is the program.
    package var command: [String]
    /// Where the command runs.
    package var place: Place = .pod
    /// Nil: the pod's only or default container.
    package var container: String?

    /// In the pod's only or default container, unless said otherwise.
    package init(command: [String], place: Place = .pod, container: String? = nil) {
        self.command = command
        self.place = place
        self.container = container
    }
}

extension ExecProbe {
    /// The fields of `exec`.
    static let fields = FieldTable("exec", ExecProbe(command: [])) {
        Field.required("command", \.command, .list(.string(.argument), isEmptyAllowed: false))
            .says("The program and its arguments; no shell is involved")
        Field.defaulted("runIn", \.place, .choice)
            .says(
                "In the pod, through the API server, or beside the supervisor with POD_NAME, POD_NAMESPACE, POD_IP, GROUP and"
                    + " ROLE in its environment"
            )
        Field.optional("container", \.container, .string(.dnsLabel))
            .says("The container; default: the pod's only or default one")
    }
}

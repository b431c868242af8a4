/// A command to be run in a container of a pod, through the API server.
package struct PodCommand: Sendable, Hashable {
    /// How a command ended.
    package enum End: Sendable, Hashable {
        case exited(Int)
        /// It was still running at the deadline.
        case timedOut
        /// The stream ended without the status that tells how.
        case withoutStatus
    }

    /// The end, and what was printed.
    package struct Outcome: Sendable, Hashable {
        package var end: End
        /// Standard output and standard error as they came, at most `outputLimit` bytes.
        package var output: String

        package init(end: End, output: String) {
            self.end = end
            self.output = output
        }
    }

    /// The command could not be run, or not through this server; says nothing of the application.
    package struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
        /// Why, in words.
        package var description: String
    }

    package var namespace: String
    package var pod: String
    /// Nil: the pod's only one.
    package var container: String?
    /// Not empty; no shell reads it.
    package var command: [String]
    /// For everything: connection, upgrade, and the command's own time.
    package var timeout: Duration
    /// Bytes of output that are kept; the rest is read and dropped.
    package var outputLimit: Int

    package init(
        namespace: String,
        pod: String,
        container: String?,
        command: [String],
        timeout: Duration,
        outputLimit: Int
    ) {
        self.namespace = namespace
        self.pod = pod
        self.container = container
        self.command = command
        self.timeout = timeout
        self.outputLimit = outputLimit
    }

    /// The call that opens the stream.
    var call: APICall {
        let query =
            (container.map { [("container", $0)] } ?? []) + command.map { ("command", $0) }
            + [("stdin", "false"), ("stdout", "true"), ("stderr", "true"), ("tty", "false")]
        return APICall.get("get", Pod.resource, namespace: namespace, name: pod, subresource: "exec", query: query)
    }
}

import CLinux
import Foundation
import Glibc
import KubernetesClient

/// What a process sees to before anything else.
enum ProcessSetup {
    /// Closed pipes are errors and no death; threads share two heaps; the standard descriptors are taken; nobody of the same user
    /// reads our memory or environment.
    ///
    /// `arguments`: those of the command line, without the binary.
    static func prepare(_ arguments: [String]) {
        // Asks `run` to reload. Until its handler is there nothing is lost: the configuration has not been read yet.
        if arguments.first == "run" { signal(SIGHUP, SIG_IGN) }
        signal(SIGPIPE, SIG_IGN)
        // Before there is a second thread. With a heap for each, what a burst on one thread frees is of no use to the others.
        linux_limit_heaps(2)
        occupyStandardDescriptors()
        // Commands of probes run as our user: /proc/PID/environ and /proc/PID/mem would be theirs to read. A command's own
        // process is another program, and so not concerned.
        // https://man7.org/linux/man-pages/man2/PR_SET_DUMPABLE.2const.html
        _ = linux_set_dumpable(0)
    }

    /// Were one of them closed, the next socket would get its number, and our words.
    private static func occupyStandardDescriptors() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest free number is given, which is this one. It is opened the wrong way, so that use of it is an error.
            _ = unsafe open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }
}

/// Names this process among all supervisors that ever ran.
enum ProcessIdentity {
    /// The pod's or host's name and a random part: a process that is started again is another one.
    static func make(environment: [String: String] = ProcessInfo.processInfo.environment) -> String {
        let host = environment["POD_NAME"] ?? ProcessInfo.processInfo.hostName
        return "\(host.prefix(80))_\(UUID().uuidString.lowercased())"
    }
}

/// The pod that the process runs in, as the downward API tells it.
enum OwnPod {
    /// Nil: name or namespace are not told.
    static func reference(
        _ environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> Event.ObjectReference? {
        guard let name = environment["POD_NAME"], let namespace = environment["POD_NAMESPACE"], !name.isEmpty,
            !namespace.isEmpty
        else { return nil }
        return .init(Pod.resource, namespace: namespace, name: name, uid: environment["POD_UID"])
    }
}

/// Values that live until the process ends.
enum Immortal {
    private final class Box<Value> {
        let value: Value

        init(_ value: Value) {
            self.value = value
        }
    }

    /// Keeps a value; nothing gives it back.
    static func keep<Value>(_ value: Value) {
        _ = unsafe Unmanaged.passRetained(Box(value))
    }
}

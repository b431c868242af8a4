import FailoverCore

extension ObjectSchema {
    /// The fields of a probe that are handlers; a probe has exactly one.
    static var handlers: [String] { probe.choice }

    static let probe = ObjectSchema(
        "probe",
        choice: ["httpGet", "tcpSocket", "grpc", "exec"],
        [
            .optional("httpGet", .object(httpGet), "Succeeds if the answer to an HTTP request is as expected"),
            .optional("tcpSocket", .object(tcpSocket), "Succeeds if a TCP connection comes about"),
            .optional("grpc", .object(grpc), "Succeeds if grpc.health.v1.Health/Check answers SERVING"),
            .optional("exec", .object(exec), "Succeeds if a command ends with exit code 0"),
            .optional(
                "initialDelaySeconds",
                .seconds(0...3600),
                default: .seconds(ProbeTiming().initialDelay),
                "How long after the probed container's start the first probe waits; not for the active member"
            ),
            .optional(
                "periodSeconds",
                .seconds(0.1...3600),
                default: .seconds(ProbeTiming().period),
                "How often a member is probed"
            ),
            .optional(
                "fastPeriodSeconds",
                .seconds(0.05...3600),
                "How often while a threshold is being counted; default: 1, or periodSeconds if that is less"
            ),
            .optional(
                "timeoutSeconds",
                .seconds(0.05...300),
                default: .seconds(ProbeTiming().timeout),
                "How long the whole probe may take; beyond periodSeconds the next one begins when this one has ended"
            ),
            .optional(
                "failureThreshold",
                .integer(1...100),
                default: .integer(ProbeTiming().thresholds.failure),
                "Failures in a row that make a member unhealthy"
            ),
            .optional(
                "successThreshold",
                .integer(1...100),
                default: .integer(ProbeTiming().thresholds.success),
                "Successes in a row that make a member healthy"
            ),
            .optional(
                "terminationGracePeriodSeconds",
                .integer(0...Int(Int32.max)),
                "Accepted so that a probe can be pasted; has no meaning here"
            ),
        ]
    )

    /// What an HTTP probe is when nothing but its port is given.
    private static let plain = HTTPProbe(port: .number(1))

    private static let containerSummary =
        "The container that has the port; needed only where two have a port of that name"

    static let httpGet = ObjectSchema(
        "httpGet",
        [
            .optional("path", .string(.path), default: .string(plain.path), "The path, with a query if need be"),
            .required("port", .port(mayBeNamed: true), "A port number, or the name of a container port"),
            .optional("container", .string(.dnsLabel), containerSummary).absentIfEmpty,
            .optional(
                "scheme",
                .enumeration(HTTPProbe.Scheme.names),
                default: .string(plain.scheme.rawValue),
                "HTTP or HTTPS"
            ).absentIfEmpty,
            .optional(
                "host",
                .string(.host),
                "Whom to connect to; sent as Host header and server name; default: the pod's IP"
            ).absentIfEmpty,
            .optional(
                "httpHeaders",
                .list(.object(httpHeader), isEmptyAllowed: true),
                default: .list([]),
                "Headers to send"
            ),
            .optional(
                "expectedStatus",
                .list(.statusRange, isEmptyAllowed: false),
                default: .list(plain.expectedStatus.map(\.value)),
                "Status codes, or ranges of them, that are a success; of the last answer if redirects were followed"
            ),
            .optional(
                "expectedBody",
                .string(.regularExpression),
                "A regular expression that is sought in the first 10 KiB of the body: PCRE2's syntax without back-references and"
                    + " look-around, \\w, \\d and \\s in ASCII; default: any body"
            ),
            .optional(
                "method",
                .enumeration(HTTPProbe.Method.names),
                default: .string(plain.method.rawValue),
                "The request's method"
            ),
            .optional(
                "keepAlive",
                .bool,
                default: .bool(plain.keepAlive),
                "Whether a connection is used again, every tenth probe excepted"
            ),
            .optional("tls", .object(tls), "How the server's certificate is checked"),
        ]
    )

    static let httpHeader = ObjectSchema(
        "httpHeader",
        [
            .required("name", .string(.headerName), "The header's name"),
            .optional(
                "value",
                .string(.printable),
                default: .string(""),
                "The header's value; an empty one is sent, but leaves Accept and User-Agent out"
            ),
        ]
    )

    static let tls = ObjectSchema(
        "tls",
        [
            .optional(
                "verify",
                .bool,
                default: .bool(plain.tls.isVerified),
                "Whether the certificate must be valid; kubelet does not ask"
            ),
            .optional("caFile", .string(.nonEmpty), "The authorities to trust, PEM; default: the system's"),
            .optional("serverName", .string(.host), "The name that the certificate must have; default: the host"),
        ]
    )

    static let tcpSocket = ObjectSchema(
        "tcpSocket",
        [
            .required("port", .port(mayBeNamed: true), "A port number, or the name of a container port"),
            .optional("container", .string(.dnsLabel), containerSummary).absentIfEmpty,
            .optional("host", .string(.host), "Whom to connect to; default: the pod's IP").absentIfEmpty,
        ]
    )

    static let grpc = ObjectSchema(
        "grpc",
        [
            .required("port", .port(mayBeNamed: false), "The port's number"),
            .optional("service", .string(.printable), default: .string(""), "The service whose health is asked for"),
        ]
    )

    static let exec = ObjectSchema(
        "exec",
        [
            .required(
                "command",
                .list(.string(.any), isEmptyAllowed: false),
                "The program and its arguments; no shell is involved"
            ),
            .optional(
                "runIn",
                .enumeration(ExecProbe.Place.names),
                default: .string(ExecProbe.Place.pod.rawValue),
                "In the pod, through the API server, or beside the supervisor with POD_NAME, POD_NAMESPACE, POD_IP, GROUP and"
                    + " ROLE in its environment"
            ),
            .optional("container", .string(.dnsLabel), "The container; default: the pod's only or default one"),
        ]
    )
}

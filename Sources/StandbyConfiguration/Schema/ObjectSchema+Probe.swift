extension ObjectSchema {
    /// The fields of a probe that are handlers; a probe has exactly one.
    static let handlers = ["httpGet", "tcpSocket", "grpc", "exec"]

    static let probe = ObjectSchema([
        Field("httpGet", .object(httpGet)),
        Field("tcpSocket", .object(tcpSocket)),
        Field("grpc", .object(grpc)),
        Field("exec", .object(exec)),
        Field("initialDelaySeconds", .seconds(0...3600)),
        Field("periodSeconds", .seconds(0.1...3600)),
        Field("fastPeriodSeconds", .seconds(0.05...3600)),
        Field("timeoutSeconds", .seconds(0.05...60)),
        Field("failureThreshold", .integer(1...100)),
        Field("successThreshold", .integer(1...100)),
    ])

    static let httpGet = ObjectSchema([
        Field("path", .string(.path)),
        Field("port", .port(mayBeNamed: true), isRequired: true),
        Field("scheme", .enumeration(HTTPProbe.Scheme.names)),
        Field("host", .string(.singleLine)),
        Field("httpHeaders", .list(.object(httpHeader), isEmptyAllowed: true)),
        Field("expectedStatus", .list(.statusRange, isEmptyAllowed: false)),
        Field("expectedBody", .string(.regularExpression)),
        Field("method", .enumeration(HTTPProbe.Method.names)),
        Field("keepAlive", .bool),
        Field("tls", .object(tls)),
    ])

    static let httpHeader = ObjectSchema([
        Field("name", .string(.headerName), isRequired: true),
        Field("value", .string(.singleLine), isRequired: true),
    ])

    static let tls = ObjectSchema([
        Field("verify", .bool),
        Field("caFile", .string(.nonEmpty)),
        Field("serverName", .string(.singleLine)),
    ])

    static let tcpSocket = ObjectSchema([
        Field("port", .port(mayBeNamed: true), isRequired: true),
        Field("host", .string(.singleLine)),
    ])

    static let grpc = ObjectSchema([
        Field("port", .port(mayBeNamed: false), isRequired: true),
        Field("service", .string(.singleLine)),
    ])

    static let exec = ObjectSchema([
        Field("command", .list(.string(.any), isEmptyAllowed: false), isRequired: true),
        Field("runIn", .enumeration(ExecProbe.Place.names)),
        Field("container", .string(.dnsLabel)),
    ])
}

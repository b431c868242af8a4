/// What a value of the configuration file may be.
package indirect enum ValueSchema: Sendable {
    case string(StringFormat)
    case bool
    case integer(ClosedRange<Int>)
    /// A duration in seconds, whole or fractional.
    case seconds(ClosedRange<Double>)
    case enumeration([String])
    /// A port number or, if allowed, the name of a container port.
    case port(mayBeNamed: Bool)
    /// A status code or a range of them: `200`, `"200-399"`.
    case statusRange
    case list(ValueSchema, isEmptyAllowed: Bool)
    /// A mapping from label keys to label values.
    case labels
    case object(ObjectSchema)
    /// The same, or null.
    case nullable(ValueSchema)
}

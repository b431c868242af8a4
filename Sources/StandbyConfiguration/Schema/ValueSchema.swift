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

    /// What a text must look like.
    package enum StringFormat: Sendable, Hashable {
        case any
        case nonEmpty
        /// RFC 1123 label.
        ///
        /// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names
        case dnsLabel
        /// RFC 1123 subdomain, the form of a pod's name.
        case dnsSubdomain
        /// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
        case labelKey
        case labelValue
        /// An HTTP path; begins with a slash.
        case path
        /// An HTTP field name.
        ///
        /// https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2
        case headerName
        /// A value that can stand in a header or a URL: no control characters.
        case singleLine
        case regularExpression
        /// An `http://` or `https://` URL.
        case url
    }
}

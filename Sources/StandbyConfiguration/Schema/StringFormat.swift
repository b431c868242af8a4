/// What a text must look like.
package enum StringFormat: Sendable, Hashable, CaseIterable {
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
    /// An HTTP path; the slash that begins it may be left out, as the kubelet allows.
    case path
    /// An IP address, or the name of a host.
    case host
    /// An HTTP field name.
    ///
    /// https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2
    case headerName
    /// A value that can stand in a header or a URL: no control characters.
    case singleLine
    /// The same, and it may be empty.
    case printable
    /// What a `Pattern` can be made of.
    case regularExpression
    /// An `http://` or `https://` URL.
    case url
}

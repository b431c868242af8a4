/// What EndpointSlices and Endpoints have to keep to, and every refusal of one object, to be told at once.
struct EndpointRules {
    private let kind: Kind
    private let object: JSONValue
    private let network: ClusterNetwork
    private var failures: [APIFailure] = []

    /// `object`: the one that is refused, or not.
    init(_ kind: Kind, _ object: JSONValue, _ network: ClusterNetwork) {
        self.kind = kind
        self.object = object
        self.network = network
    }

    /// - Throws: 422 with everything that was refused.
    func finish() throws(APIFailure) {
        if let failure = APIFailure.all(failures) { throw failure }
    }

    // MARK: Refusals

    /// A value is wrong.
    mutating func refuse(_ field: String, _ value: JSONValue, _ why: String) {
        failures.append(.invalid(kind, object, field, value, why))
    }

    /// A list is too long.
    mutating func refuse(_ field: String, count: Int, limit: Int) {
        failures.append(.tooMany(kind, object, field, count, limit: limit))
    }

    /// A value is there twice.
    mutating func refuse(_ field: String, duplicate value: JSONValue) {
        failures.append(.duplicate(kind, object, field, value))
    }

    /// A value is missing; `why`: empty if there is no more to say.
    mutating func require(_ field: String, _ why: String = "") {
        failures.append(.required(kind, object, field, why))
    }

    /// A value is none of those that there are.
    mutating func check(_ field: String, _ value: JSONValue, isOneOf values: [String]) {
        if let text = value.string, values.contains(text) { return }
        failures.append(.unsupported(kind, object, field, value, supported: values))
    }

    // MARK: Names

    /// A name of DNS without a dot.
    mutating func check(_ field: String, label value: JSONValue) {
        let text = value.string ?? ""
        if text.utf8.count > 63 { refuse(field, value, "must be no more than 63 characters") }
        if !MetadataRules.isDNSName(text[...], limit: .max, allows: "") { refuse(field, value, Self.labelRule) }
    }

    /// A name of DNS.
    mutating func check(_ field: String, subdomain value: JSONValue) {
        let text = value.string ?? ""
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let isName = parts.allSatisfy { MetadataRules.isDNSName($0, limit: 253, allows: "") }
        if !isName || text.utf8.count > 253 { refuse(field, value, MetadataRules.nameRule) }
    }

    /// The `protocol` and the `appProtocol` of a port.
    mutating func check(_ place: String, protocolOf port: JSONValue) {
        check("\(place).protocol", port["protocol"], isOneOf: ["SCTP", "TCP", "UDP"])
        let application = port["appProtocol"]
        if application != .null, !MetadataRules.isKey(application.string ?? "") {
            refuse("\(place).appProtocol", application, MetadataRules.keyRule)
        }
    }

    // MARK: Addresses

    /// An address of `IPv4`, `IPv6` or `FQDN`; one of a type that there is not is not looked at.
    mutating func check(_ field: String, _ value: JSONValue, isAddressOf type: String) {
        switch type {
        case "IPv4", "IPv6":
            let address = IPAddress(value.string ?? "")
            if address?.isIPv4 != (type == "IPv4") { refuse(field, value, "must be a valid \(type) address") }
            check(field, anyAddress: value)
        case "FQDN":
            if value.string?.contains(".") != true {
                refuse(field, value, "should be a domain with at least two segments separated by dots")
            }
            check(field, subdomain: value)
        default: break
        }
    }

    /// An address of either family that may be somebody else's: of the multicast addresses only those of the link are refused,
    /// as by a real API server.
    mutating func check(_ field: String, anyAddress value: JSONValue) {
        guard let text = value.string, let address = IPAddress(text) else {
            return refuse(field, value, "must be a valid IP address")
        }
        if address.isUnspecified { refuse(field, value, "may not be unspecified (\(text))") }
        if address.isLoopback, !network.isPod(text) {
            refuse(field, value, "may not be in the loopback range (127.0.0.0/8, ::1/128)")
        }
        if address.isLinkLocal {
            refuse(field, value, "may not be in the link-local range (169.254.0.0/16, fe80::/10)")
        }
        if address.isLinkLocalMulticast {
            refuse(field, value, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)")
        }
    }

    private static let labelRule =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end"
        + " with an alphanumeric character"
}

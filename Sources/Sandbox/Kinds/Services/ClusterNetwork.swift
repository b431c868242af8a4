/// What the rules of objects need to know of the cluster's network.
struct ClusterNetwork: Sendable {
    /// Whether Services and pods may have addresses of IPv6 beside those of IPv4.
    var isDualStack = false
    /// Never forgotten: whoever writes a slice may not have seen yet that a pod is gone.
    private var loopbackAddresses: Set<String> = []

    /// `isDualStack`: false for a cluster of IPv4.
    init(isDualStack: Bool = false) {
        self.isDualStack = isDualStack
    }

    /// The families in their order; the first is that of an object that asks for none.
    var families: [String] { isDualStack ? ["IPv4", "IPv6"] : ["IPv4"] }

    /// Whether an address on loopback is, or was, a pod's: the sandbox's applications live there, and a real cluster's nowhere.
    func isPod(_ address: String) -> Bool { loopbackAddresses.contains(address) }

    /// Notes the addresses of a pod.
    mutating func note(_ pod: JSONValue) {
        let listed = (pod["status"]["podIPs"].array ?? []).map { $0["ip"] }
        for address in (listed + [pod["status"]["podIP"]]).compactMap(\.string)
        where !loopbackAddresses.contains(address) && IPAddress(address)?.isLoopback == true {
            loopbackAddresses.insert(address)
        }
    }

    // MARK: Addresses for Services

    /// A virtual address of a family; nothing routes it, it is there to be looked at and asked for by name.
    func serviceAddress(_ family: String) -> String {
        let host = UInt16.random(in: 1...0xFFFE)
        return family == "IPv6"
            ? "fd00:10:96::\(String(host, radix: 16))" : "10.96.\(host >> 8).\(host & 0xFF)"
    }

    /// The address of IPv6 that goes with a pod's address; nothing listens there, it is there to be published.
    ///
    /// Of another family than IPv4: nil.
    static func second(of address: String) -> String? {
        let bytes = address.split(separator: ".").compactMap { UInt16($0) }
        guard IPAddress(address)?.isIPv4 == true, bytes.count == 4 else { return nil }
        let groups = [bytes[0] << 8 | bytes[1], bytes[2] << 8 | bytes[3]].map { String($0, radix: 16) }
        return "fd00::\(groups.joined(separator: ":"))"
    }
}

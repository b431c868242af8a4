import FailoverCore
import KubernetesClient
import Transport

extension AddressFamily {
    /// The family of an address; nil for a text that is none.
    init?(of address: String) {
        guard SocketAddress(host: address, port: 0) != nil else { return nil }
        self = address.contains(":") ? .ipv6 : .ipv4
    }

    /// The families of a Service, the preferred one first; never empty.
    static func families(of service: Service) -> [AddressFamily] {
        let known = (service.spec?.publication?.ipFamilies ?? []).compactMap(AddressFamily.init(rawValue:))
        return known.isEmpty ? [.ipv4] : known
    }

    /// The name of the slice that the supervisor writes for a Service.
    func sliceName(of service: String) -> String {
        service + (ServiceEndpoints.ownSuffixes[rawValue] ?? "")
    }
}

extension Pod {
    /// The pod's address of a family; nil if it has none.
    func address(of family: AddressFamily) -> String? {
        addresses.first { AddressFamily(of: $0) == family }
    }
}

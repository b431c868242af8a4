/// A port as a probe names it.
package enum PortReference: Sendable, Hashable {
    case number(Int)
    /// The name of a port of one of the pod's containers.
    case named(String)

    /// Whether `text` can name a container port: an IANA service name, at most 15 of a-z, 0-9 and "-", at least one
    /// letter.
    ///
    /// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#ports
    static func isPortName(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        let hyphen = UInt8(ascii: "-")
        let isLetter = { (byte: UInt8) in (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
        let isDigit = { (byte: UInt8) in (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        return bytes.count <= 15 && bytes.contains(where: isLetter) && bytes.first != hyphen && bytes.last != hyphen
            && bytes.allSatisfy { isLetter($0) || isDigit($0) || $0 == hyphen } && !text.contains("--")
    }
}

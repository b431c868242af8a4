/// One try to announce a move on the record, of all that anybody ever makes.
///
/// Whoever finds on the Lease the try that he made knows that his write was carried out, whatever he was answered. A like record of
/// another supervisor, or of another life of the same, is of another try.
package struct RecordAttempt: Sendable, Hashable, CustomStringConvertible {
    /// Drawn at random by each machine, so that none is taken for another whatever its name.
    package var machine: UInt64
    /// The operation by which the machine wrote it; a machine gives none twice.
    package var number: Int

    /// `number`: that of the operation.
    package init(machine: UInt64, number: Int) {
        self.machine = machine
        self.number = number
    }

    /// The try in an annotation; nil for anything but what `description` says.
    package init?(annotation text: String) {
        let parts = text.utf8.count <= Self.longest ? text.split(separator: "-") : []
        guard parts.count == 2, let machine = UInt64(parts[0], radix: 16), let number = Int(parts[1]) else {
            return nil
        }
        self.init(machine: machine, number: number)
        if description != text { return nil }
    }

    package var description: String { "\(String(machine, radix: 16))-\(number)" }

    private static let longest = 40
}

/// The general exchanges of one pool: whoever asks the API server, or once only.
final class TransferPool {
    let multi: Multi
    /// Whether the pool goes as soon as it is empty.
    var isRetired = false
    private var count = 0

    init(_ multi: Multi) {
        self.multi = multi
    }

    var isEmpty: Bool { count == 0 }

    /// - Throws: if libcurl does not take it.
    func add(_ transfer: Transfer) throws(TransportError) {
        try multi.add(transfer.handle)
        count += 1
    }

    func remove(_ transfer: Transfer) {
        count -= 1
        multi.remove(transfer.handle)
    }
}

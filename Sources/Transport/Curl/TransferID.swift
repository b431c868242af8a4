/// Names one exchange of an event loop.
package struct TransferID: Sendable, Hashable {
    let number: UInt64
}

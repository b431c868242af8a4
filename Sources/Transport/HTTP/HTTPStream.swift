/// An answer whose body arrives piece by piece.
///
/// The transfer ends when the body is read to its end, or when the last reference to the body's iteration goes.
package struct HTTPStream: Sendable {
    /// Status and headers.
    package let head: HTTPHead
    /// What follows.
    package let body: HTTPBody
}

/// The pieces of a body, as the network delivers them.
///
/// At most `HTTPBody.highWater` bytes wait for a slow reader; then the peer is held back by flow control.
package struct HTTPBody: AsyncSequence, Sendable {
    /// A piece, of any size but none.
    package typealias Element = [UInt8]

    /// Bytes that may wait before the transfer pauses.
    static let highWater = 256 * 1024

    /// What has come and was not read.
    let chunks: AsyncThrowingStream<[UInt8], any Error>
    /// Told how many bytes the reader took.
    let consumed: @Sendable (Int) -> Void

    /// For one reader.
    package func makeAsyncIterator() -> Iterator {
        Iterator(chunks: chunks.makeAsyncIterator(), consumed: consumed)
    }

    /// Gives back room in the buffer for each piece it hands out.
    package struct Iterator: AsyncIteratorProtocol {
        /// What has come and was not read.
        var chunks: AsyncThrowingStream<[UInt8], any Error>.Iterator
        /// Told how many bytes the reader took.
        let consumed: @Sendable (Int) -> Void

        /// The next piece; nil at the end of the body.
        ///
        /// - Throws: `TransportError` when the transfer failed in the middle.
        package mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(any Error) -> [UInt8]? {
            let chunk = try await chunks.next(isolation: actor)
            if let chunk { consumed(chunk.count) }
            return chunk
        }
    }
}

/// How a check ended, or what became of its connection meanwhile.
package struct CheckEvent {
    /// What happened.
    package enum Kind {
        case ended(Result<HTTPResponse, TransportError>)
        /// The peer closed the connection that was kept for the next time.
        case connectionLost
    }

    package var tag: Int
    package var kind: Kind
}

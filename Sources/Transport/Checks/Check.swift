/// A question that is asked of one peer again and again; at most one at a time is under way.
///
/// Confined to the loop's thread.
package final class Check {
    /// What is asked.
    package enum Question {
        /// An HTTP exchange; the URL is absolute.
        case exchange(CheckTemplate, url: String)
        /// A TCP connection, closed as soon as it stands, within `timeout`; apart, for an address is larger than all else of a check.
        indirect case connection(SocketAddress, timeout: Duration)

        /// Whether a check of one serves for the other.
        package func isSame(as other: Question) -> Bool {
            switch (self, other) {
            case (.exchange(let template, let url), .exchange(let otherTemplate, let otherURL)):
                template === otherTemplate && url == otherURL
            case (.connection(let address, let timeout), .connection(let otherAddress, let otherTimeout)):
                address == otherAddress && timeout == otherTimeout
            case (.exchange, .connection), (.connection, .exchange): false
            }
        }
    }

    /// How a check ended, or what became of its connection meanwhile.
    package struct Event {
        /// What happened.
        package enum Kind {
            /// The answer, or why there is none; a bare connection's answer has the status 0.
            case ended(Result<HTTPResponse, TransportError>)
            /// The peer closed the connection that was kept for the next time.
            case connectionLost
        }

        /// The check's tag.
        package var tag: Int
        /// What happened to it.
        package var kind: Kind
    }

    /// Checks whose connections share one multi of libcurl at most, which has two descriptors of its own and takes 45 kB.
    ///
    /// Fewer where connections are kept: libcurl walks all of a multi's connections at the end of each exchange.
    package static func shardSize(keepsConnections: Bool) -> Int { keepsConnections ? 128 : 1024 }

    /// The URL as it was given, whatever stands in its host's place for libcurl.
    var plainURL: String {
        switch question {
        case .exchange(_, let url): url
        case .connection: ""
        }
    }

    /// What is under way.
    enum Flight {
        /// Nothing is.
        case none
        /// An exchange by libcurl, on this handle.
        case exchange(CheckHandle)
        /// A connection without libcurl, on this socket.
        case connection(Int32)
        /// The name is being looked up.
        case resolution(EventLoop.NameWait)
    }

    /// For whoever asks; told with each end.
    package let tag: Int
    /// What is asked.
    package let question: Question
    /// Of an exchange; nil for a bare connection.
    let template: CheckTemplate?
    /// The multi that the exchange's connections belong to; the loop gives it at the first time.
    @safe @exclusivity(unchecked) var shard: Multi?
    /// What libcurl is told; empty for a bare connection.
    let url: String
    /// Where to connect to instead of the URL's host; nil: to that.
    let redirection: String?
    /// The name that must be resolved first; nil: none.
    let name: String?
    /// What is under way.
    @safe @exclusivity(unchecked) var flight = Flight.none
    /// How long the exchange may take; nil: as its template says.
    @safe @exclusivity(unchecked) package var timeout: Duration?
    /// Kept from check to check where each target has one.
    @safe @exclusivity(unchecked) var ownHandle: CheckHandle?
    /// The kept connection that nobody uses; nil if there is none.
    @safe @exclusivity(unchecked) var idleSocket: Int32?

    /// A check that has not been asked yet; `tag`: what its ends are told under.
    package init(_ question: Question, tag: Int) {
        self.tag = tag
        self.question = question
        switch question {
        case .exchange(let template, let url):
            self.template = template
            var request = template.request
            request.url = url
            self.url = HandleOptions.url(of: request)
            redirection = HandleOptions.redirection(of: request)
            name = request.nameToResolve
        case .connection:
            template = nil
            url = ""
            redirection = nil
            name = nil
        }
    }
}

/// Cuts a watch's bytes, which come in any pieces, into frames: JSON objects, each followed by a line feed.
package struct FrameBuffer {
    /// The largest frame that is accepted, as in client-go.
    static let limit = 16 * 1024 * 1024

    private var bytes: [UInt8] = []
    private var searched = 0

    /// Nothing has come yet.
    package init() {}

    /// Adds a piece and takes the frames that it completes, empty lines left out.
    ///
    /// - Returns: nil if a frame grew beyond the limit.
    package mutating func frames(adding piece: [UInt8]) -> [[UInt8]]? {
        bytes += piece
        var frames: [[UInt8]] = []
        var start = 0
        while let end = bytes[max(start, searched)...].firstIndex(of: UInt8(ascii: "\n")) {
            if end > start { frames.append(Array(bytes[start..<end])) }
            start = end + 1
            searched = start
        }
        bytes.removeFirst(start)
        searched = bytes.count
        return bytes.count > Self.limit ? nil : frames
    }
}

import CLibcurl

/// Idle easy handles: making one costs more than resetting one.
final class HandlePool {
    private static let capacity = 256
    private var idle: [EasyHandle] = []

    /// An idle handle, or a new one.
    ///
    /// - Throws: if there is no memory.
    func take() throws(TransportError) -> EasyHandle {
        if let handle = idle.popLast() { return handle }
        guard let handle = EasyHandle() else { throw TransportError(.localResource, "no memory for a libcurl handle") }
        return handle
    }

    /// Takes back a handle that is in no multi any more.
    func giveBack(_ handle: EasyHandle) {
        unsafe curl_easy_reset(handle.easy)
        handle.ownFailure = nil
        if idle.count < Self.capacity { idle.append(handle) }
    }

    func removeAll() {
        idle = []
    }
}

import CLibcurl

/// One libcurl easy handle and the buffer for its error text.
@safe final class EasyHandle {
    let easy: UnsafeMutableRawPointer
    let errorText: UnsafeMutablePointer<CChar>

    init?() {
        guard let easy = unsafe curl_easy_init() else { return nil }
        unsafe self.easy = easy
        unsafe errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        unsafe curl_easy_cleanup(easy)
        unsafe errorText.deallocate()
    }
}

/// Idle easy handles: making one costs more than resetting one.
final class HandlePool {
    private static let capacity = 256
    private var idle: [EasyHandle] = []

    /// An idle handle, or a new one.
    func take() -> EasyHandle {
        if let handle = idle.popLast() { return handle }
        guard let handle = EasyHandle() else { preconditionFailure("out of memory for a libcurl handle") }
        return handle
    }

    /// Takes back a handle that is in no multi any more.
    func giveBack(_ handle: EasyHandle) {
        unsafe curl_easy_reset(handle.easy)
        if idle.count < Self.capacity { idle.append(handle) }
    }

    func removeAll() {
        idle = []
    }
}

extension EventLoop {
    /// Whether the loop takes up work within `limit`: false means that it hangs or was stopped.
    package func turns(within limit: Duration) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            let gate = Turnstile()
            guard execute({ gate.open() }) else { return false }
            group.addTask {
                await gate.wait()
                return !Task.isCancelled
            }
            group.addTask {
                try? await Task.sleep(for: limit)
                return false
            }
            let turned = await group.next() ?? false
            group.cancelAll()
            return turned
        }
    }
}

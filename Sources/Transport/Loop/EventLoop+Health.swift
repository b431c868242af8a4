import Coordination

extension EventLoop {
    /// The longest turn of the last minute or two, the one that is under way included.
    package var longestTurn: Duration { pace.longestTurn(at: Self.now) }

    /// Whether the loop begins another turn within `limit`: false means that it hangs or was stopped.
    ///
    /// It is asked besides the queue: a loop that has much to do does not hang.
    package func turns(within limit: Duration) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            let gate = Latch()
            gates.withLock { $0.append(gate) }
            epoll.wake()
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
            gates.withLock { gates in gates.removeAll { $0 === gate } }
            return turned
        }
    }

    /// Lets those through who wait for a turn.
    func openGates() {
        let waiting = gates.withLock { gates in
            defer { gates.removeAll() }
            return gates
        }
        for gate in waiting { gate.open() }
    }
}

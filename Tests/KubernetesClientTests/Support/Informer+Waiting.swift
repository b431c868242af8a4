import Coordination

@testable import KubernetesClient

extension Informer {
    /// Waits until the first list is in, or the task is cancelled.
    func firstList() async {
        let latch = Latch()
        whenListed(latch.open)
        await latch.wait()
    }
}

/// How fast the cluster's own clocks run: heartbeats, graces and evictions.
package struct Pace: Sendable {
    /// 1: as in a real cluster; 10: ten times as fast.
    package var speed: Double

    package init(speed: Double = 1) {
        self.speed = speed
    }

    /// A duration of Kubernetes, as it passes here.
    func callAsFunction(_ duration: Duration) -> Duration { duration / speed }
}

import FailoverCore
import Transport

/// What is known of a target besides.
///
/// Confined to the loop's thread.
final class TargetRecord {
    @safe @exclusivity(unchecked) var target: ProbeTarget
    /// Nil: it is probed by a command, or its port is not known.
    @safe @exclusivity(unchecked) var check: Check?
    /// Judges the answers to `check`.
    @safe @exclusivity(unchecked) var probe: (any ExchangeProbe)?
    /// The redirects of the probe that is on its way; nil if there was none.
    @safe @exclusivity(unchecked) var trail: RedirectTrail?
    /// What redirects led to, in their order; kept for the next probe, which is likely to be led there, too.
    @safe @exclusivity(unchecked) var hops: [Check] = []
    @safe @exclusivity(unchecked) var lastOutcome: ProbeOutcome?
    /// Whether the machine hears of the next result, whatever it is.
    @safe @exclusivity(unchecked) var isReportDue = false
    /// Since when somebody waits for a probe: its end is reported in any case; nil: nobody does.
    @safe @exclusivity(unchecked) var awaitedSince: MonotonicTime?

    /// What it adds to the engine's need of descriptors.
    var descriptorShare = 0.0

    init(_ target: ProbeTarget) {
        self.target = target
    }
}

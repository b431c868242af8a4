package import Patterns
package import YAMLDocument

/// The mistakes and warnings that a configuration file can have; their words are in `description`.
package enum DiagnosticMessage: Sendable, Hashable {
    // The text
    case yaml(YAMLError.Reason)
    case noConfiguration
    case furtherMistakes(Int)
    // Keys and values
    case unknownKey(String, allowed: [String], suggestion: String?)
    case missingKey(String)
    case wrongType(found: String, allowed: String)
    case notAllowed(found: String, allowed: String, suggestion: String?)
    case unusablePattern(found: String, PatternError)
    case defaultsTooLarge(limit: Int)
    // Fields that do not go together
    case handlerCount([String], allowed: [String])
    case matchCount([String])
    case fastPeriodAbovePeriod(Double, period: Double)
    case passiveEqualsActive(String)
    case roleKeyInSelector(String)
    case roleLabelInEndpointSliceMode
    case containerBesideSupervisor
    case namedPortOfForeignHost(String)
    case valuesOfExists(String)
    case noValues(String)
    case unverifiedTLS
    // Groups that do not go together
    case duplicateName(String, firstLine: Int)
    case duplicateService(String, firstLine: Int)
    case samePods(String, firstLine: Int)
    // Warnings
    /// The timeout is the period or more.
    case timeoutReachesPeriod(Double, period: Double)
    /// The timeout that holds by default is above the period.
    case defaultTimeoutAbovePeriod(Double)
    /// What a failing member is given, in seconds, here and by the kubelet; the periods are the probe's.
    case shorterTolerance(ours: Double, kubelet: Double, fastPeriod: Double, period: Double)
    /// The probe asks another host than the member.
    case foreignHost(String, isHTTP: Bool)
    case gracePeriodWithoutMeaning
    case preemptWithoutDelay
    case passiveProbeEqualsProbe
    case unreachablePriority(earlier: Int)
    case sharedUnprefixedRoleKey(String, firstLine: Int)
    case fastExecInPod
    case notAvailable(String, consequence: String)
    // The cluster
    case cluster(ClusterFinding)
}

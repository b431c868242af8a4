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
    case timeoutAbovePeriod(Double, period: Double)
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
    case timeoutEqualsPeriod(Double)
    case preemptWithoutDelay
    case passiveProbeEqualsProbe
    case unreachablePriority(earlier: Int)
    case sharedUnprefixedRoleKey(String, firstLine: Int)
    case fastExecInPod
    case notAvailable(String, consequence: String)
    // The cluster
    case cluster(ClusterFinding)
}

package import Patterns
import PlainText
package import YAMLDocument

/// The mistakes and warnings that a configuration file can have; their words are in `description`.
package enum DiagnosticMessage: Sendable, Hashable {
    // The text
    /// The text is no YAML, or exceeds a limit.
    case yaml(YAMLError.Reason)
    /// Manifests without any configuration.
    case noConfiguration
    /// How many mistakes are not listed.
    case further(Int, Diagnostic.Severity)
    // Keys and values
    /// A key that no field has; `suggestion`: the nearest that one has.
    case unknownKey(String, allowed: [String], suggestion: String?)
    /// A required field is absent.
    case missingKey(String)
    /// A value of another type, form or size; both in words.
    case wrongType(found: String, allowed: String)
    /// A text that names no case; `suggestion`: the nearest that does.
    case notAllowed(found: String, allowed: String, suggestion: String?)
    /// A regular expression that cannot be sought.
    case unusablePattern(found: String, PatternError)
    /// `defaults`, copied into every group, would exceed the memory.
    case defaultsTooLarge(limit: Int)
    // Fields that do not go together
    /// None or several of the handlers of a probe or hook.
    case handlerCount([String], allowed: [String])
    /// None or both of the ways to give a header's value.
    case valueCount([String], allowed: [String])
    /// A priority that says neither pod nor labels, or both.
    case matchCount([String])
    /// The fast period is the slower one, in seconds.
    case fastPeriodAbovePeriod(Double, period: Double)
    /// Both roles have this label value.
    case passiveEqualsActive(String)
    /// The selector looks at the role label, which changes.
    case roleKeyInSelector(String)
    /// A value of a label that is decoration.
    case roleValueInEndpointSliceMode
    /// A text that is no time of the week.
    case unusableWindow(found: String, PreemptWindowError)
    /// An order of two writes where there is one.
    case orderInEndpointSliceMode
    /// A wait between two writes where there is one.
    case gateInEndpointSliceMode
    /// A wait before a promotion that comes first.
    case gateBeforeFirstPromotion
    /// A proof by a probe that there is not.
    case gateWithoutPassiveProbe
    /// A proof by a probe that the active pod passes, too.
    case gateWithEqualProbes
    /// A hook that a promotion waits for, where there is one write.
    case requiredHookInEndpointSliceMode
    /// A hook that a promotion waits for which comes first.
    case requiredHookBeforeFirstPromotion
    /// What becomes of a promotion that waits for no hook.
    case timeoutOfOptionalHook
    /// An annotation that is written with the label, where none is.
    case deletionCostWithoutLabel
    /// Nothing says which pods are meant.
    case noSelectorInEndpointSliceMode
    /// A field for endpoints that Kubernetes writes.
    case drainInLabelMode
    /// A container for a command that runs in none.
    case containerBesideSupervisor
    /// A port name can be looked up in the pod only.
    case namedPortOfForeignHost(String)
    /// An operator that compares with nothing has values.
    case valuesOfExists(String)
    /// An operator that compares has no values.
    case noValues(String)
    /// A source of opinions that is named before.
    case doubledSource(String)
    /// More opinions than the sources can give.
    case tooManyOpinions(Int, most: Int, sources: [String])
    /// No number is within the bounds.
    case refusesEveryScore(above: Double, below: Double)
    /// A pattern that is sought in the answer to a request whose answers have no body.
    case bodyOfHead
    /// A score that is read from such an answer.
    case scoreOfHead
    /// An authority or a name for a certificate that is not checked.
    case unverifiedTLS
    /// Settings for HTTPS of a request that is none.
    case tlsWithoutHTTPS
    // Groups that do not go together
    /// Two groups of one name.
    case duplicateName(String, firstLine: Int)
    /// Two groups of one Service.
    case duplicateService(String, firstLine: Int)
    /// Two groups select the same pods and write the same label.
    case samePods(String, firstLine: Int)
    /// A group names itself as another.
    case namesItself
    /// A group is named that is named before in the list.
    case namedBefore(String)
    /// A group is named that the file has not; `suggestion`: the nearest that it has.
    case unknownGroup(String, suggestion: String?)
    /// A group that moves together with this one is to be apart from it.
    case apartFromItsSet(String)
    // Warnings
    /// The timeout is the period or more.
    case timeoutReachesPeriod(Double, period: Double)
    /// The timeout that holds by default is above the period.
    case defaultTimeoutAbovePeriod(Double)
    /// What a failing member is given, in seconds, here and by the kubelet; the periods are the probe's.
    case shorterTolerance(ours: Double, kubelet: Double, fastPeriod: Double, period: Double)
    /// The probe asks another host than the member.
    case foreignHost(String, isHTTP: Bool)
    /// A field that is accepted and ignored.
    case gracePeriodWithoutMeaning
    /// A pod that restarts often would take the role each time.
    case preemptWithoutDelay
    /// The passive probe says what holds without it.
    case passiveProbeEqualsProbe
    /// An earlier entry matches the same pods; its index.
    case unreachablePriority(earlier: Int)
    /// Two groups of a namespace write this label, and may meet on a pod.
    case sharedUnprefixedRoleKey(String, firstLine: Int)
    /// More than one request a second to the API server for each member.
    case fastExecInPod
    // The cluster
    /// What the cluster says to a valid configuration.
    case cluster(ClusterFinding)
}

extension DiagnosticMessage: CustomStringConvertible {
    /// The message without its place: what was found, and what would be right.
    package var description: String {
        switch self {
        case .yaml(let reason): YAMLError(reason, at: YAMLMark(line: 1, column: 1)).description.escaped
        case .noConfiguration: "holds no StandbyConfiguration, neither by itself nor in a ConfigMap"
        case .further(let count, .error): "\(count) further mistakes are not listed"
        case .further(let count, .warning): "\(count) further warnings are not listed"
        case .unknownKey(let key, let allowed, let suggestion):
            "unknown key \(KeyText.shown(key).quoted)" + didYouMean(suggestion)
                + "; allowed are \(allowed.joined(separator: ", "))"
        case .missingKey(let key): "required key \"\(key)\" is missing"
        case .wrongType(let found, let allowed): "found \(found), allowed is \(allowed)"
        case .notAllowed(let found, let allowed, let suggestion):
            "found \(found), allowed is \(allowed)" + didYouMean(suggestion)
        case .unusablePattern(let found, let error):
            "found \(found): \(error); allowed is \(PatternError.allowed)"
        case .defaultsTooLarge(let limit):
            "come to more than \(limit) nodes over all groups; give long lists to the groups that need them"
        case .handlerCount(let found, let allowed): handlerCount(found, allowed)
        case .valueCount(let found, let allowed):
            found.isEmpty
                ? "has no value; give exactly one of \(allowed.joined(separator: ", "))"
                : "has both \(found.joined(separator: " and ")); give one of them"
        case .matchCount(let found):
            found.isEmpty
                ? "says no pods: give \"pod\" or \"matchLabels\""
                : "has both \"pod\" and \"matchLabels\"; give one of them"
        case .fastPeriodAbovePeriod(let fast, let period):
            "is \(fast.plain), above periodSeconds (\(period.plain)): the fast period is at most the period"
        case .passiveEqualsActive(let value): "is \(value.quoted) like roleLabel.active; the two must differ"
        case .roleKeyInSelector(let key):
            "selects by the role label \(key.quoted); the selector must hold for both roles"
        case .roleValueInEndpointSliceMode:
            "has no use in mode EndpointSlice, where the label is decoration and says active or passive; remove it, or give"
                + " roleLabel: null to have no label"
        case .unusableWindow(let found, let problem):
            "found \(found): \(problem); allowed is \(StringFormat.window.words)"
        case .orderInEndpointSliceMode:
            "is PromoteFirst, but mode EndpointSlice moves the role in one write, which has no order, no gap and no overlap;"
                + " remove it"
        case .gateInEndpointSliceMode:
            "mode EndpointSlice moves the role in one write, so that nothing lies between demotion and promotion; remove it, or use"
                + " mode Label"
        case .gateBeforeFirstPromotion:
            "waits between demotion and promotion, but order is PromoteFirst; remove one of them"
        case .gateWithoutPassiveProbe:
            "is Passive, which waits for the passiveProbe of the pod that was active; give a passiveProbe that only a standby"
                + " answers"
        case .gateWithEqualProbes:
            "is Passive, which waits for the passiveProbe of the pod that was active, but passiveProbe equals probe, which an active"
                + " pod passes, too; give a passiveProbe that only a standby answers"
        case .requiredHookInEndpointSliceMode:
            "is true, but mode EndpointSlice moves the role in one write, so that the hook runs when another pod is active"
                + " already; remove it, or use mode Label"
        case .requiredHookBeforeFirstPromotion:
            "is true, so that the promotion waits for the hook of the demotion, but order is PromoteFirst; remove one of them"
        case .timeoutOfOptionalHook:
            "has a use with required: true only, for no promotion waits for this hook; remove it, or give required: true"
        case .deletionCostWithoutLabel:
            "is true, but roleLabel is null, so that no pod is ever written; remove one of them"
        case .noSelectorInEndpointSliceMode:
            "mode EndpointSlice needs a selector that says which pods are meant, for the Service has none; give"
                + " selector: {matchLabels: {…}}"
        case .drainInLabelMode:
            "has a use in mode EndpointSlice only: in mode Label Kubernetes itself takes a demoted pod's endpoint away; remove it"
        case .containerBesideSupervisor:
            "has no use with runIn: Supervisor, which runs beside the supervisor; remove it"
        case .namedPortOfForeignHost(let name):
            "is the port name \(name.quoted), but host is not the pod; give the port's number"
        case .valuesOfExists(let name): "must not be given with operator \(name)"
        case .noValues(let name): "operator \(name) needs at least one entry in \"values\""
        case .doubledSource(let name): "\(name) is named before; each source gives its opinions once"
        case .tooManyOpinions(let count, let most, let sources):
            "is \(count), but \(sources.joined(separator: " and ")) can give \(most) at most"
        case .refusesEveryScore(let above, let below):
            "is \(above.plain), below refuseBelow (\(below.plain)): every score would be refused"
        case .bodyOfHead:
            "is sought in the answer's body, but method is HEAD, whose answers have none; remove one of them"
        case .scoreOfHead: "is HEAD, whose answers have no body to read the score from; remove it"
        case .unverifiedTLS: "has no effect unless tls.verify is true"
        case .tlsWithoutHTTPS:
            "is for HTTPS, but the request is sent as plain HTTP, so that nothing is encrypted or verified; give scheme: HTTPS or remove it"
        case .duplicateName(let name, let line):
            "group \(name.quoted) exists already, at line \(line); names are unique"
        case .duplicateService(let name, let line):
            "Service \(name.quoted) has a group already, at line \(line); a Service belongs to one group"
        case .samePods(let key, let line):
            "selects the pods of the group at line \(line), and both write the label \(key.quoted); give one of them"
                + " another selector or roleLabel.key"
        case .namesItself: "names the group itself; give names of other groups"
        case .namedBefore(let name): "group \(name.quoted) is named before; once is enough"
        case .unknownGroup(let name, let suggestion):
            "the file has no group \(name.quoted)" + didYouMean(suggestion)
        case .apartFromItsSet(let name):
            "group \(name.quoted) moves together with this one by sync, here or through others; remove it from one of the two"
        case .timeoutReachesPeriod(let timeout, let period):
            "is \(timeout.plain), not less than periodSeconds (\(period.plain)): while a member hangs, its next probe begins"
                + " only when this one has ended, as the kubelet's"
        case .defaultTimeoutAbovePeriod(let timeout):
            "is less than timeoutSeconds, which is \(timeout.plain) by default: while a member hangs, its next probe begins"
                + " only when this one has ended; give a timeoutSeconds"
        case .shorterTolerance(let ours, let kubelet, let fastPeriod, let period):
            "a member that fails is unhealthy after at most \(ours.plain) s here, after \(kubelet.plain) s for the kubelet,"
                + " because fastPeriodSeconds is \(fastPeriod.plain) by default; fastPeriodSeconds: \(period.plain) waits"
                + " as long as the kubelet, fastPeriodSeconds: \(fastPeriod.plain) says that this is meant"
        case .foreignHost(let host, let isHTTP):
            "every member is asked at \(host.quoted), from where the supervisor runs, and not at its own address, so that all"
                + " seem alike; remove it"
                + (isHTTP ? ", or send the name only: httpHeaders: [{name: Host, value: \(host)}]" : "")
        case .gracePeriodWithoutMeaning: "has no meaning here, where no container is stopped"
        case .preemptWithoutDelay: "is 0 with preempt: a pod that restarts often takes the role back each time"
        case .passiveProbeEqualsProbe: "equals probe, which is its default; remove it"
        case .unreachablePriority(let earlier): "never matches: priorities[\(earlier)] matches the same pods before it"
        case .sharedUnprefixedRoleKey(let key, let line):
            "\(key.quoted) has no prefix and is shared with the group at line \(line) in the same namespace; a pod that both"
                + " select would be written by both: give a key like \"example.com/\(key)\" or selectors that differ in a"
                + " label"
        case .fastExecInPod: "is under 1 with exec in the pod: every run is a request to the API server and the kubelet"
        case .cluster(let finding): finding.description
        }
    }

    private func handlerCount(_ found: [String], _ choices: [String]) -> String {
        let allowed = "exactly one of \(choices.joined(separator: ", "))"
        return found.isEmpty
            ? "has no handler; give \(allowed)"
            : "has \(found.count) handlers (\(found.joined(separator: ", "))); give \(allowed)"
    }

    private func didYouMean(_ suggestion: String?) -> String {
        suggestion.map { "; did you mean \"\($0)\"?" } ?? ""
    }
}

extension Double {
    /// Without a fraction if there is none.
    var plain: String {
        self == rounded() && abs(self) < 1e15 ? "\(Int(self))" : "\(self)"
    }
}

extension String {
    /// The text in quotes, escaped, cut after 100 characters.
    var quoted: String {
        let cut = unicodeScalars.count > 100
        return "\"" + PrintableText.line(String(String.UnicodeScalarView(unicodeScalars.prefix(100))))
            + (cut ? "…" : "")
            + "\""
    }

    /// The text escaped, so that a file cannot write to a terminal.
    var escaped: String { PrintableText.line(self) }
}

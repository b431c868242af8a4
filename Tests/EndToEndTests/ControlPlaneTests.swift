import Testing

/// The same with other replicas, other writers and an API server in trouble: what the supervisor has in common with them.
///
/// One test at a time, beside one of `EndToEndTests` and one of `WorkloadTests`.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ControlPlaneTests {}

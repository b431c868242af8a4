import Testing

/// The real binary on the sandbox, over HTTPS.
///
/// One test at a time, beside one of `WorkloadTests` and one of `ControlPlaneTests`: each runs a cluster and a supervisor, and
/// a starved supervisor sees failures that are none.
@Suite(.serialized, .timeLimit(.minutes(5))) struct EndToEndTests {}

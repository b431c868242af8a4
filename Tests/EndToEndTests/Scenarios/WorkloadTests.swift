import Testing

/// The same with pods, nodes and applications that fail, leave and come back.
///
/// One test at a time, beside one of `EndToEndTests` and one of `ControlPlaneTests`.
@Suite(.serialized, .timeLimit(.minutes(5))) struct WorkloadTests {}

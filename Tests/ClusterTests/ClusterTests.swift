import Testing

/// The real binary on any cluster: the sandbox, or the control plane of `make e2e KUBECONFIG=…`.
///
/// One test at a time: each runs a supervisor, and a starved supervisor sees failures that are none.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ClusterTests {}

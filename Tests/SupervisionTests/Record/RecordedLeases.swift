import Foundation
import KubernetesClient

/// Leases of groups as versions of the supervisor wrote them.
enum RecordedLeases {
    /// A Lease of its text.
    static func lease(_ text: String) throws -> Lease {
        try JSONDecoder().decode(Lease.self, from: Data(text.utf8))
    }

    /// As 0.1.0 wrote it: a switchover, then a failover whose request of a fence waits, in a paused group.
    static let first = #"""
        {
          "apiVersion": "coordination.k8s.io/v1",
          "kind": "Lease",
          "metadata": {
            "annotations": {
              "kube-standby.io/announced": "{\"epoch\":3,\"since\":1,\"targets\":[{\"epoch\":2,\"uid\":\"u1\"},{\"epoch\":3,\"uid\":\"u2\"}]}",
              "kube-standby.io/answers": "[{\"explanation\":\"moved from web-0 to web-1\",\"id\":\"op-1\",\"move\":{\"cause\":\"Switchover\",\"durationSeconds\":0.031,\"epoch\":2,\"from\":[\"web-0\"],\"nobodyActiveSeconds\":0.009,\"request\":\"op-1\",\"time\":\"2026-11-20T10:00:00.000000Z\",\"to\":\"web-1\"},\"outcome\":\"Done\"}]",
              "kube-standby.io/fenced": "web-9",
              "kube-standby.io/forgiven-epoch": "1",
              "kube-standby.io/history": "[{\"cause\":\"Switchover\",\"durationSeconds\":0.031,\"epoch\":2,\"from\":[\"web-0\"],\"nobodyActiveSeconds\":0.009,\"request\":\"op-1\",\"time\":\"2026-11-20T10:00:00.000000Z\",\"to\":\"web-1\"},{\"cause\":\"ActiveUnhealthy\",\"epoch\":3,\"from\":[\"web-1\"],\"time\":\"2026-11-20T11:00:00.000000Z\",\"to\":\"web-2\"}]",
              "kube-standby.io/holder-uid": "u2",
              "kube-standby.io/origin": "Intended",
              "kube-standby.io/paused": "{\"id\":\"op-2\",\"seconds\":600,\"since\":\"2026-11-20T10:59:00.000000Z\"}",
              "kube-standby.io/reason": "the active pod is unhealthy",
              "kube-standby.io/request": "{\"action\":\"Fence\",\"at\":\"2026-11-20T11:00:01.000000Z\",\"by\":\"jane\",\"id\":\"op-3\",\"pod\":\"web-0\"}",
              "kube-standby.io/writer": "standby-5d9c_0b5e"
            },
            "labels": {"app.kubernetes.io/managed-by": "kube-standby"},
            "name": "kube-standby-web",
            "namespace": "shop",
            "resourceVersion": "4711",
            "uid": "l"
          },
          "spec": {
            "acquireTime": "2026-11-20T11:00:00.000000Z",
            "holderIdentity": "web-2",
            "leaseTransitions": 3,
            "renewTime": "2026-11-20T11:00:00.000000Z"
          }
        }
        """#

    /// As a version may write it that knows more: of moves, of answers, of whom it announced, of how a record came to be, on a
    /// server whose Leases have a field more.
    static let later = #"""
        {
          "apiVersion": "coordination.k8s.io/v1",
          "kind": "Lease",
          "metadata": {
            "annotations": {
              "kube-standby.io/announced": "{\"epoch\":3,\"since\":1,\"sealed\":[1,2],\"targets\":[{\"epoch\":2,\"uid\":\"u1\"},{\"epoch\":3,\"uid\":\"u2\",\"withdrawn\":true}]}",
              "kube-standby.io/answers": "[{\"explanation\":\"two of three agreed\",\"id\":\"op-0\",\"outcome\":\"Deferred\",\"until\":\"Friday\"},{\"by\":\"jane\",\"explanation\":\"moved from web-0 to web-1\",\"id\":\"op-1\",\"outcome\":\"Done\"}]",
              "kube-standby.io/history": "[{\"cause\":\"QuorumLost\",\"epoch\":2,\"from\":[\"web-0\"],\"time\":\"2026-11-20T10:00:00.000000Z\",\"to\":\"web-1\",\"witnesses\":[{\"name\":\"b\",\"weight\":0.5},null,true,9007199254740993]},{\"cause\":\"ActiveUnhealthy\",\"durationSeconds\":0.5,\"epoch\":3,\"from\":[\"web-1\"],\"opinions\":3,\"time\":\"2026-11-20T11:00:00.000000Z\",\"to\":\"web-2\"}]",
              "kube-standby.io/holder-uid": "u2",
              "kube-standby.io/opinions": "[{\"of\":\"web-2\"}]",
              "kube-standby.io/origin": "Agreed",
              "kube-standby.io/paused": "{\"id\":\"op-2\",\"only\":[\"probes\"]}",
              "kube-standby.io/reason": "two of three agreed",
              "kube-standby.io/writer": "standby-77f_1c2d"
            },
            "labels": {"app.kubernetes.io/managed-by": "kube-standby", "kube-standby.io/shard": "3"},
            "name": "kube-standby-web",
            "namespace": "shop",
            "resourceVersion": "4711",
            "uid": "l"
          },
          "spec": {
            "acquireTime": "2026-11-20T11:00:00.000000Z",
            "holderIdentity": "web-2",
            "leaseDurationSeconds": 15,
            "leaseTransitions": 3,
            "renewTime": "2026-11-20T11:00:00.000000Z",
            "witness": {"name": "b", "weight": 0.5, "votes": [1, null, false]}
          }
        }
        """#
}

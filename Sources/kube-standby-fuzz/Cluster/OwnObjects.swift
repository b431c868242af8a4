import Repeatable

/// The pods and the Lease of a group as kube-standby itself writes them, with everything that it reads back.
enum OwnObjects {
    /// What the annotations of a Lease hold; a key without a prefix has the usual one.
    private static let annotations: [(key: String, text: String)] = [
        (
            "history",
            #"[{"time":"2026-11-25T12:00:00.000000Z","from":["web-0"],"to":"web-1","cause":"ActiveUnhealthy","epoch":4,"#
                + #""durationSeconds":0.031,"nobodyActiveSeconds":0.009}]"#
        ),
        (
            "answers",
            #"[{"id":"o1","outcome":"Done","explanation":"moved","move":{"time":"2026-11-25T12:00:00.000000Z","from":[],"#
                + #""to":"web-1","cause":"Switchover","epoch":3}}]"#
        ),
        (
            "request",
            #"{"id":"o2","action":"Switchover","pod":"web-1","force":true,"at":"2026-11-25T12:00:00.000000Z"}"#
        ),
        ("request", #"{"id":"o3","action":"Pause","seconds":60}"#),
        ("request", #"{"id":"o4","action":"Fence","pod":"web-0"}"#),
        ("paused", #"{"id":"p","since":"2026-11-25T12:00:00.000000Z","seconds":600}"#), ("fenced", #""web-1,web-2""#),
        ("announced", #"{"epoch":3,"since":1,"targets":[{"epoch":2,"uid":"u1"},{"epoch":3,"uid":"u0"}]}"#),
        ("forgiven-epoch", #""3""#), ("origin", #""Intended""#), ("writer", #""sup-0""#), ("holder-uid", #""u0""#),
        (
            "opinion-question",
            #"{"id":"sup-0/1","pod":"web-0","since":"2026-11-25T12:00:00.000000Z","uid":"u0"}"#
        ),
        (
            "opinion.kube-standby.io/0123456789abcdef",
            #"{"ageSeconds":0.5,"health":"unhealthy","question":"sup-0/1","uid":"u0"}"#
        ),
        (
            "opinion.kube-standby.io/fedcba9876543210",
            #"{"ageSeconds":0,"health":"healthy","question":"sup-0/1","uid":"u0"}"#
        ),
    ]

    /// Messages of a command in a pod, without their channel.
    static let messages = [
        #"{"metadata":{},"status":"Success"}"#,
        #"{"metadata":{},"status":"Failure","message":"command terminated with non-zero exit code","reason":"NonZeroExitCode","#
            + #""details":{"causes":[{"reason":"ExitCode","message":"3"}]}}"#,
        "ok\n",
    ]

    /// `{"pods": […], "lease": …}`, with annotations whose own JSON was changed, and changed as a whole.
    static func text(
        _ random: inout SeededGenerator,
        changed: ([UInt8], inout SeededGenerator) -> [UInt8]
    ) -> [UInt8] {
        var members: [[UInt8]] = []
        for annotation in annotations where Bool.random(using: &random) {
            let inner = changed(Array(annotation.text.utf8), &random)
            let key = annotation.key.contains("/") ? annotation.key : "kube-standby.io/\(annotation.key)"
            members.append(quoted(Array(key.utf8)) + [0x3A] + quoted(inner))
        }
        let epoch = Int.random(in: 0...5, using: &random)
        let head = #""lease":{"metadata":{"name":"kube-standby-web","uid":"l","resourceVersion":"9","annotations":{"#
        let tail = #"}},"spec":{"holderIdentity":"web-0","leaseTransitions":\#(epoch)}}"#
        let lease = Array(head.utf8) + Array(members.joined(separator: [0x2C])) + Array(tail.utf8)
        let pods = (0..<3).map { pod($0, epoch: epoch, &random) }.joined(separator: ",")
        return changed(Array("{\"pods\":[\(pods)],".utf8) + lease + [0x7D], &random)
    }

    private static func pod(_ ordinal: Int, epoch: Int, _ random: inout SeededGenerator) -> String {
        let role = ordinal == 0 ? "active" : "passive"
        let key = Bool.random(using: &random) ? "epoch.kube-standby.io/web" : "kube-standby.io/epoch"
        return #"{"metadata":{"name":"web-\#(ordinal)","uid":"u\#(ordinal)","resourceVersion":"1\#(ordinal)","#
            + #""creationTimestamp":"2026-11-25T12:00:00Z","labels":{"app":"web","role":"\#(role)"},"annotations":{"#
            + #""\#(key)":"\#(epoch)","kube-standby.io/priority":"100","kube-standby.io/exclude":"false"},"#
            + #""ownerReferences":[{"apiVersion":"apps/v1","kind":"StatefulSet","name":"web","uid":"s","controller":true}]},"#
            + #""spec":{"nodeName":"n","containers":[{"name":"a","ports":[{"name":"http","containerPort":8080}]}]},"#
            + #""status":{"phase":"Running","podIP":"10.0.0.\#(ordinal)","podIPs":[{"ip":"10.0.0.\#(ordinal)"}],"#
            + #""conditions":[{"type":"Ready","status":"True"}],"containerStatuses":[{"name":"a","restartCount":0,"#
            + #""containerID":"c","state":{"running":{"startedAt":"2026-11-25T12:00:00Z"}}}]}}"#
    }

    /// A text as a JSON string.
    private static func quoted(_ text: [UInt8]) -> [UInt8] {
        [0x22] + text.flatMap { $0 == 0x22 || $0 == 0x5C ? [0x5C, $0] : [$0] } + [0x22]
    }
}

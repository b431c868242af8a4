import Foundation
import Testing

@testable import KubernetesClient

/// What is sent: methods, targets, bodies.
@Suite struct APICallTests {
    @Test(
        arguments: [
            (Pod.resource, "default", "/api/v1/namespaces/default/pods"), (Pod.resource, nil, "/api/v1/pods"),
            (Lease.resource, "a", "/apis/coordination.k8s.io/v1/namespaces/a/leases"),
            (EndpointSlice.resource, nil, "/apis/discovery.k8s.io/v1/endpointslices"),
            (Event.resource, "a", "/apis/events.k8s.io/v1/namespaces/a/events"),
        ] as [(ResourceType, String?, String)]
    ) func collectionsHaveTheirPaths(resource: ResourceType, namespace: String?, path: String) {
        #expect(resource.path(namespace: namespace) == path)
    }

    @Test func readsAreGetsWithTheirQuery() {
        let call = APICall.get(
            "list",
            Pod.resource,
            namespace: "shop",
            query: [("labelSelector", "app in (a,b),!c"), ("limit", "500")]
        )
        #expect(call.method == "GET" && call.isRead && call.body == nil && call.contentType == nil)
        #expect(call.target == "/api/v1/namespaces/shop/pods?labelSelector=app%20in%20%28a%2Cb%29%2C%21c&limit=500")
        #expect(call.description == .init(verb: "list", resource: Pod.resource, namespace: "shop", name: nil))
    }

    /// A name comes from the file, or from the cluster: it leads nowhere else.
    @Test(arguments: [
        ("web-0", "web-0"), ("../secrets", "..%2Fsecrets"), ("a?b=c", "a%3Fb%3Dc"), ("ä", "%C3%A4"), ("a b", "a%20b"),
        ("~a_b.c-d", "~a_b.c-d"), ("100%", "100%25"),
    ]) func namesAreEscaped(name: String, escaped: String) {
        #expect(
            APICall.get("get", Pod.resource, namespace: "n", name: name).target
                == "/api/v1/namespaces/n/pods/\(escaped)"
        )
    }

    @Test func aSubresourceIsPartOfTheRight() {
        let call = APICall.get("get", Pod.resource, namespace: "n", name: "a", subresource: "exec")
        #expect(call.target == "/api/v1/namespaces/n/pods/a/exec" && call.description.resource.plural == "pods/exec")
        #expect(
            call.description.grantingRule == #"{apiGroups: [""], resources: ["pods/exec"], verbs: ["get"]}"#
        )
    }

    /// The server gives up when we do, so that a late write cannot surprise us.
    @Test(arguments: [false, true]) func writesNameTheirManagerAndDeadline(isTrial: Bool) {
        let call = APICall.write(
            "patch",
            method: "PATCH",
            Pod.resource,
            namespace: "n",
            name: "a",
            contentType: "application/merge-patch+json",
            isTrial: isTrial,
            body: [1]
        )
        let seconds = APIClient.requestTimeout.components.seconds
        let query = "fieldManager=\(APIClient.fieldManager)&fieldValidation=Strict&timeout=\(seconds)s"
        #expect(call.target == "/api/v1/namespaces/n/pods/a?\(query)\(isTrial ? "&dryRun=All" : "")")
        #expect(!call.isRead && call.body == [1] && call.contentType == "application/merge-patch+json")
        #expect(call.timeout == APIClient.requestTimeout)
    }

    @Test(arguments: [(2.5, "2500ms"), (2, "2s"), (0.0001, "1ms")] as [(Double, String)])
    func aDeletionIsBoundToItsDeadline(seconds: Double, words: String) {
        let call = APICall.delete(
            Lease.resource,
            namespace: "n",
            name: "a",
            timeout: .seconds(seconds),
            body: [1]
        )
        #expect(call.target == "/apis/coordination.k8s.io/v1/namespaces/n/leases/a?timeout=\(words)")
        #expect(call.method == "DELETE" && !call.isRead && call.timeout == .seconds(seconds) && call.body == [1])
        #expect(
            call.description.grantingRule
                == #"{apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["delete"]}"#
        )
    }

    @Test(
        arguments: [
            (nil, nil, "list pods in all namespaces"), ("n", nil, #"list pods in namespace "n""#),
            ("n", "a", #"list pods "a" in namespace "n""#),
        ] as [(String?, String?, String)]
    ) func saysWhatIsAskedFor(namespace: String?, name: String?, words: String) {
        let description = RequestDescription(verb: "list", resource: Pod.resource, namespace: namespace, name: name)
        #expect("\(description)" == words)
    }

    // MARK: Commands in pods

    @Test(arguments: [(nil, ""), ("app", "container=app&")] as [(String?, String)])
    func commandsAreQueriesWordByWord(container: String?, query: String) {
        let command = PodCommand(
            namespace: "n",
            pod: "a",
            container: container,
            command: ["sh", "-c", "a && b"],
            timeout: .seconds(1),
            outputLimit: 10
        )
        #expect(
            command.call.target
                == "/api/v1/namespaces/n/pods/a/exec?\(query)command=sh&command=-c&command=a%20%26%26%20b"
                + "&stdin=false&stdout=true&stderr=true&tty=false"
        )
    }

    // MARK: Patches

    private static func json(_ patch: MetadataPatch) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(patch), as: UTF8.self)
    }

    @Test func aPatchHoldsForOneVersionOfOneObject() throws {
        let patch = MetadataPatch(uid: "u", resourceVersion: "7")
        #expect(try Self.json(patch) == #"{"metadata":{"resourceVersion":"7","uid":"u"}}"#)
    }

    /// https://www.rfc-editor.org/rfc/rfc7386: null removes.
    @Test func nilTakesALabelAway() throws {
        let patch = MetadataPatch(
            uid: "u",
            resourceVersion: "7",
            labels: ["role": "active", "tier": nil],
            annotations: ["epoch.kube-standby.io/web": "3", "old": nil]
        )
        #expect(
            try Self.json(patch)
                == #"{"metadata":{"annotations":{"epoch.kube-standby.io/web":"3","old":null},"#
                + #""labels":{"role":"active","tier":null},"resourceVersion":"7","uid":"u"}}"#
        )
    }
}

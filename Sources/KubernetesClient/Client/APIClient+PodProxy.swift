import Foundation
package import Transport

/// A request to a pod that the API server hands on: `pods/NAME/proxy`.
///
/// Nothing but the right to `pods/proxy` is needed, from wherever the API server is reached.
/// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#get-connect-proxy
package struct PodRequest: Sendable {
    /// The pod's.
    package var namespace: String
    /// Its name.
    package var pod: String
    /// A TCP port that the pod listens at, with HTTP; nil: the first that its containers declare.
    package var port: Int?
    /// Percent-encoded, from the slash on, with its query if there is one.
    package var path: String
    /// Of the pod's, besides those of the API server.
    package var headers: [HTTPRequest.Header] = []
    /// What the pod is to answer with.
    package var accept = "application/json"
    /// The deadline of the whole answer; of a stream, of its head.
    package var timeout: Duration = .seconds(10)
    /// Bytes of a whole answer; one that is larger is an error.
    package var bodyLimit = 64 * 1024 * 1024

    /// A request with the defaults of the other properties.
    package init(namespace: String, pod: String, port: Int?, path: String) {
        self.namespace = namespace
        self.pod = pod
        self.port = port
        self.path = path
    }

    /// In the words of RBAC.
    fileprivate var call: APICall {
        let path = String(path.drop { $0 == "/" })
        let name = port.map { "\(pod):\($0)" } ?? pod
        var call = APICall.get("get", Pod.resource, namespace: namespace, name: name, subresource: "proxy")
        call.target += "/" + path
        call.timeout = timeout
        call.podRequest = .init(headers: headers, accept: accept, bodyLimit: bodyLimit)
        return call
    }
}

extension APICall {
    /// What is particular to a request that a pod answers.
    struct Proxied: Sendable {
        /// Besides those of the API server.
        var headers: [HTTPRequest.Header]
        /// Which forms of an answer are wanted.
        var accept: String
        /// Bytes of a whole answer.
        var bodyLimit: Int
    }
}

extension APIClient {
    /// The whole answer of a pod, whatever its status.
    ///
    /// - Throws: what the API server itself refuses: 403 without the right, 404 without the pod, 503 if nobody listens there.
    package func response(to request: PodRequest) async throws(KubernetesError) -> HTTPResponse {
        let call = request.call
        let response = try await exchanged(call)
        if Self.isRefusal(response) { throw KubernetesError(call.description, refusal(response)) }
        return response
    }

    /// The answer of a pod as it comes, which may go on for ever.
    ///
    /// `idleTimeout`: the longest silence in it.
    /// - Throws: also if the pod answers with another status than 200.
    package func stream(
        _ request: PodRequest,
        idleTimeout: Duration
    ) async throws(KubernetesError) -> HTTPStream {
        try await stream(request.call, idleTimeout: idleTimeout)
    }

    /// Whether the API server answered, and not the pod: a Status is nothing that a pod of ours sends.
    private static func isRefusal(_ response: HTTPResponse) -> Bool {
        struct Marked: Decodable {
            var kind: String
            var apiVersion: String
        }
        if response.head.status < 400 { return false }
        let marked = try? JSONDecoder().decode(Marked.self, from: Data(response.body))
        return response.head.status == 401 || marked?.kind == "Status" && marked?.apiVersion == "v1"
    }

    // MARK: Who asks

    /// The name by which the API server knows us.
    ///
    /// https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/self-subject-review-v1/
    package func whoAmI() async throws(KubernetesError) -> String {
        let resource = ResourceType(
            group: "authentication.k8s.io",
            version: "v1",
            plural: "selfsubjectreviews",
            kind: "SelfSubjectReview"
        )
        let question = #"{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}"#
        let call = APICall.review(resource, body: Array(question.utf8))
        let answer: SelfSubjectReview = try await send(call, retry: .none)
        return answer.status.userInfo.username
    }

    private struct SelfSubjectReview: Decodable {
        struct Status: Decodable {
            struct UserInfo: Decodable {
                var username: String
            }

            var userInfo: UserInfo
        }

        var status: Status
    }
}

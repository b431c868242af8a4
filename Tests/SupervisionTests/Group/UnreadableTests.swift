import StandbyConfiguration
import Testing

@testable import FailoverCore
@testable import KubernetesClient
@testable import Supervision

/// A group waits as long as it cannot read something that it cannot do without, and says so in the right words.
@Suite(.timeLimit(.minutes(5))) struct UnreadableTests {
    private static let ofSlices = ", mode: EndpointSlice, selector: {matchLabels: {app: web}}"

    private static func error(_ code: Int, _ resource: ResourceType) -> KubernetesError {
        KubernetesError(
            RequestDescription(verb: "list", resource: resource),
            .status(code: code, nil, retryAfter: .zero)
        )
    }

    private static let refusal = error(403, EndpointSlice.resource)

    private static func waits(_ stage: GroupStage, for error: KubernetesError) -> Int {
        stage.log.lines(with: "web: group waits cause=\(error)").count
    }

    /// What came before is taken in once the probe's result is.
    private static func pass(_ stage: GroupStage, _ health: Health) async {
        let words = "member.name=web-0 member.health=\(health)"
        let count = stage.log.lines(with: words).count
        stage.probes.set(health, "web-0")
        await stage.log.wait(for: words, count: count + 1)
    }

    private static func showService(_ selector: String, to stage: GroupStage) throws {
        let service = try Samples.service("web", selector: selector)
        stage.cluster.change { objects in
            var service = service
            service.metadata.resourceVersion = objects.nextVersion()
            objects.services["web"] = service
        }
    }

    private static let routing = #"{"app":"web","role":"active"}"#

    /// Neither its Service nor its pods are news of the slices.
    @Test func aGroupWhoseSlicesAreRefusedDoesNotResumeBeforeTheyAreRead() async throws {
        let stage = GroupStage(try Samples.group("web", service: "web", Self.ofSlices))
        try stage.place([nil, nil], service: false)
        try await stage.run { stage in
            await stage.log.wait(for: "group waits")
            #expect(stage.cluster.endpoints.essentialCount == 1)
            stage.cluster.endpoints.tell(.failing(Self.refusal))
            try Self.showService("null", to: stage)
            await stage.log.wait(for: "group waits cause=\(Self.refusal)")
            await Self.pass(stage, .healthy)
            let away = Self.error(503, Pod.resource)
            stage.cluster.pods.tell(.failing(away))
            await Self.pass(stage, .unhealthy)
            stage.cluster.pods.tell(.recovered)
            await Self.pass(stage, .healthy)
            #expect(stage.log.lines(with: "group resumes").isEmpty)
            #expect(Self.waits(stage, for: Self.refusal) == 1 && Self.waits(stage, for: away) == 0)
            #expect(await stage.supervisor.waitingFor == "\(Self.refusal)")
            stage.cluster.endpoints.tell(.recovered)
            await stage.log.wait(for: "group resumes")
            #expect(await stage.supervisor.waitingFor == nil)
        }
        #expect(stage.log.lines(with: "group resumes").count == 1)
    }

    /// The API server comes back for one informer after the other: that is one return, and what is still missing is known.
    @Test func aGroupResumesOnceTheLastOfItsInformersHasRecovered() async throws {
        let stage = GroupStage(try Samples.group())
        try stage.place(["active", "passive"])
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            let (services, pods) = (Self.error(503, Service.resource), Self.error(503, Pod.resource))
            stage.cluster.services.tell(.failing(services))
            stage.cluster.pods.tell(.failing(pods))
            await stage.log.wait(for: "group waits")
            stage.cluster.services.tell(.recovered)
            await Self.pass(stage, .unhealthy)
            #expect(stage.log.lines(with: "group resumes").isEmpty)
            #expect(await stage.supervisor.waitingFor == "\(pods)")
            stage.cluster.pods.tell(.recovered)
            await stage.log.wait(for: "group resumes")
        }
        #expect(stage.log.lines(with: "group waits").count == 1)
    }

    /// In mode Label they are no reason to wait, and others do without them, too.
    @Test func whatAReloadMakesUnneededIsNotWaitedFor() async throws {
        let stage = GroupStage(try Samples.group("web", service: "web", Self.ofSlices))
        try stage.place([nil, nil], service: false)
        try Self.showService("null", to: stage)
        try await stage.run { stage in
            await Self.pass(stage, .healthy)
            stage.cluster.endpoints.tell(.failing(Self.refusal))
            await stage.log.wait(for: "group waits cause=\(Self.refusal)")
            stage.supervisor.post(.configuration(try Samples.group()))
            await stage.log.wait { stage.cluster.endpoints.essentialCount == 0 }
            stage.cluster.endpoints.tell(.failing(Self.refusal))
            try Self.showService(Self.routing, to: stage)
            await stage.log.wait(for: "group resumes")
            #expect(stage.cluster.endpoints.subscriberCount == 1)
            // And needed again.
            stage.supervisor.post(.configuration(try Samples.group("web", service: "web", Self.ofSlices)))
            await stage.log.wait { stage.cluster.endpoints.essentialCount == 1 }
        }
    }
}

import FailoverCore
import Foundation
import KubernetesClient
import Probing
import StandbyConfiguration
import Testing

@testable import Supervision

/// Which of a pod's containers counts, where its ports are, and what its environment does to a command.
@Suite struct ProbedContainerTests {
    private static func group(_ probe: String) throws -> GroupConfiguration {
        let text = """
            apiVersion: kube-standby.io/v1
            kind: StandbyConfiguration
            groups:
            - {name: web, service: web, probe: {\(probe), initialDelaySeconds: 60}}
            """
        let reading = ConfigurationReading(Array(text.utf8))
        return try #require(reading.configuration?.groups.first, "\(reading.errors.map(\.text))")
    }

    /// Two containers, a sidecar and one that is over; both containers have a port `web`, and one of them restarted.
    private static func pod(_ restarts: [String: Int] = [:], role: String = "passive") throws -> Pod {
        let statuses = { (names: [String]) in
            names.map { name in
                """
                {"name":"\(name)","restartCount":\(restarts[name, default: 0]),"containerID":"c",
                "state":{"running":{"startedAt":"2026-01-01T00:00:\(name == "app" ? "00" : "30")Z"}}}
                """
            }.joined(separator: ",")
        }
        let json = """
            {"metadata":{"name":"web-1","uid":"u","resourceVersion":"5","labels":{"role":"\(role)"}},"spec":{"containers":[
            {"name":"app","ports":[{"name":"http","containerPort":8080},{"name":"web","containerPort":80}],"env":[
            {"name":"USER","value":"a $(HOST)"},{"name":"EMPTY"},{"name":"SECRET","valueFrom":{"secretKeyRef":{"name":"x",
            "key":"y"}}}]},
            {"name":"proxy","ports":[{"name":"admin","containerPort":15000},{"name":"web","containerPort":81}],"env":[
            {"name":"USER","value":"b"}]}],"initContainers":[
            {"name":"mesh","restartPolicy":"Always","ports":[{"name":"mesh","containerPort":15021}]},
            {"name":"setup","ports":[{"name":"http","containerPort":1}]}]},
            "status":{"podIP":"10.0.0.1","containerStatuses":[\(statuses(["app", "proxy"]))],
            "initContainerStatuses":[\(statuses(["mesh"]))]}}
            """
        return try JSONDecoder().decode(Pod.self, from: Data(json.utf8))
    }

    private func target(_ probe: String, _ pod: Pod, at time: String = "2026-01-01T00:00:40Z") throws -> ProbeTarget {
        let now = Date(timeIntervalSince1970: TimeInterval(try #require(MicroTime(time)).seconds))
        return try #require(PodMapping(group: try Self.group(probe)).target(pod, now: now))
    }

    /// Ready of the pod says something of the application only if the kubelet probes its container.
    @Test(arguments: [
        ("httpGet: {port: http}", "app", true), ("httpGet: {port: http}", "proxy", false),
        ("tcpSocket: {port: 9, container: proxy}", "proxy", true),
        ("exec: {command: [a], runIn: Supervisor}", "app", true),
    ]) func theKubeletProbesTheContainerOrDoesNot(probe: String, probed: String, isProbed: Bool) throws {
        var pod = try Self.pod()
        let index = try #require(pod.spec?.containers?.firstIndex { $0.name == probed })
        pod.spec?.containers?[index].readinessProbe = .init()
        let member = try #require(PodMapping(group: try Self.group(probe)).member(pod))
        #expect(member.hasReadinessProbe == isProbed)
    }

    @Test(arguments: [
        ("httpGet: {port: http}", "app"), ("httpGet: {port: 8080}", "app"), ("tcpSocket: {port: admin}", "proxy"),
        ("tcpSocket: {port: 15000}", "proxy"), ("httpGet: {port: mesh}", "mesh"), ("grpc: {port: 15021}", "mesh"),
        ("httpGet: {port: web, container: proxy}", "proxy"), ("tcpSocket: {port: 9, container: proxy}", "proxy"),
        ("exec: {command: [a]}", "app"), ("exec: {command: [a], container: proxy}", "proxy"),
        ("exec: {command: [a], runIn: Supervisor}", "app"), ("tcpSocket: {port: 9}", "app"),
    ])
    func onlyTheProbedContainersRestartCounts(probe: String, container: String) throws {
        let before = try target(probe, try Self.pod()).incarnation
        for name in ["app", "proxy", "mesh"] {
            let after = try target(probe, try Self.pod([name: 1])).incarnation
            #expect((after != before) == (name == container), "\(name)")
        }
    }

    @Test func initialDelayCountsFromTheProbedContainersStart() throws {
        #expect(try target("httpGet: {port: http}", try Self.pod()).initialWait == .seconds(20))
        #expect(try target("httpGet: {port: admin}", try Self.pod()).initialWait == .seconds(50))
    }

    @Test func initialDelayShieldsNoActiveMember() throws {
        #expect(try target("httpGet: {port: http}", try Self.pod(role: "active")).initialWait == .zero)
    }

    @Test func aPortNameOfTwoContainersNeedsTheContainer() throws {
        let vague = try target("httpGet: {port: web}", try Self.pod())
        #expect(vague.ports["web"] == nil)
        #expect(
            vague.portProblem
                == "the containers app, proxy have different ports named \"web\": \"container\" says which is meant"
        )
        for (container, port) in [("app", 80), ("proxy", 81)] {
            let target = try target("tcpSocket: {port: web, container: \(container)}", try Self.pod())
            #expect(target.ports["web"] == port && target.portProblem == nil)
        }
        let missing = try target("httpGet: {port: web, container: other}", try Self.pod())
        #expect(missing.portProblem == "the pod has no container \"other\"")
        // A container that is over has no port any more.
        #expect(try target("httpGet: {port: http}", try Self.pod()).ports["http"] == 8080)
    }

    @Test(arguments: [
        ("$(USER)", "a $(HOST)"), ("x$(USER)y$(EMPTY)z", "xa $(HOST)yz"), ("$$(USER)", "$(USER)"),
        ("$$$(USER)", "$a $(HOST)"),
        ("$(SECRET) $(NONE)", "$(SECRET) $(NONE)"), ("$USER ${USER} $", "$USER ${USER} $"), ("$(USER", "$(USER"),
        ("$()", "$()"), ("$$", "$"), ("a", "a"),
    ])
    func expandsCommandsAsTheKubelet(word: String, expanded: String) throws {
        let target = try target("exec: {command: [sh, \"\(word)\"]}", try Self.pod())
        #expect(target.probe.handler == .exec(ExecProbe(command: ["sh", expanded])))
    }

    @Test func takesTheEnvironmentOfTheContainerThatTheCommandRunsIn() throws {
        let target = try target("exec: {command: [\"$(USER)\"], container: proxy}", try Self.pod())
        #expect(target.probe.handler == .exec(ExecProbe(command: ["b"], container: "proxy")))
        let here = try self.target("exec: {command: [\"$(USER)\"], runIn: Supervisor}", try Self.pod())
        #expect(here.probe.handler == .exec(ExecProbe(command: ["$(USER)"], place: .supervisor)))
    }
}

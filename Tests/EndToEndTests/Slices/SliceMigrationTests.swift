import Foundation
import Sandbox
import TestedCluster
import Testing

extension EndToEndTests {
    /// From mode Label to mode EndpointSlice and back, by the steps of config/README.md, while clients are served.
    @Suite(.enabled(if: ShellRun.works("command -v kubectl"), "needs kubectl, which make test fetches"))
    struct SliceMigrationTests {
        private static func text(_ group: String) -> String {
            "apiVersion: kube-standby.io/v1\nkind: StandbyConfiguration\ngroups:\n" + group
        }

        /// What `validate --cluster` says of a group.
        private static func validate(_ group: String, _ stage: Stage) async throws -> (text: String, code: Int) {
            let file = try stage.write("new.yaml", text(group))
            return try await SupervisorProcess.finish(
                ["validate", "--cluster", "--kubeconfig", stage.folder.path + "/kubeconfig", file]
            )
        }

        /// Runs the commands of kubectl that a message names.
        private static func follow(_ advice: String, _ stage: Stage) async throws -> Int {
            let commands = advice.matches(of: /kubectl (delete [a-z]+ [-a-z0-9.]+ -n [-a-z0-9]+)/).map(\.output.1)
            for command in commands { try await stage.kubectl(String(command)) }
            return commands.count
        }

        /// Runs the binary on a file that can be changed.
        private static func run(
            _ group: String,
            _ body: @Sendable @escaping (Stage, MountedConfigMap, SupervisorProcess) async throws -> Void
        ) async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let mount = try MountedConfigMap(in: stage.folder, content: text(group))
                let kubeconfig = try stage.write("kubeconfig", await stage.sandbox.kubeconfig())
                let arguments = ["run", "--config", mount.path, "--kubeconfig", kubeconfig, "--listen", "off"]
                _ = try await SupervisorProcess.run(arguments) { process in try await body(stage, mount, process) }
            }
        }

        @Test func thereAndBackEveryVersionOfTheSlicesShowsOnePod() async throws {
            let (label, slice) = (Manifests.group("web"), SliceManifests.group("web"))
            try await Self.run(label) { stage, mount, process in
                let holder = try await stage.waitUntilSettled("web")
                await stage.waitForHealth(process)
                try await stage.sandbox.waitForEndpoints([holder], of: "web")
                try await Self.leave(to: slice, on: stage, mount, process)
                #expect(try await stage.waitUntilPublished() == holder)

                let found = try await Self.validate(slice, stage)
                #expect(found.code == 1 && found.text.contains("is none of the group's own"), "\(found.text)")
                #expect(try await Self.follow(found.text, stage) == 1)
                let clean = try await Self.validate(slice, stage)
                #expect(clean.code == 0, "\(clean.text)")
                let gone = try await Self.validate(Manifests.group("other"), stage)
                #expect(
                    gone.text.contains(
                        "EndpointSlice \"web-kube-standby-ipv4\" of Service \"web\" was written by a supervisor and sends traffic to"
                    ) && gone.text.contains("but no group here is of that Service"),
                    "\(gone.text)"
                )

                #expect(try await stage.ask("Switchover").hasPrefix("Done"))
                let second = try await stage.waitUntilPublished(otherThan: holder)
                #expect(try await stage.waitUntilSettled("web", otherThan: holder) == second)
                try await Self.comeBack(to: label, with: second, on: stage, mount, process)

                let slices = await stage.slices()
                #expect(slices.breaches().isEmpty && slices.moves() == 1)
                let last = try await Self.validate(label, stage)
                #expect(last.code == 0, "\(last.text)")
                #expect(try await stage.ask("Switchover").hasPrefix("Done"))
                let third = try await stage.waitUntilSettled("web", otherThan: second)
                try await stage.sandbox.waitForEndpoints([third], of: "web")
            }
        }

        /// Steps 1 and 2 of the way there.
        private static func leave(
            to group: String,
            on stage: Stage,
            _ mount: MountedConfigMap,
            _ process: SupervisorProcess
        ) async throws {
            let count = await process.log.lines.count
            try mount.update(text(group))
            #expect(await process.log.wait(after: count, for: "group waits", "selector") != nil)
            try await stage.kubectl(#"patch service web -p '{"spec":{"selector":null}}'"#)
        }

        /// Steps 2 to 4 of the way back.
        private static func comeBack(
            to group: String,
            with holder: String,
            on stage: Stage,
            _ mount: MountedConfigMap,
            _ process: SupervisorProcess
        ) async throws {
            let count = await process.log.lines.count
            try await stage.kubectl(#"patch service web -p '{"spec":{"selector":{"app":"web","role":"active"}}}'"#)
            #expect(await process.log.wait(after: count, for: "group waits", "selector") != nil)
            try await stage.sandbox.wait(for: "a slice of the controller") { store in
                await store.list(.endpointSlices, namespace: "default").contains { slice in
                    slice["metadata"]["name"].string.map { !$0.contains("kube-standby") } ?? false
                        && slice["endpoints"].array?.first?["targetRef"]["name"] == .string(holder)
                }
            }
            let forgotten = try await validate(group, stage)
            #expect(forgotten.text.contains("web-kube-standby-ipv4"), "\(forgotten.text)")
            #expect(try await follow(forgotten.text, stage) == 1)
            let before = await process.log.lines.count
            try mount.update(text(group))
            #expect(await process.log.wait(after: before, for: "configuration reloaded") != nil)
            await stage.waitForHealth(process, after: before)
            #expect(try await stage.waitUntilSettled("web") == holder)
        }

        /// What is left behind shows the pod that was active then, so that a move would have two endpoints.
        @Test func aMoveWaitsForWhatIsLeftBehind() async throws {
            try await Self.run(Manifests.group("web")) { stage, mount, process in
                let holder = try await stage.waitUntilSettled("web")
                await stage.waitForHealth(process)
                try await stage.sandbox.waitForEndpoints([holder], of: "web")
                let slice = SliceManifests.group("web")
                try await Self.leave(to: slice, on: stage, mount, process)
                try await stage.waitUntilPublished()
                let count = await process.log.lines.count
                await stage.sandbox.applications.set(.status(500), pod: holder, namespace: "default")
                let line = await process.log.wait(after: count, for: "EndpointSlice", "web-")
                #expect(line != nil)
                #expect(await stage.slices().moves() == 0)
                #expect(try await Self.follow(try await Self.validate(slice, stage).text, stage) == 1)
                try await stage.waitUntilPublished(otherThan: holder)
                #expect(await stage.slices().breaches().isEmpty)
            }
        }
    }
}

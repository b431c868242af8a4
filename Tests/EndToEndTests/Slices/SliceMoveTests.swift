import Foundation
import Sandbox
import TestedCluster
import Testing

extension EndToEndTests {
    /// A move is one write of one slice: nobody is ever without an endpoint, and nobody has two.
    @Suite struct SliceMoveTests {
        /// The thread sanitizer makes them ten times slower.
        private static let moves = ProcessInfo.processInfo.environment["TSAN_OPTIONS"] == nil ? 500 : 60
        /// After so many moves somebody else edits the slice; what is set right so often is set right later.
        private static let editPeriod = 42

        /// What is done to the group, in turn.
        private enum Step {
            case switchover, failure, deletion, fence
        }

        /// Mostly switchovers.
        private static func step(_ number: Int) -> Step {
            switch number % 25 {
            case 5: .failure
            case 12: .deletion
            case 18: .fence
            default: .switchover
            }
        }

        @Test func fiveHundredMovesOfAllKindsHaveNoGapAndNoOverlap() async throws {
            let group = SliceManifests.group("web", SliceManifests.freely, probe: SliceManifests.fastProbe)
            try await Stage.withSlices(group) { stage, arguments in
                let (foreign, _) = try await SupervisorProcess.run(arguments) { process in
                    var holder = try await stage.waitUntilPublished()
                    await stage.waitForHealth(process)
                    var foreign: Set<Int> = []
                    for number in 0..<Self.moves {
                        if number % Self.editPeriod == 0 {
                            let edit = ForeignEdit.allCases[number / Self.editPeriod % 4]
                            foreign.insert(try await edit.make(on: stage))
                            #expect(try await stage.waitUntilPublished() == holder)
                        }
                        try await Self.make(Self.step(number), from: holder, on: stage)
                        holder = try await stage.waitUntilPublished(otherThan: holder)
                    }
                    return foreign
                }
                let slices = await stage.slices()
                #expect(slices.breaches(except: foreign).isEmpty)
                #expect(slices.moves(except: foreign) >= Self.moves)
                #expect(slices.returns.isEmpty, "\(slices.returns)")
                #expect(foreign.count == (Self.moves - 1) / Self.editPeriod + 1)
            }
        }

        @Test(.enabled(if: ShellRun.works("command -v kubectl"), "needs kubectl, which make test fetches"))
        func kubectlSeesTheMove() async throws {
            try await Stage.withSlices { stage, arguments in
                _ = try await SupervisorProcess.run(arguments) { process in
                    let first = try await stage.waitUntilPublished()
                    await stage.waitForHealth(process)
                    try await stage.expectKubectl(toShow: first)
                    #expect(try await stage.ask("Switchover").hasPrefix("Done"))
                    try await stage.expectKubectl(toShow: try await stage.waitUntilPublished(otherThan: first))
                }
            }
        }

        /// Does what makes the group move, and what makes the pod a candidate again; the log leaves out changes of health when
        /// there are too many.
        private static func make(
            _ step: Step,
            from holder: String,
            on stage: Stage
        ) async throws {
            let applications = stage.sandbox.applications
            switch step {
            case .switchover:
                let answer = try await stage.ask("Switchover")
                #expect(answer.hasPrefix("Done"), "\(answer)")
            case .fence:
                for action in ["Fence", "Unfence"] {
                    let answer = try await stage.ask(action, pod: holder)
                    #expect(answer.hasPrefix("Done"), "\(answer)")
                }
            case .failure:
                await applications.set(.status(500), pod: holder, namespace: "default")
                try await stage.waitUntilPublished(otherThan: holder)
                await applications.set(.healthy, pod: holder, namespace: "default")
                await stage.waitForProbes(2, of: holder)
            case .deletion:
                let key = ObjectKey(.pods, namespace: "default", name: holder)
                let uid = try await stage.sandbox.store.get(key)["metadata"]["uid"]
                try await stage.sandbox.deletePod(holder)
                try await stage.sandbox.wait(for: "another \(holder) to run") { store in
                    guard let pod = try? await store.get(key) else { return false }
                    return pod["metadata"]["uid"] != uid && pod["status"]["podIP"] != .null
                }
                await stage.waitForProbes(2, of: holder)
            }
        }
    }
}

/// What somebody else does to the slice.
enum ForeignEdit: CaseIterable {
    /// Another pod gets the traffic.
    case address
    case strippedLabel, deletion, extraEndpoint

    /// - Returns: the revision of that.
    func make(on stage: Stage) async throws -> Int {
        let holder = try await stage.slice()["endpoints"].array?.first?["targetRef"]["name"].string
        let found = await stage.address(of: holder == "web-0" ? "web-1" : "web-0")
        let address = try #require(found)
        switch self {
        case .address:
            return try await stage.editSlice { slice in
                slice["endpoints"] = [["addresses": [.string(address)], "conditions": ["ready": true]]]
            }
        case .extraEndpoint:
            return try await stage.editSlice { slice in
                let more: JSONValue = ["addresses": [.string(address)], "conditions": ["ready": true]]
                slice["endpoints"] = .array((slice["endpoints"].array ?? []) + [more])
            }
        case .strippedLabel:
            return try await stage.editSlice { slice in
                slice["metadata"]["labels"]["endpointslice.kubernetes.io/managed-by"] = .null
            }
        case .deletion:
            try await stage.sandbox.store.delete(Stage.slice("web"))
            let change = await stage.sandbox.store.history.last {
                $0.key == Stage.slice("web") && $0.action == .deleted
            }
            return try #require(change).revision
        }
    }
}

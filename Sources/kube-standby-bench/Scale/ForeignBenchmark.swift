import Foundation
import Sandbox

/// One group in a namespace of 50,000 pods that no group selects: what the whole supervisor holds in memory.
struct ForeignBenchmark {
    private static let foreigners = 50_000
    private static let changes = 1000

    static func run() async throws {
        print(
            "\none group among \(foreigners) pods of others, each of 1 to 5 kB; the sandbox on one core, the supervisor on another"
        )
        try await SandboxProcess.run { sandbox in
            try await SampleGroups(count: 1) { _ in "127.0.0.1" }.fill(sandbox)
            try await measure("no foreign pod", sandbox)
            try await sandbox.inParallel(foreigners) { number in
                try await sandbox.send("POST", SampleGroups.pods, foreigner(number))
            }
            try await measure("\(foreigners) foreign pods", sandbox)
        }
    }

    private static func measure(_ name: String, _ sandbox: SandboxProcess) async throws {
        let text = "groups:\n- {name: g0, service: g0, probe: {tcpSocket: {port: 9}, periodSeconds: 10}}\n"
        try await SupervisorProcess.run(text, on: sandbox) { supervisor in
            let time = try await supervisor.ready()
            row("\(name): start until it is ready", String(format: "%.0f ms", time / .milliseconds(1)))
            row("\(name): resident, at most", memory(supervisor))
            guard name.hasPrefix("\(foreigners)") else { return }
            let begin = supervisor.cpu
            try await sandbox.inParallel(changes) { number in
                let patch: JSONValue = ["metadata": ["annotations": ["changed": .string("\(number)")]]]
                try await sandbox.send("PATCH", "\(SampleGroups.pods)/foreign-\(number)", patch)
            }
            try await Task.sleep(for: .seconds(2))
            row("after \(changes) changes of foreign pods: resident, at most", memory(supervisor))
            let each = (supervisor.cpu - begin) / .microseconds(1) / Double(changes)
            row("processor time for each", String(format: "%.0f µs", each))
        }
    }

    private static func foreigner(_ number: Int) -> JSONValue {
        let padding = String(repeating: "0123456789", count: 100 + number % 5 * 90)
        return [
            "metadata": [
                "name": .string("foreign-\(number)"),
                "labels": ["app": .string("other-\(number % 500)"), "pod-template-hash": .string("h\(number)")],
                "annotations": ["padding": .string(padding)],
            ],
            "spec": [
                "schedulerName": "nobody",
                "containers": [["name": "app", "image": "toy", "ports": [["name": "http", "containerPort": 8080]]]],
            ],
        ]
    }

    private static func memory(_ supervisor: SupervisorProcess) -> String {
        String(format: "%.0f MB, %.0f MB", supervisor.megabytes, supervisor.peakMegabytes)
    }

    private static func row(_ name: String, _ text: String) {
        print("  \(name.padding(toLength: 60, withPad: " ", startingAt: 0))  \(text)")
        fflush(nil)
    }
}

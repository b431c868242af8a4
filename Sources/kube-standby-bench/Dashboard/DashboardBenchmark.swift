import Foundation
import HeadlessBrowser
import Subprocess
import SystemPackage

/// The dashboard with thousands of groups, in headless Chromium: how soon it shows a move, its first paint, its frames, what it takes.
///
/// The sandbox and the pods' server share one core, the supervisor has the other, and the browser takes what it finds.
struct DashboardBenchmark {
    private static let port = 18_080
    private static let rounds = 5
    private static var address: String { "http://127.0.0.1:\(SupervisorProcess.port)/" }
    private static var peers: String { ProcessInfo.processInfo.environment["KUBE_STANDBY_PEERS"] ?? "" }

    /// `groups`: at least 2000, so that names of four digits are among them.
    static func run(groups: Int) async throws {
        print("\nthe dashboard with \(groups) groups of three, in headless Chromium without a graphics processor")
        try await Peer.run(["\(peers)/health-server", "\(port)"], core: 0, readiness: "ready") { _ in
            try await SandboxProcess.run { sandbox in
                try await SampleGroups(count: groups, address: EngineRun.address).fill(sandbox)
                try await SupervisorProcess.run(configuration(groups: groups), on: sandbox) { supervisor in
                    try await supervisor.wait(probes: 2 * groups * SampleGroups.size)
                    try await measure(supervisor, sandbox, groups: groups)
                }
            }
        }
    }

    private static func configuration(groups: Int) -> String {
        let probe = "{path: /healthz, port: \(port), keepAlive: true}"
        return "groups:\n"
            + (0..<groups).map {
                "- {name: g\($0), service: g\($0), probe: {httpGet: \(probe), periodSeconds: 10}}\n"
            }
            .joined()
    }

    private static func measure(_ supervisor: SupervisorProcess, _ sandbox: SandboxProcess, groups: Int) async throws {
        let before = supervisor.megabytes
        try await Browser.run { browser in
            var (paints, lists) = ([Double](), [Double]())
            for _ in 0..<rounds {
                let page = try await browser.open(address)
                try await page.until("document.getElementById('summary').textContent.startsWith('\(groups) groups')")
                lists.append(Double(try await page.text("performance.now()")) ?? 0)
                let entry = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
                paints.append(Double(try await page.text(entry)) ?? 0)
                try await page.close()
            }
            row("first paint", milliseconds(paints), goal: "1000 ms")
            row("every group is there", milliseconds(lists))
            let page = try await browser.open(address)
            try await page.until("document.getElementById('summary').textContent.startsWith('\(groups) groups')")
            row("scrolling for 5 s", try await page.text(scrolling), goal: "60 frames a second")
            let heap = (Double(try await page.text("performance.memory.usedJSHeapSize")) ?? 0) / 1_048_576
            row("the page's own memory", String(format: "%.1f MB", heap))
            let with = supervisor.megabytes
            row("the supervisor", String(format: "%.0f MB before, %.0f MB with a reader", before, with))
            try await moves(page, sandbox, groups: groups)
        }
    }

    // MARK: Moves

    /// From the end of planned moves, as the supervisor has it from the API server, to the cell that shows it.
    private static func moves(_ page: Page, _ sandbox: SandboxProcess, groups: Int) async throws {
        var times: [Double] = []
        for number in (groups - 10)..<groups {
            let key = "default/g\(number)"
            let row = "[...document.querySelectorAll('#space .row')].find((each) => each.dataset.key === '\(key)')"
            try await page.text(
                "filter.value = '\(key)'; filter.dispatchEvent(new Event('input')); window.cell = () => \(row)?.children[2].textContent"
            )
            try await page.until("cell()")
            try await page.text(
                """
                window.before = cell(); window.shownAt = 0;
                new MutationObserver(() => { if (!shownAt && cell()?.includes('-') && cell() !== before) shownAt = Date.now(); })
                  .observe(document.getElementById('space'), { subtree: true, childList: true, characterData: true }); 0
                """
            )
            try await switchover("g\(number)", sandbox)
            try await page.until("shownAt > 0")
            let delay = """
                fetch('api/v1/groups/\(key)').then((answer) => answer.json())
                  .then((group) => shownAt - Date.parse(group.activeSince))
                """
            times.append(Double(try await page.text(delay)) ?? .infinity)
        }
        row("a move: from its last write to the page", milliseconds(times), goal: "1000 ms")
    }

    private static func switchover(_ group: String, _ sandbox: SandboxProcess) async throws {
        let binary = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "kube-standby")
        _ = try await Subprocess.run(
            .path(FilePath(binary.path())),
            arguments: ["switchover", group, "--kubeconfig", sandbox.kubeconfig],
            output: .discarded,
            error: .discarded
        )
    }

    // MARK: Frames

    /// Scrolls on with each frame; how many there were, and the longest time between two.
    private static let scrolling = """
        new Promise((resolve) => {
          const [rows, begin] = [document.getElementById('rows'), performance.now()];
          let [frames, last, worst] = [0, begin, 0];
          const step = (now) => {
            worst = Math.max(worst, now - last); last = now; frames += 1;
            rows.scrollTop = (rows.scrollTop + 160) % (rows.scrollHeight - rows.clientHeight);
            if (now - begin < 5000) return requestAnimationFrame(step);
            resolve(`${(frames / 5).toFixed(1)} frames a second, the longest ${worst.toFixed(0)} ms`);
          };
          requestAnimationFrame(step);
        })
        """

    // MARK: Words

    private static func row(_ name: String, _ text: String, goal: String? = nil) {
        let aim = goal.map { " (goal \($0))" } ?? ""
        print("  \(name.padding(toLength: 48, withPad: " ", startingAt: 0))  \(text)\(aim)")
        fflush(nil)
    }

    private static func milliseconds(_ times: [Double]) -> String {
        let sorted = times.sorted()
        return String(format: "median %.0f, most %.0f ms", sorted[sorted.count / 2], sorted.last ?? 0)
    }
}

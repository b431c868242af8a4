import Foundation
import Glibc
import HeadlessBrowser
import Sandbox
import TestedCluster
import Testing

extension EndToEndTests {
    /// The page that the real binary serves, in a real browser.
    @Suite struct DashboardTests {
        /// Runs the binary with groups of two pods that have settled.
        private static func run(
            _ names: [String] = ["web"],
            _ body: @Sendable @escaping (Stage, SupervisorProcess, String) async throws -> Void
        ) async throws {
            try await Stage.run { stage in
                for name in names { try await stage.place(name, replicas: 2) }
                let groups = names.map { Manifests.group($0) }
                let arguments = try await stage.arguments(groups: groups, ["--listen", "127.0.0.1:0"])
                _ = try await SupervisorProcess.run(arguments) { process in
                    let port = try await process.operationsPort()
                    for name in names { try await stage.waitUntilSettled(name) }
                    try await body(stage, process, "http://127.0.0.1:\(port)/")
                }
            }
        }

        /// The cells of the row of `web`.
        private static func cell(_ name: String) -> String {
            "document.querySelector('#space .row[data-key=\"default/web\"] .\(name)').textContent"
        }

        @Test func showsAMoveAsItHappensAndThenItsGroup() async throws {
            try await Self.run { stage, process, address in
                let holder = try await stage.waitUntilSettled("web")
                let other = holder == "web-0" ? "web-1" : "web-0"
                try await Browser.run { browser in
                    let page = try await browser.open(address)
                    try await page.until(
                        "\(Self.cell("active-pod")) === '\(holder)' && \(Self.cell("next")) === '\(other)'"
                    )
                    try await page.until("document.getElementById('connection').textContent === 'live'")
                    await stage.sandbox.applications.set(.status(500), pod: holder, namespace: "default")
                    try await page.until("\(Self.cell("active-pod")) === '\(other)'")
                    try await page.until("\(Self.cell("healthy-count")) === '1/2'")
                    try await page.press("Enter")
                    try await page.until("location.hash === '#g/default/web'")
                    try await page.until("document.querySelectorAll('#group .picture rect.unhealthy').length === 1")
                    try await page.until("document.querySelectorAll('#group .picture .move').length > 0")
                    try await page.until("document.querySelector('#group tr.active td.pod').textContent === '\(other)'")
                    try await page.until(
                        "document.querySelector('#group .changes').innerText.includes('ActiveUnhealthy')"
                    )
                    try await page.press("Escape")
                    try await page.until("!document.getElementById('list').hidden")
                    #expect(page.complaints.isEmpty, "\(page.complaints)")
                }
            }
        }

        @Test func saysWhenItIsNotConnected() async throws {
            try await Self.run { _, process, address in
                try await Browser.run { browser in
                    let page = try await browser.open(address)
                    try await page.until("document.getElementById('connection').textContent === 'live'")
                    process.send(SIGTERM)
                    let words = "document.getElementById('connection').textContent"
                    try await page.until("/^not connected; this is \\d+s old$/.test(\(words))")
                    try await page.until("\(Self.cell("group-name")) === 'default/web'")
                }
            }
        }

        /// A second copy of the script is told by the test, not by the server.
        @Test func aGroupOfAnotherShapeCostsTheOthersNothing() async throws {
            try await Self.run { _, _, address in
                try await Browser.run { browser in
                    let page = try await browser.open(address)
                    try await page.until("document.getElementById('connection').textContent === 'live'")
                    let stub = """
                        (window.EventSource = class {
                          constructor() { this.readyState = 1; this.on = {}; window.told = this; }
                          addEventListener(name, take) { this.on[name] = (value) => take({ data: JSON.stringify(value) }); }
                          close() {}
                        }, import('./page.js?again'), true)
                        """
                    try await page.until(stub)
                    try await page.until("window.told?.on.ready !== undefined")
                    let groups = [
                        "{namespace: 'a', name: 'wrong', active: 'x', members: 7, conditions: {}, switch: 'x', state: {}, next: []}",
                        "7", "{namespace: 'a', name: 'inner', active: [1, {}], members: [null, 'x', {name: {}}]}",
                        "{namespace: 'a', name: 'right', active: ['p'], members: [], conditions: ['Available'], state: 'ok'}",
                    ]
                    for group in groups { try await page.until("(window.told.on.group(\(group)), true)") }
                    for name in ["wrong", "inner", "right"] {
                        try await page.until(
                            "document.querySelector('#space .row[data-key=\"a/\(name)\"] .state') !== null"
                        )
                    }
                    #expect(page.complaints.isEmpty, "\(page.complaints)")
                }
            }
        }

        /// What an API server says in its refusals is shown, and is nothing but text.
        @Test func wordsOfTheClusterStayText() async throws {
            try await Self.run { stage, _, address in
                let holder = try await stage.waitUntilSettled("web")
                let words = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
                await stage.sandbox.control.add(Fault(.deny(Denial(because: words)), kind: .pods, name: holder))
                try await Browser.run { browser in
                    let page = try await browser.open(address)
                    try await page.until("\(Self.cell("next")) !== '–'")
                    await stage.sandbox.applications.set(.status(500), pod: holder, namespace: "default")
                    try await page.until("\(Self.cell("state")).includes('<script>')")
                    try await page.press("Enter")
                    try await page.until("document.getElementById('group').innerText.includes('<script>')")
                    #expect(try await page.text("document.title.includes('owned')") == "0")
                    #expect(try await page.text("document.querySelectorAll('main script, main img').length") == "0")
                    #expect(page.complaints.isEmpty, "\(page.complaints)")
                }
            }
        }
    }
}

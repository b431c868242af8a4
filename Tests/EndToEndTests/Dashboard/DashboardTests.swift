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
            saying more: String = "",
            _ body: @Sendable @escaping (Stage, SupervisorProcess, String) async throws -> Void
        ) async throws {
            try await Stage.run { stage in
                for name in names { try await stage.place(name, replicas: 2) }
                let groups = names.map { Manifests.group($0, more) }
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

        /// What was told last stays, however the process ends.
        @Test(arguments: [SIGTERM, SIGKILL]) func saysWhenItIsNotConnected(signal: Int32) async throws {
            try await Self.run { _, process, address in
                try await Browser.run { browser in
                    let page = try await browser.open(address)
                    try await page.until("document.getElementById('connection').textContent === 'live'")
                    process.send(signal)
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
                        "{namespace: 'a', name: 'wrong', active: 'x', members: 7, conditions: {}, switch: 'x', state: {}, next: [], scheduled: {due: 7, by: {}, pod: []}}",
                        "7",
                        "{namespace: 'a', name: 'inner', scheduled: 'x', active: [1, {}], members: [null, 'x', {name: {}}]}",
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

        /// Who looks at 21:55 sees that the role moves at 22:00; who asked for it is nothing but text.
        @Test func showsASwitchoverForLater() async throws {
            try await Self.run { stage, _, address in
                try await Browser.run { browser in
                    let page = try await browser.open(address + "#g/default/web")
                    try await page.until("document.querySelector('#group h2')?.textContent === 'default/web'")
                    #expect(try await page.text("String(document.querySelector('#group .scheduled'))") == "null")
                    let given = try await stage.request(["switchover", "web", "--to", "web-1", "--at", Self.later])
                    #expect(given.code == 0, "\(given.text)")
                    let words = "(document.querySelector('#group .scheduled')?.innerText ?? '')"
                    try await page.until("\(words).startsWith('switchover to web-1 due ')")
                    try await page.until("\(words).includes(' in 5') && \(words).includes('; asked for by ')")
                    let due = "Date.parse(document.querySelector('#group .scheduled time').dateTime)"
                    #expect(try await page.text("String(\(due))") == "\(Int(Self.due.timeIntervalSince1970) * 1000)")
                    try await page.press("Escape")
                    try await page.until("\(Self.cell("state")).startsWith('ok; switchover to web-1 due ')")
                    #expect(try await stage.request(["switchover", "web", "--cancel"]).code == 0)
                    try await page.until("\(Self.cell("state")) === 'ok'")
                    try await Self.ask(stage, by: "<script>document.title='owned'</script>")
                    try await page.press("Enter")
                    try await page.until("\(words).includes('by <script>')")
                    #expect(try await page.text("String(document.querySelectorAll('main script').length)") == "0")
                    #expect(page.complaints.isEmpty, "\(page.complaints)")
                }
            }
        }

        /// An hour from when the test began.
        private static let due = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded() + 3570)
        private static let later = due.formatted(.iso8601)

        /// Somebody writes a request by hand.
        private static func ask(_ stage: Stage, by name: String) async throws {
            let at = (due - 60).formatted(.iso8601)
            let request = #"{"id":"s","action":"Switchover","due":"\#(later)","at":"\#(at)","by":"\#(name)"}"#
            let key = ObjectKey(.leases, namespace: "default", name: "kube-standby-web")
            try await stage.sandbox.store.modify(key) { (old) throws(APIFailure) in
                var new = old
                new["metadata"]["annotations"]["kube-standby.io/scheduled"] = .string(request)
                return new
            }
        }

        /// Nobody is active until an operator acts: that is no move among others, but what needs attention first.
        @Test func aPromotionThatIsHeldIsShownAsDown() async throws {
            let gate = "failover: {promotionGate: {method: DeletePod, waitSeconds: 1}}"
            try await Self.run(saying: gate) { stage, process, address in
                let holder = try await stage.waitUntilSettled("web")
                try await Browser.run { browser in
                    let page = try await browser.open(address)
                    try await page.until("\(Self.cell("active-pod")) === '\(holder)' && \(Self.cell("next")) !== '–'")
                    // What is deleted by force proves nothing.
                    try await stage.sandbox.deletePod(holder, gracePeriod: 0)
                    _ = await process.log.wait(for: "promotion waits for proof", "members=\(holder)")
                    try await page.until("\(Self.cell("state")).startsWith('held: switching to ')")
                    let row = "document.querySelector('#space .row[data-key=\"default/web\"]')"
                    #expect(try await page.text("\(row).dataset.level") == "4")
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

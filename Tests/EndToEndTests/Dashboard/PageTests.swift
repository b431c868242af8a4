import Foundation
import HeadlessBrowser
import NIOHTTP1
import Testing

@testable import Operations

extension EndToEndTests {
    /// The page over answers that no cluster gives: hostile names, thousands of groups, a proxy's path.
    @Suite struct PageTests {
        /// Serves the page and events below a path; `detail`: what is answered about one group.
        private static func serve(
            below prefix: String = "",
            detail: String = "{}",
            _ body: @Sendable (String, EventHub) async throws -> Void
        ) async throws {
            let listener = OperationsListener(limits: .init())
            let hub = EventHub(limit: 8) {}
            let events = EventRoute(of: hub)
            let port = try await listener.listen(at: try #require(ListenAddress("127.0.0.1:0")))
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    await listener.serve { request in
                        guard request.path.hasPrefix(prefix) else { return OperationsAnswer(.notFound, "not below\n") }
                        let path = String(request.path.dropFirst(prefix.count))
                        if path == EventRoute.path { return events.answer(to: request) }
                        if path.hasPrefix("/api/") { return OperationsAnswer(.ok, detail, type: "application/json") }
                        return PageFiles.answer(to: path)
                    }
                }
                await #expect(throws: Never.self) { try await body("http://127.0.0.1:\(port)\(prefix)/", hub) }
                listener.close()
            }
        }

        /// A group in JSON.
        private static func group(
            _ name: String,
            pods: [String] = ["a", "b"],
            state: String = "ok",
            conditions: [String] = ["Available"]
        ) throws -> String {
            let members: [[String: Any]] = pods.enumerated().map { index, pod in
                [
                    "name": pod, "uid": pod, "role": index == 0 ? "active" : "passive", "health": "healthy",
                    "isCandidate": index == 0, "refusal": pod, "noResult": pod, "isReady": true, "priority": 100,
                    "node": pod, "zone": pod,
                ]
            }
            let status: [String: Any] = [
                "name": name, "namespace": "shop", "service": name, "mode": "Label", "standing": "Leading",
                "state": state, "conditions": conditions, "epoch": 7, "active": [pods[0]], "next": pods[1],
                "activeSince": "2026-01-01T00:00:00.000000Z", "members": members,
                "switch": [
                    "to": pods[1], "cause": pods[0], "epoch": 8, "step": pods[1], "waitsFor": pods[0],
                    "startedAt": "2026-01-01T00:00:00.000000Z",
                ],
                "scheduled": ["pod": pods[1], "force": true, "due": pods[0], "at": pods[0], "by": state],
            ]
            return String(decoding: try JSONSerialization.data(withJSONObject: status), as: UTF8.self)
        }

        private static func tell(_ hub: EventHub, _ name: String, _ text: String) {
            hub.tell(.init(namespace: "shop", name: name), text)
        }

        private static let hostile =
            "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"

        /// Whatever names and words are, they are text, and nothing is even tried that the policy forbids.
        @Test func namesAndWordsAreText() async throws {
            let bad = Self.hostile
            let text = try Self.group(bad, pods: [bad, bad + "2"], state: bad, conditions: [bad])
            let changes = ["joined", "health", "role", "moved", bad].map { kind in
                [
                    "at": "2026-01-01T00:00:00.000000Z", "kind": kind, "member": bad, "from": bad, "to": bad,
                    "cause": bad,
                ]
            }
            let timeline: [String: Any] = ["timeline": ["since": "2026-01-01T00:00:00.000000Z", "changes": changes]]
            let detail = String(decoding: try JSONSerialization.data(withJSONObject: timeline), as: UTF8.self)
            try await Self.serve(detail: detail) { address, hub in
                Self.tell(hub, bad, text)
                hub.tellWhole()
                try await Browser.run { browser in
                    let page = try await browser.open(address)
                    try await page.until(
                        "document.querySelector('#space .row .group-name').textContent.includes('<script>')"
                    )
                    try await page.press("Enter")
                    try await page.until("document.querySelector('#group h2').textContent.includes('<script>')")
                    try await page.until(
                        "document.querySelector('#group .picture text.name').textContent.includes('<img')"
                    )
                    try await page.until("document.querySelector('#group .changes').innerText.includes('<script>')")
                    let scheduled = "document.querySelector('#group .scheduled').textContent"
                    try await page.until("\(scheduled).includes('<script>') && \(scheduled).length < 1200")
                    let owned =
                        "document.title.includes('owned') || document.querySelectorAll('main script, main img').length"
                    #expect(try await page.text("String(\(owned))") == "0")
                    #expect(page.complaints.isEmpty, "\(page.complaints)")
                }
            }
        }

        @Test(arguments: [false, true]) func nothingIsWiderThanFourHundredPixels(isDark: Bool) async throws {
            let long = "a-very-long-name-that-somebody-has-given-to-a-pod-of-a-deployment-6d9f8c7b5-x2x4z"
            let text = try Self.group(
                long,
                pods: [long + "0", long + "1"],
                state: String(repeating: "word ", count: 60) + String(repeating: "x", count: 200),
                conditions: ["Holding", "SealBlocked"]
            )
            let change: [String: Any] = ["at": "2026-01-01T00:00:00.000000Z", "kind": "left", "member": long]
            let timeline: [String: Any] = ["timeline": ["since": "2026-01-01T00:00:00.000000Z", "changes": [change]]]
            let detail = String(decoding: try JSONSerialization.data(withJSONObject: timeline), as: UTF8.self)
            try await Self.serve(detail: detail) { address, hub in
                Self.tell(hub, long, text)
                hub.tellWhole()
                try await Browser.run { browser in
                    let page = try await browser.open(address, width: 400, height: 700, isDark: isDark)
                    let isNarrow = """
                        document.documentElement.scrollWidth <= 400 && [...document.querySelectorAll('main *')]
                          .every((each) => each.closest('svg') || each.getBoundingClientRect().right <= 400.5)
                        """
                    try await page.until("document.querySelectorAll('#space .row').length === 1")
                    #expect(try await page.text("String(\(isNarrow))") == "true")
                    try await page.press("Enter")
                    try await page.until("document.querySelector('#group .picture svg')")
                    #expect(try await page.text("String(\(isNarrow))") == "true")
                    let paper = try await page.text("getComputedStyle(document.body).backgroundColor")
                    #expect(paper == (isDark ? "rgb(22, 25, 28)" : "rgb(251, 251, 250)"))
                }
            }
        }

        /// Few rows exist at once; the filter and the keys find each of them.
        @Test func thousandsOfGroupsAreFilteredSortedAndWalkedThrough() async throws {
            try await Self.serve { address, hub in
                for number in 0..<5000 {
                    let isBad = number == 4321
                    Self.tell(hub, "g\(number)", try Self.group("g\(number)", conditions: isBad ? [] : ["Available"]))
                }
                hub.tellWhole()
                try await Browser.run { browser in
                    let page = try await browser.open(address)
                    try await page.until("document.getElementById('summary').textContent.startsWith('5000 groups')")
                    let rows = "document.querySelectorAll('#space .row')"
                    let first = "[...\(rows)].find((each) => each.getAttribute('aria-rowindex') === '1').dataset.key"
                    #expect(Int(try await page.text("\(rows).length")) ?? 999 < 60)
                    try await page.until("document.getElementById('rows').scrollHeight > 5000 * 32")
                    try await page.press("End")
                    try await page.until(
                        "document.querySelector('#space [aria-selected=true]').getAttribute('aria-rowindex') === '5000'"
                    )
                    try await page.press("/")
                    try await page.until("document.activeElement.id === 'filter'")
                    try await page.write("SHOP g4321")
                    try await page.until("\(rows).length === 1 && \(first) === 'shop/g4321'")
                    try await page.press("Enter")
                    try await page.until("location.hash === '#g/shop/g4321'")
                    try await page.press("Escape")
                    try await page.until(
                        "!document.getElementById('list').hidden && document.getElementById('filter').value !== ''"
                    )
                    try await page.press("j")
                    try await page.text("document.getElementById('filter').focus()")
                    try await page.press("Escape")
                    try await page.until("\(rows).length > 10")
                    #expect(page.complaints.isEmpty, "\(page.complaints)")
                }
            }
        }

        /// The API server's proxy serves it below a path of its own.
        @Test func worksBelowAnyPath() async throws {
            let prefix = "/api/v1/namespaces/ops/pods/standby-0:8080/proxy"
            try await Self.serve(below: prefix, detail: #"{"timeline":{"changes":[]}}"#) { address, hub in
                Self.tell(hub, "web", try Self.group("web"))
                hub.tellWhole()
                try await Browser.run { browser in
                    let page = try await browser.open(address + "#g/shop/web")
                    try await page.until("document.querySelector('#group h2').textContent === 'shop/web'")
                    try await page.until("document.querySelector('#group .picture svg')")
                    try await page.until("document.getElementById('connection').textContent === 'live'")
                    #expect(page.complaints.isEmpty, "\(page.complaints)")
                }
            }
        }

        /// What went while the page was not connected is gone, and what is new is there.
        @Test func goesOverToWhatIsToldAnew() async throws {
            try await Self.serve { address, hub in
                for name in ["old", "stays"] { Self.tell(hub, name, try Self.group(name)) }
                hub.tellWhole()
                try await Browser.run { browser in
                    let page = try await browser.open(address)
                    let rows =
                        "[...document.querySelectorAll('#space .row')].map((each) => each.dataset.key).sort().join()"
                    try await page.until("\(rows) === 'shop/old,shop/stays'")
                    hub.tell(.init(namespace: "shop", name: "old"), nil)
                    Self.tell(hub, "new", try Self.group("new"))
                    try await page.until("\(rows) === 'shop/new,shop/stays'")
                    #expect(page.complaints.isEmpty, "\(page.complaints)")
                }
            }
        }
    }
}

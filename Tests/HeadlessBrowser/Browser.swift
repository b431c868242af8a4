import Coordination
import Foundation

/// A headless Chromium, driven by its DevTools protocol over two pipes.
///
/// https://chromedevtools.github.io/devtools-protocol/
package final class Browser: Sendable {
    /// Why a browser, or what it shows, is not as it should be.
    package struct Failure: Error, CustomStringConvertible {
        package var description: String
    }

    /// What a browser may be called.
    private static let names = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"]

    private let requests: FileHandle
    private let state = Locked(State())
    private let ended = Promise<Void>()

    private struct State: Sendable {
        var count = 0
        var waiting: [Int: Promise<Data>] = [:]
        /// What pages have complained of, by session: errors, warnings of the policy, what failed to load.
        var complaints: [String: [String]] = [:]
        var rest: [UInt8] = []
    }

    private static func isThere(_ name: String) -> Bool {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }
    }

    private init(requests: FileHandle) {
        self.requests = requests
    }

    /// Runs a browser as long as `body` takes.
    ///
    /// - Throws: where there is none, or it does not come up.
    package static func run(_ body: @Sendable (Browser) async throws -> Void) async throws {
        let profile = FileManager.default.temporaryDirectory.appending(path: "browser-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: profile) }
        guard let name = names.first(where: isThere) else {
            let how = ".ci/setup test installs chromium-headless-shell with apt-get"
            throw Failure(description: "there is no Chromium on the path: \(how)")
        }
        let (process, input, output) = (Process(), Pipe(), Pipe())
        process.executableURL = URL(filePath: "/bin/sh")
        let command =
            "exec \(name) --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --remote-debugging-pipe"
            + " --user-data-dir=\"$0\" 3<&0 4>&1 </dev/null >/dev/null 2>&1"
        process.arguments = ["-c", command, profile.path(percentEncoded: false)]
        process.standardInput = input
        process.standardOutput = output
        let browser = Browser(requests: input.fileHandleForWriting)
        try process.run()
        browser.read(output.fileHandleForReading)
        let outcome = await Result { try await body(browser) }
        // It ends when nobody tells it anything more; a script that has started it may have ended before.
        try? input.fileHandleForWriting.close()
        await browser.ended.value()
        try outcome.get()
    }

    /// A page of its own in a window of a size.
    package func open(
        _ address: String,
        width: Int = 1100,
        height: Int = 700,
        isDark: Bool = false
    ) async throws -> Page {
        let target = try await ask("Target.createTarget", ["url": "about:blank"])["targetId"] as? String
        let attached = try await ask("Target.attachToTarget", ["targetId": target ?? "", "flatten": true])
        guard let session = attached["sessionId"] as? String else {
            throw Failure(description: "the browser opens no page: \(attached)")
        }
        let page = Page(browser: self, session: session)
        for domain in ["Page", "Runtime", "Log"] { _ = try await page.ask("\(domain).enable") }
        let size: [String: any Sendable] = ["width": width, "height": height, "deviceScaleFactor": 1, "mobile": false]
        _ = try await page.ask("Emulation.setDeviceMetricsOverride", size)
        let scheme = ["name": "prefers-color-scheme", "value": isDark ? "dark" : "light"]
        _ = try await page.ask("Emulation.setEmulatedMedia", ["features": [scheme]])
        _ = try await page.ask("Page.navigate", ["url": address])
        return page
    }

    // MARK: The protocol

    fileprivate func complaints(of session: String) -> [String] { state.withLock { $0.complaints[session] ?? [] } }

    fileprivate func ask(
        _ method: String,
        _ parameters: [String: any Sendable] = [:],
        session: String? = nil
    ) async throws -> [String: Any] {
        let answer = Promise<Data>()
        let id = state.withLock { state in
            state.count += 1
            state.waiting[state.count] = answer
            return state.count
        }
        var message: [String: Any] = ["id": id, "method": method, "params": parameters]
        message["sessionId"] = session
        try requests.write(contentsOf: JSONSerialization.data(withJSONObject: message) + [0])
        guard let data = await answer.value(), let object = Self.object(data) else {
            throw Failure(description: "the browser does not answer \(method)")
        }
        if let error = object["error"] { throw Failure(description: "\(method): \(error)") }
        return object["result"] as? [String: Any] ?? [:]
    }

    private static func object(_ data: Data) -> [String: Any]? {
        try? JSONSerialization.jsonObject(with: data) as? [String: Any]
    }

    /// Takes what comes until the end, in a thread of its own: libdispatch may free a source's notes while the last of a
    /// pipe is being told, which ends the process (swift-corelibs-libdispatch, issue 949).
    private func read(_ output: FileHandle) {
        Thread.detachNewThread {
            var data: Data
            repeat {
                data = output.availableData
                self.take(data)
            } while !data.isEmpty
        }
    }

    private func take(_ data: Data) {
        state.withLock { state in
            state.rest += data
            while let end = state.rest.firstIndex(of: 0) {
                Self.take(Data(state.rest[..<end]), &state)
                state.rest.removeSubrange(...end)
            }
            // At the end nobody is answered any more.
            if data.isEmpty { state.waiting = [:] }
        }
        if data.isEmpty { ended.fulfill(()) }
    }

    private static func take(_ message: Data, _ state: inout State) {
        guard let object = object(message) else { return }
        if let id = object["id"] as? Int {
            state.waiting.removeValue(forKey: id)?.fulfill(message)
        } else if let session = object["sessionId"] as? String,
            ["Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded"].contains(
                object["method"] as? String
            )
        {
            state.complaints[session, default: []].append(String(decoding: message, as: UTF8.self))
        }
    }
}

extension Result where Failure == any Error {
    /// What a body comes to.
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}

/// A page that a browser shows.
package struct Page: Sendable {
    fileprivate let browser: Browser
    fileprivate let session: String

    /// What it has complained of: exceptions, what the policy forbade, what could not be loaded.
    package var complaints: [String] { browser.complaints(of: session) }

    fileprivate func ask(_ method: String, _ parameters: [String: any Sendable] = [:]) async throws -> [String: Any] {
        try await browser.ask(method, parameters, session: session)
    }

    /// What an expression comes to, as text.
    @discardableResult
    package func text(_ expression: String) async throws -> String {
        let wanted: [String: any Sendable] = ["expression": expression, "awaitPromise": true, "returnByValue": true]
        let answer = try await ask("Runtime.evaluate", wanted)
        if answer["exceptionDetails"] != nil { throw Browser.Failure(description: "\(expression): \(answer)") }
        return (answer["result"] as? [String: Any])?["value"].map { "\($0)" } ?? ""
    }

    /// Waits until an expression is true in the page, for a minute and a half at most.
    package func until(_ condition: String) async throws {
        let script = """
            new Promise((resolve) => {
              const end = Date.now() + 90000;
              const look = () => {
                let found = false;
                try { found = (\(condition)); } catch { found = false; }
                if (found || Date.now() > end) resolve(found ? 'so' : document.body.innerText); else setTimeout(look, 20);
              };
              look();
            })
            """
        let outcome = try await text(script)
        if outcome == "so" { return }
        throw Browser.Failure(description: "not so: \(condition); the page shows:\n\(outcome)")
    }

    /// Closes it.
    package func close() async throws {
        _ = try await ask("Page.close")
    }

    /// Presses a key, as a keyboard does.
    package func press(_ key: String) async throws {
        let text = key.count == 1 ? key : ""
        for type in ["keyDown", "keyUp"] {
            let event: [String: any Sendable] = ["type": type, "key": key, "text": type == "keyDown" ? text : ""]
            _ = try await ask("Input.dispatchKeyEvent", event)
        }
    }

    /// Writes text where the cursor is.
    package func write(_ text: String) async throws {
        _ = try await ask("Input.insertText", ["text": text])
    }
}

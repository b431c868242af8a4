import Foundation
import TestedCluster
import Testing

extension SupervisorProcess {
    /// What the kernel tells of a process.
    ///
    /// https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
    struct Status {
        /// Lines by their names.
        private let fields: [Substring: Substring]

        init(of process: Int32) {
            let text = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
            var fields: [Substring: Substring] = [:]
            for line in text.split(separator: "\n") {
                guard let colon = line.firstIndex(of: ":") else { continue }
                fields[line[..<colon]] = line[colon...].dropFirst().drop { $0 == "\t" }
            }
            self.fields = fields
        }

        /// The program's name; a launcher has another.
        var name: String { String(fields["Name"] ?? "") }

        func isHandling(_ signal: Int32) -> Bool { holds(signal, "SigCgt") }
        func isIgnoring(_ signal: Int32) -> Bool { holds(signal, "SigIgn") }

        private func holds(_ signal: Int32, _ field: Substring) -> Bool {
            (fields[field].flatMap { UInt64($0, radix: 16) } ?? 0) & (1 << UInt64(signal - 1)) != 0
        }
    }

    /// Looks again and again, for a minute at most: the kernel tells nobody of what is asked here.
    @discardableResult
    func until(_ what: String, _ isSo: (Status) -> Bool) async throws -> Status {
        let end = ContinuousClock.now + .seconds(60)
        while true {
            let status = Status(of: processID)
            if status.name == "kube-standby", isSo(status) { return status }
            try #require(.now < end, "waited in vain until \(what)")
            await Task.yield()
        }
    }
}

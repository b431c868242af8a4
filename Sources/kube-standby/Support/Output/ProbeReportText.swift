import FailoverCore
import Foundation
import PlainText
import Probing
import StandbyConfiguration
import Supervision
import Transport

/// What a probe asked and what came of it, in words.
struct ProbeReportText {
    /// Whether the whole exchange is printed.
    let isVerbose: Bool

    /// A line a member; with `isVerbose` what was asked, every step, and the beginning of the body.
    func text(of result: GroupProbing.Result) -> String {
        let state = [PrintableText.line(result.role ?? "no role"), result.isReady ? "Ready" : "not Ready"].joined(
            separator: ", "
        )
        guard let transcript = result.transcript else {
            return "\(result.pod)  (\(state))  cannot be probed: no IP, or finished\n"
        }
        let verdict =
            switch transcript.verdict {
            case .success: "success"
            case .failure: "FAILURE"
            case .noResult: "no result"
            }
        let head =
            "\(result.pod)  \(result.address)  (\(state))  \(verdict) after \(Self.time(transcript.duration)): \(PrintableText.line(transcript.detail))"
        return isVerbose ? ([head] + details(of: result, transcript)).joined(separator: "\n") + "\n\n" : head + "\n"
    }

    private func details(of result: GroupProbing.Result, _ transcript: ProbeOnce.Transcript) -> [String] {
        var lines = ["    \(result.probe): \(PrintableText.line(transcript.question))"]
        if let trace = transcript.trace {
            lines += trace.events.map { event in
                let sign =
                    switch event.kind {
                    case .note: "*"
                    case .sent: ">"
                    case .received: "<"
                    }
                return
                    "    \(Self.time(event.time).padded(to: 9)) \(sign) \(PrintableText.line(Self.withoutSecrets(event.text)))"
            }
            lines.append("    connected to \(trace.peer.isEmpty ? "nobody" : trace.peer)")
            lines.append("    " + Self.steps(trace.timings))
        }
        let body = transcript.body.prefix(200).split { [0x0A, 0x0D].contains($0) }.first
        if let body { lines.append("    body begins: \(PrintableText.line(bytes: body))") }
        return lines
    }

    /// Without the values of headers that carry secrets; what is printed is pasted into tickets.
    static func withoutSecrets(_ line: String) -> String {
        line.replacing(/(?i)([\w-]*(?:authorization|cookie|token|secret|password|api-?key)[\w-]*:\s*)[^\]\r\n]+/) {
            "\($0.output.1)<hidden>"
        }
    }

    private static func steps(_ timings: TransferTrace.Timings) -> String {
        let steps = [
            ("name", timings.nameLookup), ("connect", timings.connect), ("TLS", timings.tls),
            ("first byte", timings.firstByte), ("end", timings.total),
        ]
        return steps.compactMap { name, time in time.map { "\(name) \(Self.time($0))" } }.joined(separator: ", ")
    }

    private static func time(_ duration: Duration) -> String {
        String(format: "%.1f ms", duration / .milliseconds(1))
    }

    /// The same for programs; times in seconds.
    static func value(of result: GroupProbing.Result) -> ConfigurationValue {
        var entries: [ConfigurationValue.Entry] = [
            .init("pod", .string(result.pod)), .init("address", .string(result.address)),
            .init("role", result.role.map(ConfigurationValue.string) ?? .null), .init("ready", .bool(result.isReady)),
            .init("probe", .string(result.probe)),
        ]
        if let transcript = result.transcript {
            entries += [
                .init("verdict", .string("\(transcript.verdict)")), .init("detail", .string(transcript.detail)),
                .init("seconds", .number(transcript.duration / .seconds(1))),
                .init("asked", .string(transcript.question)),
                .init("peer", transcript.trace.map { .string($0.peer) } ?? .null),
            ]
        }
        return .mapping(entries)
    }
}

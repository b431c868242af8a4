import ArgumentParser
import Foundation
import KubernetesClient
import Supervision

/// Times of requests for later, as people write them.
enum PlannedTime {
    /// The time of `2026-03-29T02:30:00+02:00`, or the next `02:30` by the clocks of `zone`.
    ///
    /// A local time that clocks leave out is the one that they show next; of one that comes twice it is the first to come.
    /// - Throws: `ValidationError` for anything else, and for what lies in the past or more than 30 days ahead.
    static func time(_ text: String, now: Date = Date(), in zone: TimeZone = .current) throws -> MicroTime {
        let wanted = try MicroTime(text) ?? next(text, after: now, in: zone)
        if let problem = StoredRequest.problem(ofDue: wanted, givenAt: MicroTime(now)) {
            throw ValidationError("--at \(text): \(problem)")
        }
        return wanted
    }

    private static func next(_ text: String, after now: Date, in zone: TimeZone) throws -> MicroTime {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let isNumeric = parts.allSatisfy { $0.count == 2 && $0.utf8.allSatisfy { (48...57).contains($0) } }
        guard parts.count == 2, isNumeric, let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24, minute < 60
        else { throw mistake(text) }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let wanted = DateComponents(hour: hour, minute: minute, second: 0)
        guard let next = calendar.nextDate(after: now, matching: wanted, matchingPolicy: .nextTime) else {
            throw mistake(text)
        }
        return MicroTime(next)
    }

    private static func mistake(_ text: String) -> ValidationError {
        ValidationError(
            "--at \(text): give a time like 2026-03-28T02:30:00Z or 2026-03-28T02:30:00+01:00, or 02:30 for the next such local time"
        )
    }
}

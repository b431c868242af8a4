import HostSystem

/// A time of the week, by the clocks of a time zone: `DAYS HH:MM-HH:MM ZONE`.
///
/// What it says is compared with the local clock. So a window within an hour that is left out in spring does not come on that day, and
/// one within the hour that comes twice in autumn comes twice.
package struct PreemptWindow: Sendable, Hashable {
    /// As it was written.
    package let text: String
    /// The days on which it begins, 1 (Monday)...7.
    package let days: Set<Int>
    /// Minutes from midnight when it begins, 0...1439.
    package let begin: Int
    /// Minutes from midnight when it ends, 0...1440; not after `begin`: on the next day.
    package let end: Int
    /// The IANA name of its zone, or `UTC`.
    package let zone: String

    /// The window that a text says, whether or not there is such a zone.
    ///
    /// - Throws: what is wrong with it.
    package init(_ text: String) throws(PreemptWindowError) {
        let parts = text.split(separator: " ").map(String.init)
        guard parts.count == 3 else { throw .wrongForm }
        let times = parts[1].split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        guard times.count == 2 else { throw .badTime(parts[1]) }
        self.text = text
        days = try Self.days(parts[0])
        begin = try Self.minutes(times[0], most: 1439)
        end = try Self.minutes(times[1], most: 1440)
        zone = parts[2]
        if begin == end { throw .empty(parts[1]) }
    }

    /// Whether it is open at a local time; `weekday`: 1 (Monday)...7; `minute`: from midnight.
    package func isOpen(weekday: Int, minute: Int) -> Bool {
        if begin < end { return days.contains(weekday) && begin <= minute && minute < end }
        let yesterday = weekday == 1 ? 7 : weekday - 1
        return days.contains(weekday) && begin <= minute || days.contains(yesterday) && minute < end
    }

    // MARK: Reading

    /// The days' names, Monday first.
    private static let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    private static let everyDay = "Daily"

    private static func days(_ text: String) throws(PreemptWindowError) -> Set<Int> {
        if text == everyDay { return Set(1...7) }
        var days: Set<Int> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
            guard ends.count <= 2, let first = ends.first, let last = ends.last else {
                throw .badDay(String(part), nil)
            }
            var (day, end) = (try number(of: first), try number(of: last))
            // From Saturday to Monday, say, it goes over the end of the week.
            if end < day { end += 7 }
            while day <= end {
                days.insert((day - 1) % 7 + 1)
                day += 1
            }
        }
        return days
    }

    private static func number(of name: String) throws(PreemptWindowError) -> Int {
        if let index = names.firstIndex(of: name) { return index + 1 }
        // Longer names and other cases begin alike.
        let like = names.first { name.lowercased().hasPrefix($0.lowercased()) }
        throw .badDay(name, like ?? Suggestion.nearest(to: name, among: names + [everyDay]))
    }

    private static func minutes(_ text: String, most: Int) throws(PreemptWindowError) -> Int {
        let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        let isNumeric = parts.allSatisfy { $0.count == 2 && $0.allSatisfy { (48...57).contains($0) } }
        guard parts.count == 2, isNumeric, let hour = Int(String(parts[0]) ?? ""),
            let minute = Int(String(parts[1]) ?? ""),
            minute < 60, hour * 60 + minute <= most
        else { throw .badTime(text) }
        return hour * 60 + minute
    }

    /// What is wrong with a text that is no window, or whose zone the system does not know; nil: nothing is.
    ///
    /// `isHelpful`: whether the zone that may have been meant is sought among all, which takes a while.
    static func problem(
        of text: String,
        in zones: ZoneDatabase = .system,
        isHelpful: Bool = true
    ) -> PreemptWindowError? {
        do throws(PreemptWindowError) {
            let window = try PreemptWindow(text)
            if zones.rules(of: window.zone) != nil { return nil }
            if !zones.isThere { return .noZones(window.zone, folder: zones.folder) }
            let like = isHelpful ? Suggestion.nearest(to: window.zone, among: zones.names) : nil
            return .unknownZone(window.zone, like)
        } catch {
            return error
        }
    }
}

/// Why a text is no window.
package enum PreemptWindowError: Error, Sendable, Hashable {
    /// It has not three parts.
    case wrongForm
    /// No name of a day, and the one that may have been meant.
    case badDay(String, String?)
    /// No time of the day, or not two of them.
    case badTime(String)
    /// It ends when it begins.
    case empty(String)
    /// The system knows no zone of that name; and the one that may have been meant.
    case unknownZone(String, String?)
    /// The system knows no zones at all.
    case noZones(String, folder: String)
}

extension PreemptWindowError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .wrongForm: "has not three parts"
        case .badDay(let name, let like): "\(name.quoted) is no day\(Self.hint(like))"
        case .badTime(let text): "\(text.quoted) is no time, from 00:00 to 23:59 (as an end also 24:00)"
        case .empty(let text): "\(text.quoted) ends when it begins; for a whole day give 00:00-24:00"
        case .unknownZone(let name, let like): "there is no time zone \(name.quoted)\(Self.hint(like))"
        case .noZones(let name, let folder):
            "there is no time zone \(name.quoted), for this system has no \(folder); install the package tzdata, or give UTC"
        }
    }

    private static func hint(_ like: String?) -> String { like.map { "; did you mean \($0.quoted)?" } ?? "" }
}

package import Foundation

/// A time with exactly six fractional digits, as Leases and Events demand it; of the years 0 to 9999.
package struct MicroTime: Codable, Sendable, Hashable {
    /// Microseconds since 1970.
    package let microseconds: Int64

    /// The first and the last time that can be written.
    private static let bounds: ClosedRange<Int64> = -62_167_219_200_000_000...253_402_300_799_999_999

    /// The time, or the nearest that can be written.
    package init(microseconds: Int64) {
        self.microseconds = min(max(microseconds, Self.bounds.lowerBound), Self.bounds.upperBound)
    }

    /// A time as Foundation has it, cut to microseconds.
    package init(_ date: Date) {
        let microseconds = (date.timeIntervalSince1970 * 1e6).rounded(.down)
        self.init(microseconds: Int64(exactly: microseconds) ?? (microseconds < 0 ? .min : .max))
    }

    /// Reads RFC 3339 with or without fractional digits; nil for anything else.
    ///
    /// https://www.rfc-editor.org/rfc/rfc3339#section-5.6
    package init?(_ text: String) {
        var reader = Reader(text)
        guard let date = reader.date(), reader.take("T"), let time = reader.time() else { return nil }
        let fraction = reader.take(".") ? reader.fraction() : 0
        guard let fraction, let offset = reader.offset(), reader.isAtEnd else { return nil }
        let seconds = date * 86_400 + time - offset
        let sum = seconds * 1_000_000 + fraction
        guard Self.bounds.contains(sum) else { return nil }
        microseconds = sum
    }

    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let time = MicroTime(text) else {
            let context = DecodingError.Context(
                codingPath: decoder.codingPath,
                debugDescription: "\"\(text.prefix(40))\" is no time"
            )
            throw DecodingError.dataCorrupted(context)
        }
        self = time
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    /// Whole seconds since 1970, rounded down.
    package var seconds: Int64 { (microseconds - fraction) / 1_000_000 }

    /// Microseconds of its second.
    private var fraction: Int64 {
        let rest = microseconds % 1_000_000
        return rest < 0 ? rest + 1_000_000 : rest
    }
}

extension MicroTime: Comparable {
    package static func < (lhs: MicroTime, rhs: MicroTime) -> Bool { lhs.microseconds < rhs.microseconds }
}

extension MicroTime: CustomStringConvertible {
    /// `2026-01-02T03:04:05.000000Z`.
    package var description: String {
        let secondOfDay = ((seconds % 86_400) + 86_400) % 86_400
        let (year, month, day) = Self.civil((seconds - secondOfDay) / 86_400)
        let date = "\(Self.digits(year, 4))-\(Self.digits(month, 2))-\(Self.digits(day, 2))"
        let (hour, minute) = (secondOfDay / 3600, secondOfDay / 60 % 60)
        let time = "\(Self.digits(hour, 2)):\(Self.digits(minute, 2)):\(Self.digits(secondOfDay % 60, 2))"
        return "\(date)T\(time).\(Self.digits(fraction, 6))Z"
    }

    private static func digits(_ number: Int64, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }

    // MARK: The calendar

    /// Days from 1970-01-01 to a day of the Gregorian calendar; years begin in March, so that the leap day is their last.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// The day of the Gregorian calendar so many days from 1970-01-01.
    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    // MARK: Reading

    /// Takes a text apart from its beginning.
    private struct Reader {
        private var rest: Substring.UTF8View

        init(_ text: String) {
            rest = Substring(text).utf8
        }

        var isAtEnd: Bool { rest.isEmpty }

        /// Days since 1970.
        mutating func date() -> Int64? {
            guard let year = number(4), take("-"), let month = number(2), take("-"), let day = number(2),
                (1...12).contains(month), day >= 1, day <= MicroTime.length(ofMonth: month, of: year)
            else { return nil }
            return MicroTime.days(year, month, day)
        }

        /// Seconds of the day; a leap second counts as the first second of the next minute.
        mutating func time() -> Int64? {
            guard let hour = number(2), take(":"), let minute = number(2), take(":"), let second = number(2),
                hour < 24, minute < 60, second <= 60
            else { return nil }
            return hour * 3600 + minute * 60 + second
        }

        /// Microseconds; further digits are left out.
        mutating func fraction() -> Int64? {
            let digits = rest.prefix { (0x30...0x39).contains($0) }
            rest = rest.dropFirst(digits.count)
            let value = digits.prefix(6).reduce(Int64(0)) { $0 * 10 + Int64($1 - 0x30) }
            let missing = 6 - min(6, digits.count)
            return digits.isEmpty ? nil : (0..<missing).reduce(value) { value, _ in value * 10 }
        }

        /// Seconds that the time is ahead of UTC.
        mutating func offset() -> Int64? {
            if take("Z") { return 0 }
            let isBehind = take("-")
            guard isBehind || take("+"), let hours = number(2), take(":"), let minutes = number(2), hours < 24,
                minutes < 60
            else { return nil }
            let seconds = hours * 3600 + minutes * 60
            return isBehind ? -seconds : seconds
        }

        /// Takes one letter, if it comes next; lower case will do.
        mutating func take(_ letter: Unicode.Scalar) -> Bool {
            guard let byte = rest.first, byte == UInt8(ascii: letter) || byte & 0xDF == UInt8(ascii: letter) else {
                return false
            }
            rest = rest.dropFirst()
            return true
        }

        private mutating func number(_ count: Int) -> Int64? {
            let digits = rest.prefix(count)
            guard digits.count == count, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            rest = rest.dropFirst(count)
            return digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
        }
    }

    private static func length(ofMonth month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

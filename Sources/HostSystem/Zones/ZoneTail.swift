/// The rule by which a time zone's clocks change year by year, as a file of zoneinfo ends with it.
///
/// https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap08.html#tag_08_03
struct ZoneTail: Sendable, Hashable {
    /// The day of a change in each year.
    private enum Day: Sendable, Hashable {
        /// Of the month (1...12), its week (1...5, 5: the last) and weekday (0: Sunday).
        case weekday(month: Int64, week: Int64, day: Int64)
        /// 1...365, never counting 29 February.
        case julian(Int64)
        /// 0...365.
        case ofYear(Int64)
    }

    /// A change: its day, and when by the clock before it, in seconds from midnight.
    private struct Change: Sendable, Hashable {
        var day: Day
        var time: Int64
    }

    /// Daylight saving time; nil: none.
    private struct Saving: Sendable, Hashable {
        var offset: Int
        var start: Change
        var end: Change
    }

    private let offset: Int
    private var saving: Saving?

    /// The rule of a text like `CET-1CEST,M3.5.0,M10.5.0/3`; nil if it is none.
    init?(_ text: String) {
        var reader = Reader(rest: Array(text.utf8)[...])
        guard reader.name(), let west = reader.time() else { return nil }
        offset = -Int(west)
        if reader.rest.isEmpty { return }
        guard reader.name() else { return nil }
        var summer = offset + 3600
        if reader.rest.first != UInt8(ascii: ",") {
            guard let west = reader.time() else { return nil }
            summer = -Int(west)
        }
        guard reader.take(","), let start = reader.change(), reader.take(","), let end = reader.change(),
            reader.rest.isEmpty
        else { return nil }
        saving = Saving(offset: summer, start: start, end: end)
    }

    /// Seconds east of UTC at a time, which is in seconds since 1970.
    func offset(at time: Int64) -> Int {
        guard let saving else { return offset }
        let year = Self.year(of: Self.day(of: time + Int64(offset)))
        let start = Self.time(of: saving.start, in: year) - Int64(offset)
        let end = Self.time(of: saving.end, in: year) - Int64(saving.offset)
        // South of the equator it begins in one year and ends in the next.
        let isSaving = start < end ? start <= time && time < end : !(end <= time && time < start)
        return isSaving ? saving.offset : offset
    }

    // MARK: The calendar

    /// By the clock before the change, in seconds since 1970.
    private static func time(of change: Change, in year: Int64) -> Int64 {
        day(of: change.day, in: year) * 86_400 + change.time
    }

    private static func day(of day: Day, in year: Int64) -> Int64 {
        switch day {
        case .ofYear(let number): return days(year, 1) + number
        case .julian(let number): return days(year, 1) + number - 1 + (isLeap(year) && number >= 60 ? 1 : 0)
        case .weekday(let month, let week, let weekday):
            let first = days(year, month)
            let length = (month == 12 ? days(year + 1, 1) : days(year, month + 1)) - first
            // 1970 began on a Thursday.
            let found = first + ((weekday - (first + 4)) % 7 + 7) % 7 + (week - 1) * 7
            return found < first + length ? found : found - 7
        }
    }

    /// Whole days since 1970.
    private static func day(of time: Int64) -> Int64 { (time - ((time % 86_400) + 86_400) % 86_400) / 86_400 }

    private static func isLeap(_ year: Int64) -> Bool { year % 4 == 0 && year % 100 != 0 || year % 400 == 0 }

    /// Days from 1970 to the first day of a month.
    private static func days(_ year: Int64, _ month: Int64) -> Int64 {
        let before = year - 1
        let whole = 365 * (year - 1970) + (before / 4 - 492) - (before / 100 - 19) + (before / 400 - 4)
        let lengths: [Int64] = [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return whole + lengths.prefix(Int(month) - 1).reduce(0, +)
    }

    private static func year(of day: Int64) -> Int64 {
        var year = max(1, 1970 + day / 366)
        while days(year + 1, 1) <= day { year += 1 }
        while year > 1, days(year, 1) > day { year -= 1 }
        return year
    }

    // MARK: Reading

    /// Takes a text apart from its beginning.
    private struct Reader {
        var rest: ArraySlice<UInt8>

        mutating func take(_ character: Character) -> Bool {
            guard rest.first == character.asciiValue else { return false }
            rest.removeFirst()
            return true
        }

        /// Three letters or more, or anything in angle brackets.
        mutating func name() -> Bool {
            if take("<") {
                guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return false }
                rest = rest[(end + 1)...]
                return true
            }
            let letters = rest.prefix { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20) }
            rest = rest.dropFirst(letters.count)
            return letters.count >= 3
        }

        mutating func number(_ range: ClosedRange<Int64>) -> Int64? {
            let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.prefix(4)
            rest = rest.dropFirst(digits.count)
            guard !digits.isEmpty, let number = Int64(String(decoding: digits, as: UTF8.self)) else { return nil }
            return range.contains(number) ? number : nil
        }

        /// Hours, and maybe minutes and seconds, as seconds; files of version 3 have times of up to a week.
        mutating func time() -> Int64? {
            let sign: Int64 = take("-") ? -1 : 1
            if sign == 1 { _ = take("+") }
            guard var seconds = number(0...167).map({ $0 * 3600 }) else { return nil }
            for unit: Int64 in [60, 1] where take(":") {
                guard let part = number(0...59) else { return nil }
                seconds += part * unit
            }
            return sign * seconds
        }

        mutating func change() -> Change? {
            guard let day = day() else { return nil }
            guard take("/") else { return Change(day: day, time: 7200) }
            return time().map { Change(day: day, time: $0) }
        }

        private mutating func day() -> Day? {
            if take("J") { return number(1...365).map(Day.julian) }
            guard take("M") else { return number(0...365).map(Day.ofYear) }
            guard let month = number(1...12), take("."), let week = number(1...5), take("."), let day = number(0...6)
            else { return nil }
            return .weekday(month: month, week: week, day: day)
        }
    }
}

import FailoverCore

/// All targets by number, and their numbers by group and member; numbers are given again.
struct TargetTable {
    /// By number; those of free numbers mean nothing.
    var states: ContiguousArray<TargetState> = []
    private(set) var records: ContiguousArray<TargetRecord?> = []
    private var numbers: [String: [Member.ID: Int]] = [:]
    private var free: [Int] = []

    var count: Int { records.count - free.count }
    var isEmpty: Bool { count == 0 }
    var groups: [String] { Array(numbers.keys) }

    func number(of key: ProbeTarget.Key) -> Int? { numbers[key.group]?[key.member] }

    /// The numbers of a group's targets, by member; empty for a group without any.
    func numbers(of group: String) -> [Member.ID: Int] { numbers[group] ?? [:] }

    mutating func add(_ record: TargetRecord, _ state: TargetState) -> Int {
        let number: Int
        if let reused = free.popLast() {
            number = reused
            states[number] = state
            records[number] = record
        } else {
            number = states.count
            states.append(state)
            records.append(record)
        }
        numbers[record.target.group, default: [:]][record.target.id] = number
        return number
    }

    mutating func remove(_ number: Int) {
        guard let record = records[number] else { return }
        let group = record.target.group
        numbers[group]?[record.target.id] = nil
        if numbers[group]?.isEmpty ?? false { numbers[group] = nil }
        records[number] = nil
        free.append(number)
    }
}

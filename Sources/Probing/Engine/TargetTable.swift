import FailoverCore

/// All targets by number, and their numbers by member; numbers are given again.
struct TargetTable {
    /// By number; those of free numbers mean nothing.
    var states: ContiguousArray<TargetState> = []
    private(set) var records: ContiguousArray<TargetRecord?> = []
    private var numbers: [Member.ID: Int] = [:]
    private var free: [Int] = []

    var count: Int { numbers.count }
    var isEmpty: Bool { numbers.isEmpty }

    func number(of id: Member.ID) -> Int? { numbers[id] }

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
        numbers[record.target.id] = number
        return number
    }

    mutating func remove(_ number: Int) {
        guard let record = records[number] else { return }
        numbers[record.target.id] = nil
        records[number] = nil
        free.append(number)
    }
}

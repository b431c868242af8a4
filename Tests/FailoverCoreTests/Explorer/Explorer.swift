/// Visits every state that can be reached within a number of steps, breadth first, each once.
struct Explorer {
    /// What was found.
    struct Finding {
        var states = 0
        /// Steps tried, whether they led to a new state or not.
        var transitions = 0
        /// The longest schedules that were followed.
        var depth = 0
        /// Whether nothing is left to be explored: every schedule was followed to its end.
        var isComplete = false
        /// States from which the end of all faults was played.
        var ends = 0
        var violation: Violation?
    }

    /// A state that must not be, and the way to it.
    struct Violation: CustomStringConvertible {
        var problem: String
        var trace: [ModelAction]

        var description: String {
            let steps = trace.enumerated().map { "  \($0.offset + 1). \($0.element)" }
            return ([problem] + steps).joined(separator: "\n")
        }
    }

    /// How a state was reached first.
    private struct Origin {
        var parent: Int32
        var action: ModelAction?
    }

    /// A state of the frontier.
    private struct Node: Sendable {
        var state: ModelState
        var number: Int32
    }

    /// A step out of a state of the frontier.
    private struct Successor: Sendable {
        var state: ModelState
        var hash: Int
        var parent: Int32
        var action: ModelAction
    }

    /// What one task made of some states.
    private struct Expansion: Sendable {
        var successors: [Successor] = []
        var transitions = 0
        var ends = 0
        /// The first state from which the end of all faults is not as it should be.
        var fault: (problem: String, number: Int32)?
    }

    /// States that one task expands at a time, and tasks.
    private static let (chunk, width) = (400, 4)

    /// Of so many states, the end of all faults is played from one; 0: of none.
    var endsOneIn: UInt = 8
    private var origins: [Origin] = []
    private var visited: Set<Int> = []

    /// Explores until nothing is left, something is found, or a bound is reached.
    ///
    /// `depth`: the most steps of a schedule.
    /// `limit`: the most states; the exploration ends early, after a whole step.
    mutating func explore(from initial: ModelState, depth: Int, limit: Int) async -> Finding {
        var finding = Finding(states: 1)
        origins = [Origin(parent: -1, action: nil)]
        visited = [initial.hashValue]
        var frontier = [Node(state: initial, number: 0)]
        while finding.depth < depth, finding.states < limit {
            finding.depth += 1
            frontier = await step(frontier, &finding)
            finding.isComplete = frontier.isEmpty && finding.violation == nil
            if finding.violation != nil || frontier.isEmpty { break }
        }
        return finding
    }

    /// Expands a whole frontier.
    ///
    /// - Returns: the next.
    private mutating func step(_ frontier: [Node], _ finding: inout Finding) async -> [Node] {
        var next: [Node] = []
        for start in stride(from: 0, to: frontier.count, by: Self.chunk * Self.width) {
            let end = min(start + Self.chunk * Self.width, frontier.count)
            for expansion in await expand(frontier[start..<end]) {
                finding.transitions += expansion.transitions
                finding.ends += expansion.ends
                if let (problem, number) = expansion.fault {
                    finding.violation = Violation(problem: problem, trace: trace(to: number))
                    return []
                }
                for successor in expansion.successors where visited.insert(successor.hash).inserted {
                    let number = Int32(origins.count)
                    origins.append(Origin(parent: successor.parent, action: successor.action))
                    finding.states += 1
                    if let problem = successor.state.violation {
                        finding.violation = Violation(problem: problem, trace: trace(to: number))
                        return []
                    }
                    next.append(Node(state: successor.state, number: number))
                }
            }
        }
        return next
    }

    private func expand(_ nodes: ArraySlice<Node>) async -> [Expansion] {
        await withTaskGroup(of: Expansion.self) { group in
            for start in stride(from: nodes.startIndex, to: nodes.endIndex, by: Self.chunk) {
                let part = nodes[start..<min(start + Self.chunk, nodes.endIndex)]
                group.addTask { [visited, endsOneIn] in Self.expand(part, visited, endsOneIn) }
            }
            var expansions: [Expansion] = []
            for await expansion in group { expansions.append(expansion) }
            return expansions
        }
    }

    private static func expand(_ nodes: ArraySlice<Node>, _ visited: Set<Int>, _ endsOneIn: UInt) -> Expansion {
        var expansion = Expansion()
        for node in nodes {
            if endsOneIn > 0, UInt(node.number) % endsOneIn == 0 {
                expansion.ends += 1
                if let problem = node.state.faultOfTheEnd, expansion.fault == nil {
                    expansion.fault = (problem, node.number)
                }
            }
            for action in node.state.actions {
                var state = node.state
                state.perform(action)
                expansion.transitions += 1
                let hash = state.hashValue
                if visited.contains(hash) { continue }
                expansion.successors.append(Successor(state: state, hash: hash, parent: node.number, action: action))
            }
        }
        return expansion
    }

    private func trace(to number: Int32) -> [ModelAction] {
        var trace: [ModelAction] = []
        var at = number
        while at >= 0 {
            let origin = origins[Int(at)]
            if let action = origin.action { trace.append(action) }
            at = origin.parent
        }
        return trace.reversed()
    }
}

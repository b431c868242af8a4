import Repeatable

/// Looks for a moment at which two candidates would write.
struct ElectionExplorer {
    /// What was found, and how.
    struct Finding: CustomStringConvertible {
        var states = 0
        /// The steps to two leaders, if there are any.
        var trace: [ElectionModel.Step]?

        var description: String { "\(states) states" + (trace.map { ", two leaders after \($0)" } ?? "") }
    }

    /// Every state within the bounds, the nearest first.
    ///
    /// `until`: true time in milliseconds; `limit`: states at most.
    static func breadthFirst(from start: ElectionModel, until: Int, limit: Int) -> Finding {
        var seen: Set<ElectionModel> = [start]
        var origin: [(state: ElectionModel, parent: Int, step: ElectionModel.Step?)] = [(start, -1, nil)]
        var next = 0
        while next < origin.count, origin.count < limit {
            let state = origin[next].state
            for step in state.steps {
                var after = state
                after.take(step)
                guard after.now <= until, seen.insert(after).inserted else { continue }
                origin.append((after, next, step))
                if after.leaders.count > 1 {
                    return Finding(states: origin.count, trace: trace(origin.count - 1, origin))
                }
            }
            next += 1
        }
        return Finding(states: origin.count)
    }

    private static func trace(
        _ last: Int,
        _ origin: [(state: ElectionModel, parent: Int, step: ElectionModel.Step?)]
    ) -> [ElectionModel.Step] {
        var (steps, index): ([ElectionModel.Step], Int) = ([], last)
        while index >= 0, let step = origin[index].step {
            steps.append(step)
            index = origin[index].parent
        }
        return steps.reversed()
    }

    /// A walk of a seed: many steps, each drawn from what may happen; time passes seldom while something is on its way.
    static func walk(from start: ElectionModel, seed: UInt64, steps count: Int) -> (end: ElectionModel, Finding) {
        var generator = SeededGenerator(seed: seed)
        var (state, trace): (ElectionModel, [ElectionModel.Step]) = (start, [])
        for _ in 0..<count {
            let steps = state.steps
            let isTick = generator.next() % 3 == 0
            let step = isTick ? .tick : steps[Int(generator.next() % UInt64(steps.count))]
            state.take(step)
            trace.append(step)
            if state.leaders.count > 1 { return (state, Finding(states: trace.count, trace: trace)) }
        }
        return (state, Finding(states: count))
    }

    /// Lets everything go right for a while.
    ///
    /// `milliseconds`: of true time.
    static func calm(_ start: ElectionModel, for milliseconds: Int) -> ElectionModel {
        var state = start
        let end = start.now + milliseconds
        while state.now < end {
            let step = state.steps.first { step in
                switch step {
                case .wake, .watch, .deliver, .answer, .want: true
                case .tick, .staleWatch, .deliverTwice, .dropRequest, .giveUp, .answerTwice, .dropAnswer, .release,
                    .crash:
                    false
                }
            }
            state.take(step ?? .tick)
        }
        return state
    }
}

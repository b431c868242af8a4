/// A place in the tree of a configuration, like `groups[2].probe.httpGet.port`.
struct NodePath {
    /// One step down.
    enum Step {
        /// To the value of a mapping.
        case key(String)
        /// To an entry of a list, from 0.
        case index(Int)
    }

    /// From the root.
    private(set) var steps: [Step]

    /// `steps`: from the root.
    init(_ steps: [Step] = []) {
        self.steps = steps
    }

    /// Goes one step down.
    mutating func push(_ step: Step) { steps.append(step) }

    /// Goes one step up; not at the root.
    mutating func pop() { steps.removeLast() }

    /// A place further down.
    func appending(_ more: [Step]) -> NodePath { NodePath(steps + more) }
}

extension NodePath.Step: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    /// A key.
    init(stringLiteral key: String) { self = .key(key) }

    /// An index.
    init(integerLiteral index: Int) { self = .index(index) }
}

extension NodePath: CustomStringConvertible {
    /// Like `groups[2].probe`; empty for the root.
    var description: String {
        steps.reduce(into: "") { text, step in
            switch step {
            case .key(let key): text += text.isEmpty ? key : ".\(key)"
            case .index(let index): text += "[\(index)]"
            }
        }
    }
}

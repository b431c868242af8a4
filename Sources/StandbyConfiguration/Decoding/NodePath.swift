/// A place in the tree of a configuration, like `groups[2].probe.httpGet.port`.
struct NodePath {
    /// One step down.
    enum Step {
        case key(String)
        case index(Int)
    }

    /// From the root.
    private(set) var steps: [Step]

    init(_ steps: [Step] = []) {
        self.steps = steps
    }

    mutating func push(_ step: Step) { steps.append(step) }

    mutating func pop() { steps.removeLast() }

    func appending(_ more: [Step]) -> NodePath { NodePath(steps + more) }
}

extension NodePath.Step: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    init(stringLiteral key: String) { self = .key(key) }

    init(integerLiteral index: Int) { self = .index(index) }
}

extension NodePath: CustomStringConvertible {
    var description: String {
        steps.reduce(into: "") { text, step in
            switch step {
            case .key(let key): text += text.isEmpty ? key : ".\(key)"
            case .index(let index): text += "[\(index)]"
            }
        }
    }
}

import YAMLDocument

/// A group as it is written and as it is meant, so that a mistake can be reported where it is to be corrected.
struct InheritedNode {
    /// As written.
    let own: YAMLNode
    /// With `defaults` merged in.
    let merged: YAMLNode

    /// Where a value stands, and how it came there.
    struct Place {
        /// From the file's root.
        var path: NodePath
        /// Where a mistake is mended.
        var mark: YAMLMark
        /// The alias and the line of `defaults` on the way, if any.
        var notes: [DiagnosticNote]
        /// The line in `defaults` that the value came from; nil if it is the group's own.
        var defaultsLine: Int?
    }

    /// Finds the deepest node on the way of `steps` that exists.
    ///
    /// A value that `defaults` gave to a mapping that the group itself writes is reported at the group; one that the group does
    /// not even mention is reported in `defaults`.
    func place(of steps: [NodePath.Step], in group: NodePath) -> Place {
        let meant = Self.walk(merged, steps)
        let written = Self.walk(own, steps)
        let notes = meant.aliasMark.map { [DiagnosticNote.alias(line: $0.line)] } ?? []
        guard meant.depth > written.depth else {
            return Place(path: group.appending(steps), mark: meant.mark, notes: notes, defaultsLine: nil)
        }
        let line = meant.mark.line
        if written.depth == 0 {
            let path = NodePath(["defaults"]).appending(steps)
            return Place(path: path, mark: meant.mark, notes: notes, defaultsLine: line)
        }
        return Place(
            path: group.appending(steps),
            mark: written.mark,
            notes: notes + [.fromDefaults(line: line)],
            defaultsLine: line
        )
    }

    /// Where a value was written: at the group, or in `defaults`, where it is reported once for all groups that have it from there.
    func origin(of steps: [NodePath.Step], in group: NodePath) -> Place {
        let place = place(of: steps, in: group)
        guard place.defaultsLine != nil else { return place }
        let meant = Self.walk(merged, steps)
        return Place(
            path: NodePath(["defaults"]).appending(steps),
            mark: meant.mark,
            notes: place.notes.filter { if case .alias = $0 { true } else { false } },
            defaultsLine: place.defaultsLine
        )
    }

    private static func walk(
        _ root: YAMLNode,
        _ steps: [NodePath.Step]
    ) -> (depth: Int, mark: YAMLMark, aliasMark: YAMLMark?) {
        var node = root
        var aliasMark = root.aliasMark
        for (depth, step) in steps.enumerated() {
            let next: YAMLNode? =
                switch step {
                case .key(let key): node[key]
                case .index(let index): node.sequence.flatMap { $0.indices.contains(index) ? $0[index] : nil }
                }
            guard let next else { return (depth, node.mark, aliasMark) }
            node = next
            aliasMark = next.aliasMark ?? aliasMark
        }
        return (steps.count, node.mark, aliasMark)
    }
}

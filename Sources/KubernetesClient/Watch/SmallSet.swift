/// A set that seldom has more than one element, which then takes no memory of its own.
///
/// Informers keep several for each group, and there may be 10,000 groups.
struct SmallSet<Element: Hashable> {
    private enum Contents {
        case none
        case one(Element)
        case several(Set<Element>)
    }

    private var contents = Contents.none

    /// Whether it has no element.
    var isEmpty: Bool { if case .none = contents { true } else { false } }

    /// How many elements it has.
    var count: Int {
        switch contents {
        case .none: 0
        case .one: 1
        case .several(let elements): elements.count
        }
    }

    /// The same elements.
    var all: Set<Element> {
        switch contents {
        case .none: []
        case .one(let element): [element]
        case .several(let elements): elements
        }
    }

    /// Takes an element in; nothing changes if it is there.
    mutating func insert(_ element: Element) {
        switch contents {
        case .none: contents = .one(element)
        case .one(let other) where other == element: break
        case .one(let other): contents = .several([other, element])
        case .several(var elements):
            // The set is to have one owner while it is changed.
            contents = .none
            elements.insert(element)
            contents = .several(elements)
        }
    }

    /// Takes an element out; nothing changes if it is not there.
    mutating func remove(_ element: Element) {
        switch contents {
        case .none: break
        case .one(let other): if other == element { contents = .none }
        case .several(var elements):
            contents = .none
            elements.remove(element)
            contents = elements.count > 1 ? .several(elements) : elements.first.map(Contents.one) ?? .none
        }
    }

    /// Adds its elements to others.
    func add(to others: inout Set<Element>) {
        switch contents {
        case .none: break
        case .one(let element): others.insert(element)
        case .several(let elements): others.formUnion(elements)
        }
    }
}

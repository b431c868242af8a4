import Testing

@testable import KubernetesClient

/// The index finds what asking everybody would find.
@Suite struct InformerIndexTests {
    /// An index, and beside it what is in it, to be asked the long way.
    private struct Checked {
        var index = InformerIndex()
        var scopes: [Int: (scope: InformerScope, place: InformerIndex.Place)] = [:]
        var objects: [String: [String: String]] = [:]

        mutating func file(_ id: Int, _ scope: InformerScope) {
            let place = index.place(for: scope)
            let isIndexed = index.isIndexed(place)
            index.file(id, at: place)
            if !isIndexed { for (name, labels) in objects { index.insert(name, labels: labels) } }
            scopes[id] = (scope, place)
        }

        mutating func remove(_ id: Int) {
            guard let known = scopes.removeValue(forKey: id) else { return }
            index.remove(id, from: known.place)
        }

        mutating func put(_ name: String, _ labels: [String: String]?) {
            if let old = objects[name] { index.remove(name, labels: old) }
            objects[name] = labels
            if let labels { index.insert(name, labels: labels) }
        }

        /// Everybody whom an object concerns is among those that the index names, and the other way round for objects.
        func check() {
            for (name, labels) in objects {
                let wanted = Set(scopes.filter { $0.value.scope.contains(name: name, labels: labels) }.keys)
                let found = index.subscribers(of: name, labels: labels)
                #expect(found.isSuperset(of: wanted), "\(name): \(wanted.subtracting(found))")
            }
            for (id, known) in scopes {
                guard let found = index.objects(at: known.place) else { continue }
                let wanted = objects.filter { known.scope.contains(name: $0.key, labels: $0.value) }.keys
                #expect(found.isSuperset(of: wanted), "\(id): \(Set(wanted).subtracting(found))")
            }
        }
    }

    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 33)
        }
    }

    private static func labels(_ random: inout Generator) -> [String: String] {
        let pairs = (0..<3).compactMap { key in
            Bool.random(using: &random) ? ("k\(key)", "v\(Int.random(in: 0...2, using: &random))") : nil
        }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    @Test(arguments: 1...20) func findsEverybodyWhatever(seed: UInt64) {
        var random = Generator(state: seed)
        var checked = Checked()
        for step in 0..<300 {
            let name = "o\(Int.random(in: 0..<20, using: &random))"
            switch Int.random(in: 0..<6, using: &random) {
            case 0: checked.file(step, .labels(Self.labels(&random)))
            case 1: checked.file(step, .name(name))
            case 2: if let id = checked.scopes.keys.sorted().randomElement(using: &random) { checked.remove(id) }
            case 3: checked.put(name, nil)
            default: checked.put(name, Self.labels(&random))
            }
            checked.check()
        }
    }

    /// Ten thousand groups that differ in one label each: an object is asked of few.
    @Test func filesUnderTheLabelThatTellsMost() {
        var index = InformerIndex()
        for id in 0..<1000 {
            let scope = InformerScope.labels(["role": "active", "app": "a\(id)"])
            index.file(id, at: index.place(for: scope))
        }
        let found = index.subscribers(of: "x", labels: ["role": "active", "app": "a7"])
        #expect(found == [7])
    }

    @Test func forgetsObjectsAndKeepsSubscribers() {
        var index = InformerIndex()
        let place = index.place(for: .labels(["app": "a"]))
        index.file(1, at: place)
        index.insert("x", labels: ["app": "a"])
        index.insert("y", labels: ["app": "b"])
        index.removeObjects()
        #expect(index.objects(at: place) == [] && index.subscribers(of: "x", labels: ["app": "a"]) == [1])
        #expect(index.objects(at: .everything) == nil && index.objects(at: .name("x")) == ["x"])
    }
}

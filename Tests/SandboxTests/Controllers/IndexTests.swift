import Testing

@testable import Sandbox

@Suite struct IndexTests {
    private static func key(_ name: String, namespace: String = "n") -> ObjectKey {
        ObjectKey(.services, namespace: namespace, name: name)
    }

    @Test func findsTheSelectorsOfAnObject() {
        var index = SelectorIndex()
        index.set(["app": "web", "role": "active"], of: Self.key("web"))
        index.set(["role": "active", "app": "db"], of: Self.key("db"))
        index.set(["app": "web"], of: Self.key("all"))
        index.set(["app": "web"], of: Self.key("other", namespace: "m"))
        index.set([:], of: Self.key("none"))
        let active = index.selecting(["app": "web", "role": "active", "x": "1"], namespace: "n")
        #expect(active == [Self.key("web"), Self.key("all")])
        #expect(index.selecting(["app": "web"], namespace: "n") == [Self.key("all")])
        index.set(["app": "mail"], of: Self.key("all"))
        index.set(nil, of: Self.key("web"))
        #expect(index.selecting(["app": "web", "role": "active"], namespace: "n").isEmpty)
    }

    @Test func findsTheObjectsOfASelector() {
        var index = LabelIndex()
        index.set(["app": "web", "role": "active"], of: Self.key("b"))
        index.set(["app": "web"], of: Self.key("a"))
        #expect(index.having(all: ["app": "web"], namespace: "n") == [Self.key("a"), Self.key("b")])
        #expect(index.having(all: ["app": "web", "role": "active"], namespace: "n") == [Self.key("b")])
        index.set(["app": "db"], of: Self.key("b"))
        #expect(index.having(all: ["app": "web", "role": "active"], namespace: "n").isEmpty)
        index.set(nil, of: Self.key("a"))
        #expect(index.having(all: ["app": "web"], namespace: "n").isEmpty)
    }
}

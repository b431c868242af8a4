import Testing

@testable import Sandbox

@Suite struct PatchTests {
    @Test func mergesContainersByNameAndReplacesOtherLists() {
        let old: JSONValue = [
            "containers": [["name": "a", "image": "1", "args": ["x"]], ["name": "b", "image": "1"]],
            "names": ["p", "q"],
        ]
        let patch: JSONValue = ["containers": [["name": "b", "image": "2"], ["name": "c"]], "names": ["r"]]
        #expect(
            StrategicMergePatch.merge(patch, into: old) == [
                "containers": [
                    ["name": "a", "image": "1", "args": ["x"]], ["name": "b", "image": "2"], ["name": "c"],
                ], "names": ["r"],
            ]
        )
    }

    @Test func obeysTheDirectives() {
        let old: JSONValue = [
            "containers": [["name": "a"], ["name": "b"]], "metadata": ["labels": ["x": "1", "y": "2"]],
            "finalizers": ["p", "q"], "strategy": ["type": "A", "rolling": ["max": 1]],
        ]
        let patch: JSONValue = [
            "containers": [["name": "a", "$patch": "delete"]], "$setElementOrder/containers": [["name": "b"]],
            "metadata": ["labels": ["$patch": "replace", "z": "3"]], "$deleteFromPrimitiveList/finalizers": ["p"],
            "strategy": ["$retainKeys": ["type"], "type": "B"],
        ]
        #expect(
            StrategicMergePatch.merge(patch, into: old) == [
                "containers": [["name": "b"]], "metadata": ["labels": ["z": "3"]], "finalizers": ["q"],
                "strategy": ["type": "B"],
            ]
        )
    }

    @Test(
        arguments: [
            ([["op": "add", "path": "/list/-", "value": 3]], ["list": [1, 2, 3], "a": ["b": "c"]]),
            ([["op": "add", "path": "/list/0", "value": 0]], ["list": [0, 1, 2], "a": ["b": "c"]]),
            ([["op": "remove", "path": "/list/0"]], ["list": [2], "a": ["b": "c"]]),
            ([["op": "replace", "path": "/list/1", "value": 9]], ["list": [1, 9], "a": ["b": "c"]]),
            ([["op": "move", "from": "/a/b", "path": "/d"]], ["list": [1, 2], "a": [:], "d": "c"]),
            ([["op": "copy", "from": "/a/b", "path": "/d"]], ["list": [1, 2], "a": ["b": "c"], "d": "c"]),
            ([["op": "test", "path": "/list/1", "value": 2]], ["list": [1, 2], "a": ["b": "c"]]),
        ] as [(JSONValue, JSONValue)]
    )
    func appliesOperations(patch: JSONValue, expected: JSONValue) throws {
        #expect(try JSONPatch.apply(patch, to: ["list": [1, 2], "a": ["b": "c"]]) == expected)
    }

    @Test(arguments: ["/list/5", "/nothing/x", "/list/x"])
    func refusesPlacesThatAreNotThere(path: String) {
        #expect(throws: APIFailure.self) {
            try JSONPatch.apply([["op": "replace", "path": .string(path), "value": 1]], to: ["list": [1, 2]])
        }
    }
}

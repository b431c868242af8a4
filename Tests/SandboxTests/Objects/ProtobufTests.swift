import Testing

@testable import Sandbox

@Suite struct ProtobufTests {
    /// `kubectl create configmap c --from-literal=a=b`, as it goes over the wire.
    private static let configMap: [UInt8] =
        [0x6B, 0x38, 0x73, 0x00] + field(1, field(1, Array("v1".utf8)) + field(2, Array("ConfigMap".utf8)))
        + field(
            2,
            field(1, field(1, Array("c".utf8)) + field(2, []) + field(7 << 3, varint: 0)) + field(2, entry("a", "b"))
        )

    private static func field(_ number: Int, _ bytes: [UInt8]) -> [UInt8] {
        [UInt8(number << 3 | 2), UInt8(bytes.count)] + bytes
    }

    private static func field(_ tag: Int, varint: UInt8) -> [UInt8] { [UInt8(tag), varint] }

    private static func entry(_ key: String, _ value: String) -> [UInt8] {
        field(1, Array(key.utf8)) + field(2, Array(value.utf8))
    }

    @Test func readsAnObject() {
        #expect(
            ProtobufReader.object(Self.configMap) == [
                "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "c"], "data": ["a": "b"],
            ]
        )
    }

    @Test func neverCrashesOnWhatIsCutOrBent() {
        for end in 0..<Self.configMap.count {
            _ = ProtobufReader.object(Array(Self.configMap[..<end]))
        }
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            var bytes = Self.configMap
            for _ in 0..<3 { bytes[Int.random(in: 4..<bytes.count, using: &generator)] = .random(in: 0...255) }
            _ = ProtobufReader.object(bytes)
        }
        #expect(ProtobufReader.object(Array("{}".utf8)) == nil)
    }
}

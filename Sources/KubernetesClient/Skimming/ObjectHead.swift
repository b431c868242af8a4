/// What tells whether an object is worth decoding.
struct ObjectHead: Sendable, Hashable {
    /// The object's name; empty: it was not found.
    var name = ""
    /// Nil: it was not found.
    var resourceVersion: String?
    /// Empty: it has none.
    var labels: [String: String] = [:]

    /// Reads an object's `metadata` and nothing behind it; nil if that cannot be done at a glance.
    init?(_ object: [UInt8]) {
        var skimmer = JSONSkimmer(object)
        guard let head = Self.object(&skimmer) else { return nil }
        self = head
    }

    /// A head; the parameters are the properties.
    init(name: String = "", resourceVersion: String? = nil, labels: [String: String] = [:]) {
        self.name = name
        self.resourceVersion = resourceVersion
        self.labels = labels
    }

    /// The type of a watch's event, and the head of its object; nil if that cannot be had at a glance.
    static func event(_ frame: [UInt8]) -> (type: String, head: ObjectHead)? {
        var skimmer = JSONSkimmer(frame)
        var (type, head): (String?, ObjectHead?)
        var isReadable = true
        let isObject = skimmer.members { skimmer, name in
            switch name {
            case _ where name.elementsEqual("type".utf8):
                type = skimmer.string()
                isReadable = type != nil
            case _ where name.elementsEqual("object".utf8):
                head = object(&skimmer)
                // The type comes first; what comes behind the metadata is not looked at.
                return false
            default: isReadable = skimmer.skip()
            }
            return isReadable
        }
        guard isObject, isReadable, let type, let head else { return nil }
        return (type, head)
    }

    private static func object(_ skimmer: inout JSONSkimmer) -> ObjectHead? {
        var head: ObjectHead?
        var isReadable = true
        let isObject = skimmer.members { skimmer, name in
            if name.elementsEqual("metadata".utf8) {
                head = metadata(&skimmer)
                return false
            }
            isReadable = skimmer.skip()
            return isReadable
        }
        return isObject && isReadable ? head : nil
    }

    private static func metadata(_ skimmer: inout JSONSkimmer) -> ObjectHead? {
        var head = ObjectHead()
        var isReadable = true
        let isObject = skimmer.members { skimmer, name in
            switch name {
            case _ where name.elementsEqual("name".utf8):
                head.name = skimmer.string() ?? ""
                isReadable = !head.name.isEmpty
            case _ where name.elementsEqual("resourceVersion".utf8):
                head.resourceVersion = skimmer.string()
                isReadable = head.resourceVersion != nil
            case _ where name.elementsEqual("labels".utf8):
                guard let labels = labels(&skimmer) else {
                    isReadable = false
                    break
                }
                head.labels = labels
            default: isReadable = skimmer.skip()
            }
            return isReadable
        }
        return isObject && isReadable && !head.name.isEmpty ? head : nil
    }

    private static func labels(_ skimmer: inout JSONSkimmer) -> [String: String]? {
        var labels: [String: String] = [:]
        var isReadable = true
        let isObject = skimmer.members { skimmer, name in
            guard let value = skimmer.string(), !name.contains(UInt8(ascii: "\\")) else {
                isReadable = false
                return false
            }
            labels[String(decoding: name, as: UTF8.self)] = value
            return true
        }
        return isObject && isReadable ? labels : nil
    }
}

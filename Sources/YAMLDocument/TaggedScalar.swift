/// Scalars with an explicit tag.
enum TaggedScalar {
    /// The value that `text` has under `tag`; nil if it is not of that type.
    static func value(of text: String, tag: String, at mark: YAMLMark) throws(YAMLError) -> YAMLScalar.Value? {
        switch tag {
        case "!", "tag:yaml.org,2002:str": return .string(text)
        case "tag:yaml.org,2002:null": return CoreSchema.resolve(text) == .null ? .null : nil
        case "tag:yaml.org,2002:bool":
            if case .bool(let value) = CoreSchema.resolve(text) { return .bool(value) }
            return nil
        case "tag:yaml.org,2002:int": return CoreSchema.integer(text).map(YAMLScalar.Value.int)
        case "tag:yaml.org,2002:float":
            return (CoreSchema.float(text) ?? CoreSchema.integer(text).map(Double.init)).map(YAMLScalar.Value.float)
        default: throw YAMLError(.unsupportedTag(tag), at: mark)
        }
    }
}

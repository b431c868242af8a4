/// Scalars with an explicit tag.
enum TaggedScalar {
    /// The scalar that `raw` is under its tag.
    ///
    /// - Throws: if the text is not of that type, or the type is none of YAML's core.
    static func scalar(_ raw: EventParser.Scalar, tag: String, at mark: YAMLMark) throws(YAMLError) -> YAMLScalar {
        switch tag {
        case "!", "tag:yaml.org,2002:str": return YAMLScalar(text: raw.text, style: raw.style, typing: .string)
        case "tag:yaml.org,2002:null", "tag:yaml.org,2002:bool", "tag:yaml.org,2002:int":
            let scalar = YAMLScalar(text: raw.text, style: raw.style, typing: .core)
            if Self.tag(of: scalar.value) == tag { return scalar }
        case "tag:yaml.org,2002:float":
            let scalar = YAMLScalar(text: raw.text, style: raw.style, typing: .float)
            if Self.tag(of: scalar.value) == tag { return scalar }
        default: throw YAMLError(.unsupportedTag(tag), at: mark)
        }
        throw YAMLError(.doesNotFitTag(tag, text: raw.text), at: mark)
    }

    private static func tag(of value: YAMLScalar.Value) -> String {
        switch value {
        case .null: "tag:yaml.org,2002:null"
        case .bool: "tag:yaml.org,2002:bool"
        case .int: "tag:yaml.org,2002:int"
        case .float: "tag:yaml.org,2002:float"
        case .string: "tag:yaml.org,2002:str"
        }
    }
}

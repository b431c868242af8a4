/// What a YAML text holds, and every mistake found in it.
package struct YAMLReading: Sendable {
    /// One document of the text.
    package struct Document: Sendable {
        package var root: YAMLNode
        /// Mistakes that do not keep the rest from being read, in file order; at most `YAMLLimits.problems`.
        package var problems: [YAMLError]
    }

    /// The documents that could be read to their end.
    package var documents: [Document]
    /// The mistake that ended the reading; nil if the text was read to its end.
    package var failure: YAMLError?
}

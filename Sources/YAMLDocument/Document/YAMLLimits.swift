/// Bounds on a YAML text, so that a hostile one costs bounded time and memory.
package struct YAMLLimits: Sendable, Hashable {
    /// Bytes of text.
    package var bytes = 16 * 1024 * 1024
    /// Collections inside collections.
    package var depth = 64
    /// Nodes of a text, aliases expanded.
    package var nodes = 1_000_000
    /// Lines that begin with `%`, as directives do.
    package var directives = 1000
    /// Mistakes of a document that are listed.
    package var problems = 1000

    package init() {}
}

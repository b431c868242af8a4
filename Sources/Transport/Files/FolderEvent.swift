/// What happened to an entry of a watched folder.
package struct FolderEvent: Sendable, Hashable {
    /// How far the change is.
    package enum Kind: Sendable, Hashable {
        /// An entry came into being: a link, which is complete, or a file, which is not.
        case created
        /// A file was written to and is not closed yet.
        case modified
        /// A file was closed after writing or moved into its place.
        case complete
        /// An entry, or the folder itself, is gone.
        case gone
    }

    /// The entry's name; empty for the folder itself.
    package var name: String
    package var kind: Kind
}

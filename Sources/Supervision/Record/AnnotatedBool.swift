/// What somebody wrote by hand where yes or no is expected.
enum AnnotatedBool: Sendable, Hashable {
    /// `true`, in whatever case.
    case yes
    /// `false`, in whatever case.
    case no

    /// Nil: it is neither.
    init?(_ text: String) {
        switch text.lowercased() {
        case "true": self = .yes
        case "false": self = .no
        default: return nil
        }
    }
}

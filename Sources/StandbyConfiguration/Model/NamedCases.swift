extension CaseIterable where Self: RawRepresentable, RawValue == String {
    /// The names of all cases, as the configuration file spells them.
    package static var names: [String] { allCases.map(\.rawValue) }
}

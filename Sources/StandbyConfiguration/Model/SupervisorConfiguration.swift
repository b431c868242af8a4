/// What one configuration file says, decoded and valid.
package struct SupervisorConfiguration: Sendable, Hashable {
    /// In file order; may be empty.
    package var groups: [GroupConfiguration]

    package init(groups: [GroupConfiguration]) {
        self.groups = groups
    }
}

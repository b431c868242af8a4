/// What one configuration file says, decoded and valid.
package struct SupervisorConfiguration: Sendable, Hashable {
    /// The only `apiVersion` there is.
    static let apiVersion = "kube-standby.io/v1"
    /// The only `kind` there is.
    static let kind = "StandbyConfiguration"

    /// In file order; may be empty.
    package var groups: [GroupConfiguration]

    package init(groups: [GroupConfiguration]) {
        self.groups = groups
    }

    /// The configuration with every default filled in, as the file would write it.
    package var effective: ConfigurationValue { Self.fields.write(self) }
}

extension SupervisorConfiguration {
    /// The whole file.
    static let fields = FieldTable("configuration", SupervisorConfiguration(groups: [])) {
        Field.fixed("apiVersion", apiVersion).says("The version of the file format")
        Field.fixed("kind", kind).says("What the document is")
        Field.unread("defaults", .object(GroupConfiguration.fields.schema.inheritable(named: "defaults")))
            .says("Fields that every group has unless it gives them itself")
        Field.required("groups", \.groups, .list(.object(GroupConfiguration.fields)))
            .says("The groups to supervise; may be empty")
    }
}

/// What one configuration file says, decoded and valid.
package struct SupervisorConfiguration: Sendable, Hashable {
    /// The only `apiVersion` there is.
    static let apiVersion = "kube-standby.io/v1"
    /// The only `kind` there is.
    static let kind = "StandbyConfiguration"

    /// In file order; may be empty.
    package var groups: [GroupConfiguration]
    /// Who is told of what becomes of the groups.
    package var notifications: [NotificationConfiguration]

    /// `groups`: with unique names.
    package init(groups: [GroupConfiguration], notifications: [NotificationConfiguration] = []) {
        self.groups = groups
        self.notifications = notifications
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
        Field.defaulted("notifications", \.notifications, .list(.object(NotificationConfiguration.fields)))
            .says("Who is told of what becomes of the groups, by HTTP")
        Field.required("groups", \.groups, .list(.object(GroupConfiguration.fields)))
            .says("The groups to supervise; may be empty")
    }
}

/// What distinguishes two configurations, group by group, by name.
package struct ConfigurationDiff: Sendable, Hashable {
    /// Names, in the order of the newer file.
    package private(set) var added: [String] = []
    /// Names of groups that are in both and differ, in the order of the newer file.
    package private(set) var changed: [String] = []
    /// Names, in the order of the older file.
    package private(set) var removed: [String] = []
    /// How many groups are the same in both.
    package private(set) var unchangedCount = 0

    /// Compares two configurations that are valid.
    package init(from old: SupervisorConfiguration, to new: SupervisorConfiguration) {
        let before = Dictionary(old.groups.map { ($0.name, $0) }) { first, _ in first }
        for group in new.groups {
            switch before[group.name] {
            case .none: added.append(group.name)
            case .some(let known) where known == group: unchangedCount += 1
            case .some: changed.append(group.name)
            }
        }
        let names = Set(new.groups.map(\.name))
        removed = old.groups.map(\.name).filter { !names.contains($0) }
    }

    /// How many groups, without their names, like `2 added; 1 changed; 7 unchanged`.
    package var counts: String {
        let parts = [("added", added.count), ("changed", changed.count), ("removed", removed.count)].filter { $0.1 > 0 }
        return (parts.map { "\($0.1) \($0.0)" } + ["\(unchangedCount) unchanged"]).joined(separator: "; ")
    }

    /// Whether the two say the same.
    package var isEmpty: Bool { added.isEmpty && changed.isEmpty && removed.isEmpty }
}

extension ConfigurationDiff: CustomStringConvertible {
    /// Names listed of each kind.
    private static let listed = 10

    /// Like `added a, b; changed c; 7 unchanged`.
    package var description: String {
        let parts = [("added", added), ("changed", changed), ("removed", removed)].compactMap {
            verb,
            names -> String? in
            if names.isEmpty { return nil }
            let rest = names.count - Self.listed
            return "\(verb) \(names.prefix(Self.listed).joined(separator: ", "))"
                + (rest > 0 ? " and \(rest) more" : "")
        }
        return (parts + ["\(unchangedCount) unchanged"]).joined(separator: "; ")
    }
}

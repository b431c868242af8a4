/// A record together with the Lease version that it was read from or stored as.
package struct StoredRecord: Sendable, Hashable {
    /// The Lease's identity and version: what an update must name so that it replaces exactly this.
    package struct Version: Sendable, Hashable {
        /// The Lease's `metadata.uid`.
        package var uid: String
        /// The Lease's `metadata.resourceVersion`.
        package var version: ObjectVersion

        package init(uid: String, version: ObjectVersion) {
            self.uid = uid
            self.version = version
        }
    }

    package var record: GroupRecord
    package var version: Version

    package init(record: GroupRecord, version: Version) {
        self.record = record
        self.version = version
    }
}

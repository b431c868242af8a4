/// A pod that was active, and may act so until there is a proof that it does not.
///
/// It stands in the record from the announcement of the move that leaves it until another pod is promoted, so that whoever takes over
/// in between goes on waiting.
package struct OutgoingMember: Sendable, Hashable {
    /// The pod's name.
    package var name: String
    /// Its uid: one that is recreated under the same name is another.
    package var id: Member.ID
    /// Of the record that named it first: if it is passive at that epoch or a later one, it was demoted.
    package var epoch: Epoch
    /// How long it is waited for, as of when the record was read or made.
    package var waited: Duration

    /// `waited`: zero: it is left just now.
    package init(name: String, id: Member.ID, epoch: Epoch, waited: Duration = .zero) {
        self.name = name
        self.id = id
        self.epoch = epoch
        self.waited = waited
    }
}

import Foundation
import Testing

@testable import KubernetesClient

/// What anybody may have written into objects that others have to read and write, too.
@Suite struct HostileTextTests {
    /// The API server counts bytes, and a single character may have any number of them.
    @Test(arguments: ["a", "ä", "\u{1D165}", "e" + String(repeating: "\u{1D165}", count: 300)])
    func anEventsNoteIsAcceptedByTheServer(character: String) {
        let note = String(repeating: character, count: 2000)
        let event = Event(
            name: "web.1",
            at: MicroTime(microseconds: 0),
            controller: "c",
            instance: String(repeating: "ä", count: 200),
            action: "Decide",
            reason: "Flapping",
            type: .warning,
            note: note,
            regarding: .init(Service.resource, namespace: "shop", name: "web", uid: nil)
        )
        #expect(event.note.utf8.count <= 1024 && event.note.utf8.count > 1000 && event.note.hasSuffix("…"))
        #expect(event.reportingInstance.utf8.count <= 128)
    }

    @Test func aNoteThatFitsIsLeftAsItIs() {
        let event = Event(
            name: "web.1",
            at: MicroTime(microseconds: 0),
            controller: "c",
            instance: "i",
            action: "Decide",
            reason: "Flapping",
            type: .warning,
            note: String(repeating: "ä", count: 512),
            regarding: .init(Service.resource, namespace: "shop", name: "web", uid: nil)
        )
        #expect(event.note == String(repeating: "ä", count: 512))
    }

    /// Whoever may write one Lease must not make the list of all of them unreadable.
    @Test(arguments: ["9999-12-31T23:59:59.999999-23:59", "10000-01-01T00:00:00Z", "yesterday", ""])
    func aLeaseWithATimeThatIsNoneIsReadWithoutIt(time: String) throws {
        let text = """
            {"metadata": {"name": "a"},
             "spec": {"holderIdentity": "b", "acquireTime": "\(time)", "renewTime": "\(time)", "leaseTransitions": 3}}
            """
        let lease = try JSONDecoder().decode(Lease.self, from: Data(text.utf8))
        #expect(lease.spec?.acquireTime == nil && lease.spec?.renewTime == nil)
        #expect(lease.spec?.holderIdentity == "b" && lease.spec?.leaseTransitions == 3)
    }
}

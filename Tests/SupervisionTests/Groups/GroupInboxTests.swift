import Testing

@testable import Supervision

@Suite(.timeLimit(.minutes(5))) struct GroupInboxTests {
    /// Whoever begins to run the group calls for its first task.
    @Test func nobodyIsWokenBeforeTheFirstTaskHasAttended() {
        let inbox = GroupInbox()
        #expect(!inbox.post(.recovered(.pods)) && !inbox.signal())
        #expect(inbox.hasInputs)
    }

    @Test func aGroupAtRestIsWokenOnce() {
        let inbox = GroupInbox()
        _ = inbox.attend()
        #expect(inbox.rest())
        #expect(inbox.post(.recovered(.pods)))
        #expect(!inbox.post(.claimsChanged) && !inbox.signal())
    }

    @Test func aTaskThatAttendsIsSignalledAndStaysForWhatIsUnread() async throws {
        let inbox = GroupInbox()
        var signals = try #require(inbox.attend()).makeAsyncIterator()
        #expect(await signals.next() != nil)
        #expect(!inbox.post(.recovered(.pods)) && !inbox.post(.failing(.pods, "no")))
        #expect(await signals.next() != nil)
        #expect(!inbox.rest())
        // The later of the two is true, and the only one that is left.
        #expect(inbox.takeAll().map(\.key) == [.connection(.pods)])
        #expect(inbox.rest())
    }

    /// What has a turn does not wait behind those that have only something to take in.
    @Test func aCallWakesAtOnceAlsoWhoIsWokenAlready() async {
        let inbox = GroupInbox()
        _ = inbox.attend()
        #expect(inbox.rest())
        #expect(inbox.post(.claimsChanged))
        #expect(inbox.call {} == .wakes)
        #expect(inbox.call {} == .attended && !inbox.post(.recovered(.pods)))
        #expect(inbox.attend() != nil)
        #expect(inbox.attend() == nil, "the task that was called for first finds another one")
        #expect(!inbox.rest())
        #expect(inbox.takeCalls().count == 2)
        _ = inbox.takeAll()
        #expect(inbox.rest())
        #expect(inbox.attend() == nil, "or that all is done")
    }

    @Test func whatIsCalledAtTheEndIsGivenBackAndWhatIsCalledLaterIsNotTaken() {
        let inbox = GroupInbox()
        _ = inbox.attend()
        #expect(inbox.call {} == .attended)
        #expect(inbox.close().count == 1)
        #expect(inbox.call {} == .closed && !inbox.post(.claimsChanged))
        #expect(inbox.close().isEmpty && inbox.attend() == nil)
    }

    /// Many threads at once: a group at rest is woken by exactly one of them.
    @Test func ofManyWhoPostAtOnceOneWakes() async {
        let inbox = GroupInbox()
        for _ in 0..<200 {
            _ = inbox.attend()
            _ = inbox.takeAll()
            #expect(inbox.rest())
            let wakes = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<4 { group.addTask { inbox.post(.recovered(.pods)) } }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(wakes == 1)
        }
    }
}

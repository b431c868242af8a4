import FailoverCore
import Foundation
import KubernetesClient
import Testing

@testable import Supervision

/// What is owed stands on the Lease, so that whoever takes over runs it.
@Suite struct StoredHookTests {
    private static let now = Date(timeIntervalSince1970: 1_700_000_000)

    private static func call(_ kind: HookKind = .demote, time: Int64? = nil) -> HookCall {
        HookCall(
            kind: kind,
            pod: "web-0",
            id: .init("u"),
            epoch: Epoch(7),
            from: ["web-0"],
            to: "web-1",
            cause: .fenced,
            time: time
        )
    }

    private static func lease(_ hooks: [HookCall], base: Lease? = nil, now: Date = now) -> Lease {
        var record = GroupRecord(holder: nil, epoch: Epoch(7), origin: .intended, writer: "w", reason: "r")
        record.hooks = hooks
        return RecordMapping.lease(record, group: "g", namespace: "n", base: base, now: now)
    }

    private static func text(_ lease: Lease) -> String? {
        lease.metadata.annotations?[RecordMapping.Annotation.hooks]
    }

    @Test func whatIsOwedIsReadAsItWasWritten() {
        let lease = Self.lease([Self.call(), Self.call(.promote)])
        let first =
            #"{"cause":"Fenced","epoch":7,"from":["web-0"],"hook":"onDemote","pod":"web-0","time":"2023-11-14T22:13:20.000000Z","to":"web-1","uid":"u"}"#
        #expect(Self.text(lease)?.hasPrefix("[" + first) == true)
        let time = Int64(1_700_000_000_000_000)
        #expect(
            RecordMapping.stored(lease, now: Self.now).record.hooks == [
                Self.call(time: time), Self.call(.promote, time: time),
            ]
        )
    }

    @Test func itKeepsTheTimeOfItsMove() {
        let first = Self.lease([Self.call()])
        let later = Self.now.addingTimeInterval(10)
        #expect(Self.text(Self.lease([Self.call()], base: first, now: later)) == Self.text(first))
        let known = RecordMapping.stored(first, now: later).record.hooks
        #expect(Self.text(Self.lease(known, base: first, now: later)) == Self.text(first))
    }

    @Test func aMoveToNobodyNamesNone() {
        var call = Self.call()
        call.to = nil
        let lease = Self.lease([call])
        #expect(Self.text(lease)?.contains(#""to""#) == false)
        #expect(RecordMapping.stored(lease, now: Self.now).record.hooks.map(\.to) == [nil])
    }

    @Test func whereNothingIsOwedThereIsNoAnnotation() {
        #expect(Self.text(Self.lease([])) == nil)
        #expect(Self.text(Self.lease([], base: Self.lease([Self.call()]))) == nil)
    }

    /// A cause that only another version knows stays as it wrote it.
    @Test func anotherVersionsCauseIsKept() {
        var base = Self.lease([Self.call()])
        let text = Self.text(base)?.replacing("Fenced", with: "Whimsical")
        base.metadata.annotations?[RecordMapping.Annotation.hooks] = text
        let read = RecordMapping.stored(base, now: Self.now).record.hooks
        #expect(read.map(\.cause) == [.other])
        #expect(Self.text(Self.lease(read, base: base)) == text)
    }

    @Test(arguments: [
        "nonsense", "{}", #"[{"hook":"onDemote"}]"#,
        #"[{"cause":"Fenced","epoch":7,"from":[],"hook":"onWhim","pod":"a","time":"2023-11-14T22:13:20Z","uid":"u"}]"#,
        #"[{"cause":"Fenced","epoch":-1,"from":[],"hook":"onDemote","pod":"a","time":"2023-11-14T22:13:20Z","uid":"u"}]"#,
        #"[{"cause":"Fenced","epoch":7,"from":[],"hook":"onDemote","pod":"a b","time":"2023-11-14T22:13:20Z","uid":"u"}]"#,
        #"[{"cause":"Fenced","epoch":7,"from":[],"hook":"onDemote","pod":"a","time":"2023-11-14T22:13:20Z","uid":""}]"#,
    ])
    func whatCannotBeReadIsOwedToNobody(text: String) {
        var lease = Self.lease([])
        lease.metadata.annotations?[RecordMapping.Annotation.hooks] = text
        #expect(RecordMapping.stored(lease, now: Self.now).record.hooks == [])
    }

    @Test func ofMoreThanAnybodyWritesTheNewestAreRead() {
        let calls = (1...40).map { number in
            var call = Self.call()
            call.epoch = Epoch(number)
            return call
        }
        let read = RecordMapping.stored(Self.lease(calls), now: Self.now).record.hooks
        #expect(read.map(\.epoch.number) == Array(25...40))
    }
}

import Glibc
import Testing

@testable import HostSystem

@Suite struct OrphanReaperTests {
    private typealias Zombie = OrphanReaper.Zombie
    private let start = ContinuousClock.now

    @Test func reapsAtOnceWhatACommandLeftBehind() {
        var reaper = OrphanReaper()
        let orphans = [Zombie(process: 12, group: 11), Zombie(process: 13, group: 11)]
        #expect(reaper.due(among: orphans, own: [], now: start) == [12, 13])
    }

    @Test func leavesAChildToWhoeverWaitsForIt() {
        var reaper = OrphanReaper()
        let child = [Zombie(process: 11, group: 11)]
        for seconds in [0, 60, 3600] {
            #expect(reaper.due(among: child, own: [11], now: start + .seconds(seconds)).isEmpty)
        }
    }

    @Test(arguments: [11, getpgrp()])
    func waitsForWhatMayBeAChildThatHasJustBegun(group: Int32) {
        var reaper = OrphanReaper()
        let unknown = [Zombie(process: 11, group: group)]
        #expect(reaper.due(among: unknown, own: [], now: start).isEmpty)
        #expect(reaper.due(among: unknown, own: [], now: start + .seconds(29)).isEmpty)
        #expect(reaper.due(among: unknown, own: [], now: start + .seconds(30)) == [11])
    }

    @Test func countsFromNewWhenANumberIsAnothersByNow() {
        var reaper = OrphanReaper()
        let unknown = [Zombie(process: 11, group: 11)]
        #expect(reaper.due(among: unknown, own: [], now: start).isEmpty)
        #expect(reaper.due(among: [], own: [], now: start + .seconds(10)).isEmpty)
        #expect(reaper.due(among: unknown, own: [], now: start + .seconds(35)).isEmpty)
    }

    @Test func knowsAChildFromItsStartToItsEnd() async throws {
        let child = OwnChildren.Child()
        child.started(987_654_321)
        #expect(OwnChildren.all.contains(987_654_321))
        child.ended()
        #expect(!OwnChildren.all.contains(987_654_321))
    }
}

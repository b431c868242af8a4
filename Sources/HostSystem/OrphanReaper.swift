import Coordination
import Foundation
import Glibc

/// Ends orphans for good: as process 1 of a container we inherit what commands leave behind, and nobody else takes note of its end.
///
/// A command of `sh -c 'a | b'` that is killed leaves two processes, whose parent we become. Where we are not process 1, whoever is
/// inherits them, and so we are no subreaper: it would be one more who can forget to wait.
///
/// Children of our own are left to those who wait for them. Each leads its own process group, before it becomes the command; an
/// orphan that was a member of a command's group does not lead one, and is reaped at once. One that leads a group may be a child that
/// began a moment ago: it is reaped when nobody has waited for it for a while.
package struct OrphanReaper: Sendable {
    /// A dead child that nobody has waited for.
    struct Zombie: Sendable, Hashable {
        /// Its process ID.
        var process: Int32
        /// Its process group's ID.
        var group: Int32
    }

    /// How long a zombie that could be a child of our own is left alone.
    static let patience: Duration = .seconds(30)

    private var firstSeen: [Int32: ContinuousClock.Instant] = [:]

    /// A reaper that has seen nothing yet.
    package init() {}

    /// Whether orphans become children of this process.
    package static var isNeeded: Bool { getpid() == 1 }

    /// Looks once.
    package mutating func reap() {
        for process in due(among: Self.zombies(of: getpid()), own: OwnChildren.all, now: .now) {
            _ = waitpid(process, nil, WNOHANG)
        }
    }

    /// Which zombies are to be waited for now.
    ///
    /// `own`: children that somebody waits for.
    mutating func due(among zombies: [Zombie], own: Set<Int32>, now: ContinuousClock.Instant) -> [Int32] {
        let strangers = zombies.filter { !own.contains($0.process) }
        let present = Set(strangers.map(\.process))
        firstSeen = firstSeen.filter { present.contains($0.key) }
        return strangers.filter { zombie in
            // A child that has not become its command yet is still in our own group.
            if zombie.group != zombie.process, zombie.group != getpgrp() { return true }
            let first = firstSeen[zombie.process] ?? now
            firstSeen[zombie.process] = first
            return now - first >= Self.patience
        }.map(\.process)
    }

    /// By the kernel's list of processes, which in a container is short.
    ///
    /// https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    private static func zombies(of parent: Int32) -> [Zombie] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { Int32($0) }.compactMap { process in
            guard let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return nil }
            // The program's name may hold spaces and brackets: state, parent and group follow its last bracket.
            let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
            guard fields.count > 3, fields[1] == "Z", Int32(fields[2]) == parent, let group = Int32(fields[3]) else {
                return nil
            }
            return Zombie(process: process, group: group)
        }
    }
}

/// The children that somebody here waits for, so that nobody else takes their exit status away.
enum OwnChildren {
    private static let running = Locked<Set<Int32>>([])

    /// One child, known from its start until its end was waited for.
    final class Child: Sendable {
        private let process = Locked<Int32?>(nil)

        /// The child runs.
        func started(_ process: Int32) {
            self.process.withLock { $0 = process }
            OwnChildren.running.withLock { _ = $0.insert(process) }
        }

        /// The child was waited for, or could not be.
        func ended() {
            if let process = process.withLock({ $0 }) { OwnChildren.running.withLock { _ = $0.remove(process) } }
        }
    }

    /// The process IDs of all that run now.
    static var all: Set<Int32> { running.withLock { $0 } }
}

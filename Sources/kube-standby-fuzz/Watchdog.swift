import Foundation
import Synchronization

/// Ends the process if one input takes too long, or the memory grows; keeps the number of the input in a file, for the case
/// that the process dies.
final class Watchdog: Sendable {
    private static let patience: UInt64 = 5
    private static let memoryLimit = 1024

    private let seed: UInt64
    private let current = Atomic<UInt64>(0)
    private let note: FileHandle
    /// Where the number of the input is noted.
    private let path: String

    /// `seed`: named in the note about an input that hangs or crashes.
    init(seed: UInt64) {
        self.seed = seed
        path = FileManager.default.temporaryDirectory.appending(path: "kube-standby-fuzz-\(seed)").path(
            percentEncoded: false
        )
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        note = FileHandle(forWritingAtPath: path) ?? .nullDevice
        print("the number of the input is in \(path), should this end early")
    }

    /// Notes which input comes next.
    func began(_ number: UInt64) {
        current.store(number, ordering: .relaxed)
        try? note.seek(toOffset: 0)
        try? note.write(contentsOf: Data("\(number)\n".utf8))
    }

    /// Looks every few seconds whether the input is another one.
    func start() {
        Thread.detachNewThread { [self] in
            var last = UInt64.max
            while true {
                Thread.sleep(forTimeInterval: TimeInterval(Self.patience))
                let number = current.load(ordering: .relaxed)
                if number == last { fail("takes longer than \(Self.patience) s") }
                last = number
            }
        }
    }

    /// Megabytes that the process needed at most.
    var peakMegabytes: Int {
        var usage = rusage()
        _ = unsafe getrusage(Int32(bitPattern: UInt32(RUSAGE_SELF.rawValue)), &usage)
        return usage.ru_maxrss / 1024
    }

    /// Throws if the process has ever held more than the limit.
    func checkMemory() throws(Trial.Broken) {
        let peak = peakMegabytes
        if peak > Self.memoryLimit { throw Trial.Broken(description: "\(peak) MB of memory") }
    }

    private func fail(_ words: String) -> Never {
        let number = current.load(ordering: .relaxed)
        FileHandle.standardError.write(Data("input \(number) of seed \(seed) \(words)\n".utf8))
        exit(1)
    }
}

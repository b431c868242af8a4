import ArgumentParser
import Foundation
import StandbyConfiguration
import YAMLDocument

/// Feeds mutated configurations to the parser, the checker and the printer, or mutated answers of an API server to all that
/// hears of them.
///
/// Every input follows from the seed and its number, so that one that kills the process can be made again.
@main
struct Fuzz: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kube-standby-fuzz",
        abstract: "Feed mutated configurations, or answers of an API server, and check what must hold for each.",
        discussion: """
            Ends with 1 if an input takes longer than 5 s, if the memory grows beyond 1 GiB, or if a valid configuration does not
            survive being printed and read again. After a crash, --only N makes input N again, and --show prints it.

            With --cluster the corpus is a folder of recorded exchanges. Objects are decoded and mapped, and a group decides on
            them: nothing may trap, no two members may be promoted, and nothing may be written that an API server refuses.
            """
    )

    @Option(help: "How many inputs.")
    var inputs = 1_000_000

    @Option(help: "At most so many seconds; 0: no limit.")
    var seconds = 0

    @Option(help: "What the inputs follow from.")
    var seed: UInt64 = 1

    @Option(help: "One input only.")
    var only: UInt64?

    @Flag(help: "Print the input.")
    var show = false

    @Flag(help: "Feed answers of an API server instead of configurations.")
    var cluster = false

    @Argument(help: "Files to start from; folders are searched.")
    var corpus: [String]

    func run() throws {
        if cluster {
            let trial = try ClusterTrial()
            let mutator = ClusterMutator(corpus: try corpus.flatMap(ClusterMutator.corpus), seed: seed)
            try feed { number in
                let input = mutator.input(number)
                return (input.text, { () throws(Trial.Broken) in try trial.run(input, number: number) })
            }
        } else {
            let mutator = Mutator(corpus: try Self.texts(corpus), seed: seed)
            try feed { number in
                let input = mutator.input(number)
                return (input, { () throws(Trial.Broken) in try Trial(input).run() })
            }
        }
    }

    /// What an input is, and how it is tried.
    private typealias Feed = (UInt64) -> (text: [UInt8], trial: () throws(Trial.Broken) -> Trial.Verdict)

    /// Feeds as many inputs as were asked for.
    private func feed(_ input: Feed) throws {
        if let only {
            let (text, trial) = input(only)
            if show { FileHandle.standardOutput.write(Data(text)) }
            _ = try trial()
            return
        }
        let watchdog = Watchdog(seed: seed)
        watchdog.start()
        let start = ContinuousClock.now
        var tally = Tally()
        for number in 0..<UInt64(inputs) {
            watchdog.began(number)
            let (text, trial) = input(number)
            do {
                tally.count(try trial(), bytes: text.count)
            } catch {
                throw Trial.Broken(description: "input \(number) of seed \(seed): \(error)")
            }
            if number % 1000 == 0 {
                try watchdog.checkMemory()
                if seconds > 0, ContinuousClock.now - start > .seconds(seconds) { break }
            }
        }
        print(tally.text(in: ContinuousClock.now - start, memory: watchdog.peakMegabytes))
    }

    private static func texts(_ paths: [String]) throws -> [[UInt8]] {
        let files = paths.flatMap { path -> [String] in
            guard let found = FileManager.default.enumerator(atPath: path)?.allObjects as? [String], !found.isEmpty
            else { return [path] }
            return found.sorted().filter { $0.hasSuffix(".yaml") }.map { "\(path)/\($0)" }
        }
        let texts = try files.map { Array(try Data(contentsOf: URL(filePath: $0))) }
        if texts.isEmpty { throw ValidationError("the corpus is empty") }
        return texts
    }
}

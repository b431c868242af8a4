import ArgumentParser
import Foundation
import StandbyConfiguration
import YAMLDocument

/// Feeds mutated configurations to the parser, the checker and the printer.
///
/// Every input follows from the seed and its number, so that one that kills the process can be made again.
@main
struct Fuzz: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kube-standby-fuzz",
        abstract: "Feed mutated configurations to the reader, and check what must hold for each.",
        discussion: """
            Ends with 1 if an input takes longer than 5 s, if the memory grows beyond 1 GiB, or if a valid configuration does not
            survive being printed and read again. After a crash, --only N makes input N again, and --show prints it.
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

    @Argument(help: "Files to start from; folders are searched.")
    var corpus: [String]

    func run() throws {
        let mutator = Mutator(corpus: try Self.texts(corpus), seed: seed)
        if let only {
            let input = mutator.input(only)
            if show { FileHandle.standardOutput.write(Data(input)) }
            try Trial(input).run()
            return
        }
        let watchdog = Watchdog(seed: seed)
        watchdog.start()
        let start = ContinuousClock.now
        var tally = Tally()
        for number in 0..<UInt64(inputs) {
            let input = mutator.input(number)
            watchdog.began(number)
            tally.count(try Trial(input).run(), bytes: input.count)
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

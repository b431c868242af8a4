import Foundation
import HostSystem
import StandbyConfiguration

/// Why something could not be read.
struct LoadingError: Error, CustomStringConvertible {
    var description: String
}

/// The one configuration that a command works with.
struct LoadedConfiguration {
    /// What the file says; it has no mistakes.
    let configuration: SupervisorConfiguration
    /// The file's content.
    let bytes: [UInt8]

    /// Warnings that are printed: a thousand of them would fill a pipe that nobody reads, and hold up the start.
    private static let mostWarnings = 20

    /// The content of a configuration file; one that is too large is cut, and refused by the parser in its own words.
    static func bytes(of file: String) throws(RegularFile.Failure) -> [UInt8] {
        try RegularFile.beginning(of: file, limit: ConfigurationReading.sizeLimit)
    }

    /// Reads a file, prints what is wrong with it and answers the configuration.
    ///
    /// `quotesSource`: whether lines of the file are printed, too.
    /// - Throws: the exit code of a file that cannot be read or has mistakes.
    static func load(_ file: String, quotesSource: Bool = true) throws -> LoadedConfiguration {
        let bytes: [UInt8]
        do throws(RegularFile.Failure) {
            bytes = try Self.bytes(of: file)
        } catch {
            StandardError.print("\(error)")
            throw ExitStatus.unreachable.exitCode
        }
        let reading = ConfigurationReading(bytes)
        var printer = DiagnosticPrinter(.text, quotesSource: quotesSource)
        guard let configuration = reading.configuration else {
            printer.print(reading.diagnostics, file: file, source: bytes)
            throw ExitStatus.mistakes.exitCode
        }
        printer.print(Array(reading.diagnostics.prefix(mostWarnings)), file: file, source: bytes)
        let rest = reading.diagnostics.count - mostWarnings
        if rest > 0 { StandardError.print("\(rest) more warnings: kube-standby validate \(file) prints them all") }
        return LoadedConfiguration(configuration: configuration, bytes: bytes)
    }
}

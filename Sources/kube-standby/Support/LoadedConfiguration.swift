import Foundation
import KubernetesClient
import StandbyConfiguration

/// Why a configuration file could not be read.
struct LoadingError: Error, CustomStringConvertible {
    var description: String
}

/// A configuration file that was read, and what is wrong with it.
struct LoadedConfiguration {
    /// The file's name for messages.
    let name: String
    let reading: ConfigurationReading
    private let bytes: [UInt8]

    /// `file`: a path, or `-` for standard input.
    init(file: String) throws(LoadingError) {
        name = file == "-" ? "<stdin>" : file
        if file == "-" {
            bytes = Array(FileHandle.standardInput.readDataToEndOfFile())
        } else {
            do throws(CredentialError) {
                bytes = try FileReading.bytes(of: file)
            } catch {
                throw LoadingError(description: "\(error)")
            }
        }
        reading = ConfigurationReading(bytes)
    }

    /// Every diagnostic as compilers print it.
    var renderedDiagnostics: [String] {
        let text = DiagnosticText(file: name, source: bytes)
        return reading.diagnostics.map(text.render)
    }
}

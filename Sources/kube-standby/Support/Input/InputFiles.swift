import Foundation
import KubernetesClient
import StandbyConfiguration

/// The texts that a command was given to read: files, the YAML files of folders, or standard input.
struct InputFiles {
    /// One text.
    struct Input {
        /// A path, or `<stdin>`.
        var name: String
        var bytes: [UInt8]
        /// Whether it was found in a folder, where it may be something else than a configuration.
        var isFromFolder: Bool
    }

    /// Reads each path's texts in order; those that cannot be read are errors of their own.
    static func read(_ paths: [String]) -> [Result<Input, LoadingError>] {
        paths.flatMap { path -> [Result<Input, LoadingError>] in
            if ["-", "/dev/stdin"].contains(path) { return [standardInput()] }
            guard isFolder(path) else { return [read(path, isFromFolder: false)] }
            do {
                let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
                let files = names.filter { !$0.hasPrefix(".") && ($0.hasSuffix(".yaml") || $0.hasSuffix(".yml")) }
                if files.isEmpty {
                    return [.failure(LoadingError(description: "\(path): the folder holds no *.yaml or *.yml file"))]
                }
                return files.map { read((path as NSString).appendingPathComponent($0), isFromFolder: true) }
            } catch {
                return [.failure(LoadingError(description: "\(path): the folder cannot be read"))]
            }
        }
    }

    private static func isFolder(_ path: String) -> Bool {
        (try? URL(filePath: path).resourceValues(forKeys: [.isDirectoryKey]).isDirectory) ?? false
    }

    private static func read(_ path: String, isFromFolder: Bool) -> Result<Input, LoadingError> {
        do throws(CredentialError) {
            return .success(
                Input(name: path, bytes: try LoadedConfiguration.bytes(of: path), isFromFolder: isFromFolder)
            )
        } catch {
            return .failure(LoadingError(description: "\(error)"))
        }
    }

    private static func standardInput() -> Result<Input, LoadingError> {
        do {
            let bytes = try FileReading.bytes(of: .standardInput, limit: ConfigurationReading.sizeLimit)
            return .success(Input(name: "<stdin>", bytes: bytes, isFromFolder: false))
        } catch {
            return .failure(LoadingError(description: "standard input cannot be read"))
        }
    }
}

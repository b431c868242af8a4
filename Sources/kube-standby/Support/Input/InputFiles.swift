import Foundation
import HostSystem
import StandbyConfiguration

/// The texts that a command was given to read: files, the YAML files of folders, or standard input.
struct InputFiles {
    /// One text.
    struct Input {
        /// A path, or `<stdin>`.
        var name: String
        /// The whole content.
        var bytes: [UInt8]
        /// Whether it was found in a folder, where it may be something else than a configuration.
        var isFromFolder: Bool
    }

    /// Reads each path's texts in order; those that cannot be read are errors of their own.
    static func read(_ paths: [String]) -> [Result<Input, LoadingError>] {
        paths.flatMap { path -> [Result<Input, LoadingError>] in
            if ["-", "/dev/stdin"].contains(path) { return [standardInput()] }
            guard isFolder(path) else { return [read(path, isFromFolder: false)] }
            do throws(LoadingError) {
                return try files(in: path, endings: ["yaml", "yml"]).map { read($0, isFromFolder: true) }
            } catch {
                return [.failure(error)]
            }
        }
    }

    /// The paths of a folder's files with one of these endings, sorted; hidden ones are left out.
    ///
    /// - Throws: if there is no such folder, or no such file in it.
    static func files(in folder: String, endings: [String]) throws(LoadingError) -> [String] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        } catch {
            let reason =
                isFolder(folder)
                ? "the folder cannot be read"
                : FileManager.default.fileExists(atPath: folder) ? "it is no folder" : "there is no such folder"
            throw LoadingError(description: "\(folder): \(reason)")
        }
        let files = names.filter { name in
            !name.hasPrefix(".") && endings.contains { name.hasSuffix(".\($0)") }
        }
        if files.isEmpty {
            let patterns = endings.map { "*.\($0)" }
            let list = patterns.dropLast().joined(separator: ", ") + " or " + patterns.suffix(1).joined()
            throw LoadingError(description: "\(folder): the folder holds no \(list) file")
        }
        return files.map { (folder as NSString).appendingPathComponent($0) }
    }

    private static func isFolder(_ path: String) -> Bool {
        (try? URL(filePath: path).resourceValues(forKeys: [.isDirectoryKey]).isDirectory) ?? false
    }

    private static func read(_ path: String, isFromFolder: Bool) -> Result<Input, LoadingError> {
        do throws(RegularFile.Failure) {
            return .success(
                Input(name: path, bytes: try LoadedConfiguration.bytes(of: path), isFromFolder: isFromFolder)
            )
        } catch {
            return .failure(LoadingError(description: "\(error)"))
        }
    }

    private static func standardInput() -> Result<Input, LoadingError> {
        do {
            let bytes = try RegularFile.bytes(of: .standardInput, limit: ConfigurationReading.sizeLimit)
            return .success(Input(name: "<stdin>", bytes: bytes, isFromFolder: false))
        } catch {
            return .failure(LoadingError(description: "standard input cannot be read"))
        }
    }
}

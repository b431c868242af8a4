package import Foundation
import Glibc

/// A folder laid out as the kubelet lays out a mounted ConfigMap: the files are links through `..data`, which is a link to
/// a folder that is replaced as a whole.
///
/// https://kubernetes.io/docs/concepts/configuration/configmap/#mounted-configmaps-are-updated-automatically
package final class MountedConfigMap: Sendable {
    private let folder: URL
    private let name: String

    /// Where the file is seen.
    package var path: String { folder.appending(path: name).path(percentEncoded: false) }

    /// Makes the folder with one file.
    package init(in parent: URL, name: String = "config.yaml", content: String) throws {
        folder = parent.appending(path: "mount-\(UUID().uuidString)")
        self.name = name
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try update(content)
        try FileManager.default.createSymbolicLink(
            atPath: path,
            withDestinationPath: "..data/\(name)"
        )
    }

    /// Replaces the content as the kubelet does: a new folder, a link beside the old one, and one rename.
    package func update(_ content: String) throws {
        let data = folder.appending(path: "..data").path(percentEncoded: false)
        let previous = try? FileManager.default.destinationOfSymbolicLink(atPath: data)
        let generation = "..2026_11_22_12_00_00.\(UInt32.random(in: 0...UInt32.max))"
        let next = folder.appending(path: generation)
        try FileManager.default.createDirectory(at: next, withIntermediateDirectories: false)
        try Data(content.utf8).write(to: next.appending(path: name))
        let temporary = folder.appending(path: "..data_tmp").path(percentEncoded: false)
        try FileManager.default.createSymbolicLink(atPath: temporary, withDestinationPath: generation)
        guard unsafe rename(temporary, data) == 0 else { throw CocoaError(.fileWriteUnknown) }
        if let previous { try FileManager.default.removeItem(at: folder.appending(path: previous)) }
    }
}

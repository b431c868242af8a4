import Foundation
import YAMLDocument

/// The entries of one or several kubeconfig files.
///
/// https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
struct Kubeconfig {
    /// One named entry and the folder of the file that it came from.
    struct Entry {
        var node: YAMLNode
        var folder: String
    }

    var currentContext: String?
    var clusters: [String: Entry] = [:]
    var users: [String: Entry] = [:]
    var contexts: [String: Entry] = [:]

    /// Merges files: for each name the first file that has it gives the whole entry.
    static func merged(_ files: [String]) throws(CredentialError) -> Kubeconfig {
        var merged = Kubeconfig()
        for file in files {
            let next = try Kubeconfig(file: file)
            merged.currentContext = merged.currentContext ?? next.currentContext
            merged.clusters.merge(next.clusters) { first, _ in first }
            merged.users.merge(next.users) { first, _ in first }
            merged.contexts.merge(next.contexts) { first, _ in first }
        }
        return merged
    }

    private init() {}

    private init(file: String) throws(CredentialError) {
        let bytes = try Secret.file(file).bytes()
        let root: YAMLNode
        do throws(YAMLError) {
            root = try YAMLDocument.parse(bytes)
        } catch {
            throw .malformed(file: file, reason: "line \(error.mark.line): \(error)")
        }
        guard root.mapping != nil else { throw .malformed(file: file, reason: "the file holds no mapping") }
        let folder = URL(filePath: file).deletingLastPathComponent().path(percentEncoded: false)
        currentContext = root["current-context"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        clusters = try Self.entries(of: root, "clusters", "cluster", folder: folder, file: file)
        users = try Self.entries(of: root, "users", "user", folder: folder, file: file)
        contexts = try Self.entries(of: root, "contexts", "context", folder: folder, file: file)
    }

    private static func entries(
        of root: YAMLNode,
        _ list: String,
        _ kind: String,
        folder: String,
        file: String
    ) throws(CredentialError) -> [String: Entry] {
        var entries: [String: Entry] = [:]
        for item in root[list]?.sequence ?? [] {
            guard let name = item["name"]?.scalar?.text else {
                throw .malformed(file: file, reason: "line \(item.mark.line): an entry of \(list) has no name")
            }
            let empty = YAMLNode(content: .mapping([]), mark: item.mark)
            let entry = Entry(node: item[kind] ?? empty, folder: folder)
            if entries.updateValue(entry, forKey: name) != nil {
                throw .malformed(file: file, reason: "line \(item.mark.line): \(kind) \"\(name)\" is given twice")
            }
        }
        return entries
    }
}

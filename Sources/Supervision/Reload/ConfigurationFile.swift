import Coordination
import Foundation
import HostSystem
import KubernetesClient
import StandbyConfiguration

/// The configuration file: where it really is, and whether its content is another than before.
final class ConfigurationFile: Sendable {
    /// What a look at the file gave.
    enum Look: Sendable {
        /// The content is what it was.
        case unchanged
        /// Why, in words.
        case unreadable(String)
        /// All bytes of the file.
        case content([UInt8])
    }

    /// A file that is open for writing is not read until it is closed, but for no longer than this.
    private static let longestWriting: Duration = .seconds(10)

    private struct State: Sendable {
        /// What was seen last, valid or not; nil if it could not be read.
        var seen: [UInt8]?
        var writingSince: ContinuousClock.Instant?
    }

    /// As given on the command line.
    let path: String
    private let state: Locked<State>

    /// `initial`: the content that is running.
    init(path: String, initial: [UInt8]) {
        self.path = path
        state = Locked(State(seen: initial))
    }

    /// The folder of the path, and the folder that symbolic links lead to.
    var folders: Set<String> {
        let real = URL(filePath: path).resolvingSymlinksInPath().deletingLastPathComponent().path(percentEncoded: false)
        return [Self.folder(of: path), real]
    }

    private static func folder(of path: String) -> String {
        URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
    }

    private var isLink: Bool {
        (try? URL(filePath: path).resourceValues(forKeys: [.isSymbolicLinkKey]).isSymbolicLink) ?? false
    }

    /// Notes whether somebody is in the middle of writing the file.
    func noted(_ event: FolderEvent) {
        guard event.name == URL(filePath: path).lastPathComponent else { return }
        state.withLock { state in
            switch event.kind {
            case .created where isLink: state.writingSince = nil
            case .created, .modified: state.writingSince = state.writingSince ?? .now
            case .complete, .gone: state.writingSince = nil
            }
        }
    }

    /// Reads the file, and returns its content if it is another than at the last look, or if that is demanded.
    @concurrent
    func read(isDemanded: Bool) async -> Look {
        let isBeingWritten = state.withLock { $0.writingSince.map { .now - $0 < Self.longestWriting } ?? false }
        if isBeingWritten, !isDemanded { return .unchanged }
        do throws(RegularFile.Failure) {
            let bytes = try RegularFile.beginning(of: path, limit: ConfigurationReading.sizeLimit)
            let isNew = state.withLock { state in
                defer { state.seen = bytes }
                return state.seen != bytes
            }
            return isNew || isDemanded ? .content(bytes) : .unchanged
        } catch {
            let isNew = state.withLock { state in
                defer { state.seen = nil }
                return state.seen != nil
            }
            return isNew || isDemanded ? .unreadable("\(error)") : .unchanged
        }
    }
}

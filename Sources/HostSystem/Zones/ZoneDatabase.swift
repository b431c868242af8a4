import Coordination
import Foundation

/// The system's time zones, by their IANA names: the folder that the package `tzdata` brings.
///
/// https://www.iana.org/time-zones
package final class ZoneDatabase: Sendable {
    /// What the system has.
    package static let system = ZoneDatabase(folder: "/usr/share/zoneinfo")

    /// Bytes that a file may have; the largest has some 4000.
    private static let largestFile = 256 * 1024
    /// Names that are looked through for one like another.
    private static let mostNames = 5000

    /// Where the files are.
    package let folder: String
    /// Of those that were read; only names that exist are kept.
    private let known = Locked<[String: ZoneRules]>([:])
    private let listed = Locked<[String]?>(nil)

    /// `folder`: nothing is read yet.
    package init(folder: String) {
        self.folder = folder
    }

    /// The rules of a zone; nil: there is none of that name, or its file cannot be read.
    ///
    /// UTC needs no file. What was read once is not read again.
    package func rules(of name: String) -> ZoneRules? {
        if name == "UTC" { return .utc }
        guard Self.isName(name) else { return nil }
        if let rules = known.withLock({ $0[name] }) { return rules }
        guard let bytes = try? RegularFile.bytes(of: "\(folder)/\(name)", limit: Self.largestFile),
            let rules = ZoneRules(bytes)
        else { return nil }
        known.withLock { $0[name] = rules }
        return rules
    }

    /// The names of all zones, sorted; what was read once is not read again.
    package var names: [String] {
        if let names = listed.withLock({ $0 }) { return names }
        let names = read()
        listed.withLock { $0 = names }
        return names
    }

    private func read() -> [String] {
        let files = FileManager.default.enumerator(atPath: folder)
        var names = ["UTC"]
        while let name = files?.nextObject() as? String, names.count < Self.mostNames {
            // Beside the zones are copies of them that count leap seconds or do not, and tables.
            let isCopy = ["right/", "posix/", "posixrules"].contains { name.hasPrefix($0) }
            if !isCopy, name != "UTC", Self.isName(name), isZone(name) { names.append(name) }
        }
        return names.sorted()
    }

    private func isZone(_ name: String) -> Bool {
        (try? RegularFile.beginning(of: "\(folder)/\(name)", limit: 4))?.starts(with: "TZif".utf8) ?? false
    }

    /// Whether the system has any zones.
    package var isThere: Bool { FileManager.default.fileExists(atPath: folder) }

    /// Whether a text can be a zone's name, and leads nowhere else as a path.
    private static func isName(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return text.utf8.count <= 64 && parts.count <= 3
            && parts.allSatisfy { part in
                part.utf8.first.map { isLetter($0) } ?? false
                    && part.utf8.allSatisfy { isLetter($0) || "0123456789_+-".utf8.contains($0) }
            }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}

package import Foundation
package import Sandbox

/// One exchange with a real API server, as it was recorded.
package struct RecordedExchange: Sendable {
    /// The name of its file, without the ending.
    package var name: String
    package var method: String
    /// With the query.
    package var path: String
    /// Nil: the request had no body.
    package var contentType: String?
    /// Null: none.
    package var body: JSONValue
    package var status: Int
    /// Without those that are of the connection only.
    package var headers: [String: String]
    /// The answer's body as it came; of a watch, each frame without its line feed.
    package var frames: [[UInt8]]
    /// Whether the answer was read line by line.
    package var isWatch: Bool

    /// Where the files are.
    package static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Exchanges")

    /// All exchanges, by name.
    ///
    /// - Throws: if a file is none.
    package static func all() throws -> [RecordedExchange] {
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return try files.filter { $0.pathExtension == "json" }.map(RecordedExchange.init).sorted { $0.name < $1.name }
    }

    private init(file: URL) throws {
        let json = JSONValue(json: Array(try Data(contentsOf: file))) ?? .null
        name = file.deletingPathExtension().lastPathComponent
        guard let method = json["request"]["method"].string, let path = json["request"]["path"].string,
            let status = json["status"].int
        else { throw CocoaError(.fileReadCorruptFile, userInfo: [NSFilePathErrorKey: name]) }
        self.method = method
        self.path = path
        self.status = status
        contentType = json["request"]["contentType"].string
        body = json["request"]["body"]
        headers = json["headers"].strings
        isWatch = json["lines"].array != nil
        let texts = json["lines"].array?.compactMap(\.string) ?? [json["body"].string ?? ""]
        frames = texts.map { Array($0.utf8) }
    }

    /// The answer as JSON; null for a text that is none.
    package var answer: JSONValue { frames.first.flatMap { JSONValue(json: $0) } ?? .null }
}

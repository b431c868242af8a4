import Foundation

/// How objects are shown: as they are, or as rows of the table that kubectl prints.
///
/// https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables
struct Presentation: Sendable {
    /// What a row holds beside its cells.
    private enum Included: String, Sendable {
        case none = "None"
        case metadata = "Metadata"
        case object = "Object"
    }

    private let isTable: Bool
    private let included: Included

    /// `accept`: the Accept header; `includes`: the parameter `includeObject`: `None`, `Metadata` or `Object`; nil: `Metadata`.
    init(accept: String, includes: String?) {
        // The first form that is named is the one that is wanted.
        let parameters = (accept.split(separator: ",").first ?? "").split(separator: ";").map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        isTable = parameters.contains("as=Table") && parameters.contains("v=v1")
        included = includes.flatMap(Included.init) ?? .metadata
    }

    /// The text of one object.
    func text(of object: StoredObject, _ kind: Kind) -> [UInt8] {
        if isTable { return table(of: [object.value], kind, metadata: object.value["metadata"], hasColumns: true).json }
        if case .form(let conversion) = kind.storage { return conversion.fromStored(object.value).json }
        return object.text(of: kind)
    }

    /// The object of a watch's event; the columns of a table are named in the first event only.
    func eventText(of object: JSONValue, _ kind: Kind, isFirst: Bool) -> [UInt8] {
        if isTable { return table(of: [object], kind, metadata: object["metadata"], hasColumns: isFirst).json }
        if case .form(let conversion) = kind.storage { return conversion.fromStored(object).json }
        return object.json
    }

    /// The text of a list.
    func text(of objects: [StoredObject], _ kind: Kind, metadata: JSONValue) -> [UInt8] {
        if isTable { return table(of: objects.map(\.value), kind, metadata: metadata, hasColumns: true).json }
        var text = Array("{\"kind\":\"\(kind.kind)List\",\"apiVersion\":\"\(kind.apiVersion)\",\"metadata\":".utf8)
        metadata.write(to: &text)
        text += Array(",\"items\":[".utf8)
        text.reserveCapacity(text.count + objects.reduce(2) { $0 + $1.text.count + 1 })
        for (index, object) in objects.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            text += itemText(of: object, kind)
        }
        return text + Array("]}".utf8)
    }

    private func itemText(of object: StoredObject, _ kind: Kind) -> [UInt8] {
        guard case .form(let conversion) = kind.storage else { return object.text }
        return conversion.fromStored(object.value).with("kind", .null).with("apiVersion", .null).json
    }

    // MARK: Tables

    private func table(of objects: [JSONValue], _ kind: Kind, metadata: JSONValue, hasColumns: Bool) -> JSONValue {
        let columns = [.name] + kind.columns
        let now = Date()
        let version = ["resourceVersion", "continue", "remainingItemCount"].reduce(into: JSONValue.object([:])) {
            $0[$1] = metadata[$1]
        }
        let definitions = columns.map(Self.definition)
        return [
            "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": version,
            "columnDefinitions": .array(hasColumns ? definitions : []),
            "rows": .array(
                objects.map { object in
                    ["cells": .array(columns.map { $0.cell(object, now) }), "object": shown(object)]
                }
            ),
        ]
    }

    private static func definition(_ column: Column) -> JSONValue {
        [
            "name": .string(column.name), "type": .string(column.type),
            "format": column.name == "Name" ? "name" : "", "description": "", "priority": .int(column.priority),
        ]
    }

    private func shown(_ object: JSONValue) -> JSONValue {
        switch included {
        case .none: .null
        case .object: object
        case .metadata:
            ["kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": object["metadata"]]
        }
    }
}

import Foundation
import YAMLDocument

extension Kubeconfig {
    /// The connection of a context; nil: the current one.
    func connection(context name: String?) throws(CredentialError) -> ClusterConnection {
        guard let contextName = name ?? currentContext else { throw .noCurrentContext }
        let context = try Self.find(contextName, in: contexts, kind: "context")
        let clusterName = context.text("cluster") ?? ""
        let cluster = try Self.find(clusterName, in: clusters, kind: "cluster").cluster(named: clusterName)
        let userName = context.text("user") ?? ""
        let credential =
            userName.isEmpty
            ? Credential() : try Self.find(userName, in: users, kind: "user").credential(of: userName)
        return ClusterConnection(
            cluster: cluster,
            credential: credential,
            namespace: context.text("namespace") ?? "default"
        )
    }

    private static func find(
        _ name: String,
        in entries: [String: Entry],
        kind: String
    ) throws(CredentialError) -> Entry {
        guard let entry = entries[name] else { throw .unknown(kind: kind, name: name, known: entries.keys.sorted()) }
        return entry
    }
}

extension Kubeconfig.Entry {
    /// The text of a scalar that is not empty.
    func text(_ key: String) -> String? {
        node[key]?.scalar.flatMap { $0.value == .null || $0.text.isEmpty ? nil : $0.text }
    }

    func flag(_ key: String) -> Bool { node[key]?.scalar?.value == .bool(true) }

    /// A file's path; a relative one starts at the folder of the kubeconfig.
    func path(_ key: String) -> String? {
        text(key).map { $0.hasPrefix("/") ? $0 : URL(filePath: folder).appending(path: $0).path(percentEncoded: false) }
    }

    /// `KEY-data` in base64 or the file under `KEY`; both are too many.
    func secret(_ key: String, of owner: String) throws(CredentialError) -> Secret? {
        if text("\(key)-data") != nil, text(key) != nil { throw .conflicting(user: owner, key, "\(key)-data") }
        if let encoded = text("\(key)-data") {
            guard let data = Data(base64Encoded: encoded, options: .ignoreUnknownCharacters) else {
                throw .notBase64(field: "\(key)-data")
            }
            return .inline(Array(data))
        }
        return path(key).map(Secret.file)
    }

    func cluster(named name: String) throws(CredentialError) -> ClusterConnection.Cluster {
        guard let server = text("server") else { throw .incomplete(user: name, missing: "a server") }
        let withoutQuery = server.prefix { $0 != "?" && $0 != "#" }
        let trimmed = withoutQuery.hasSuffix("/") ? String(withoutQuery.dropLast()) : String(withoutQuery)
        var cluster = ClusterConnection.Cluster(
            server: trimmed.contains("://") ? trimmed : "https://\(trimmed)",
            authority: try secret("certificate-authority", of: name)
        )
        cluster.isVerified = !flag("insecure-skip-tls-verify")
        cluster.serverName = text("tls-server-name")
        cluster.proxy = try text("proxy-url").map { url throws(CredentialError) in try Proxy(configured: url).url }
        if cluster.authority != nil, !cluster.isVerified {
            throw .conflicting(user: name, "certificate-authority", "insecure-skip-tls-verify")
        }
        return cluster
    }

    func credential(of user: String) throws(CredentialError) -> Credential {
        if node["auth-provider"] != nil {
            throw .unsupported(user: user, feature: "auth-provider", instead: "use an exec plugin")
        }
        var credential = Credential()
        let token = text("token")
        credential.token = path("tokenFile").map { .file($0, otherwise: token) } ?? token.map(Credential.Token.inline)
        credential.basic = text("username").map { .init(username: $0, password: text("password") ?? "") }
        if credential.token != nil, credential.basic != nil { throw .conflicting(user: user, "a token", "a username") }
        credential.certificate = try certificate(of: user)
        if let exec = node["exec"] { credential.plugin = try plugin(exec, of: user) }
        credential.impersonation = text("as").map { name in
            Credential.Impersonation(
                user: name,
                uid: text("as-uid"),
                groups: node["as-groups"]?.sequence?.compactMap { $0.scalar?.text } ?? [],
                extra: extra
            )
        }
        return credential
    }

    private var extra: [String: [String]] {
        let pairs = node["as-user-extra"]?.mapping?.map {
            ($0.key, $0.value.sequence?.compactMap { $0.scalar?.text } ?? [])
        }
        return Dictionary(pairs ?? []) { first, _ in first }
    }

    private func certificate(of user: String) throws(CredentialError) -> Credential.Certificate? {
        switch (try secret("client-certificate", of: user), try secret("client-key", of: user)) {
        case (nil, nil): return nil
        case (let certificate?, let key?): return .init(certificate: certificate, key: key)
        case (.some, nil): throw .incomplete(user: user, missing: "client-key, the key of its client-certificate")
        case (nil, .some):
            throw .incomplete(user: user, missing: "client-certificate, the certificate of its client-key")
        }
    }

    private func plugin(_ exec: YAMLNode, of user: String) throws(CredentialError) -> ExecCredentialPlugin {
        let entry = Kubeconfig.Entry(node: exec, folder: folder)
        guard let command = entry.text("command") else { throw .incomplete(user: user, missing: "exec.command") }
        guard let version = entry.text("apiVersion"),
            ["v1", "v1beta1"].map({ "client.authentication.k8s.io/\($0)" }).contains(version)
        else { throw .incomplete(user: user, missing: "exec.apiVersion client.authentication.k8s.io/v1 or v1beta1") }
        if entry.text("interactiveMode") == "Always" {
            throw .unsupported(user: user, feature: "interactiveMode Always", instead: "a supervisor has no terminal")
        }
        var plugin = ExecCredentialPlugin(apiVersion: version, command: command)
        if command.contains("/") { plugin.command = entry.path("command") ?? command }
        plugin.arguments = exec["args"]?.sequence?.compactMap { $0.scalar?.text } ?? []
        for variable in exec["env"]?.sequence ?? [] {
            if let name = variable["name"]?.scalar?.text {
                plugin.environment[name] = variable["value"]?.scalar?.text ?? ""
            }
        }
        plugin.installHint = entry.text("installHint")
        plugin.providesClusterInfo = entry.flag("provideClusterInfo")
        return plugin
    }
}

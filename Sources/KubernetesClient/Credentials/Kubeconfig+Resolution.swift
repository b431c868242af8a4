import Foundation
import Transport
import YAMLDocument

extension Kubeconfig {
    /// The connection of a context; nil: the current one.
    func connection(context name: String?) throws(CredentialError) -> ClusterConnection {
        guard let contextName = name ?? currentContext else { throw .noCurrentContext }
        let context = try Self.find(contextName, in: contexts, kind: "context")
        let clusterName = context.text("cluster") ?? ""
        let cluster = try Self.find(clusterName, in: clusters, kind: "cluster")
        let server = try cluster.server(of: clusterName)
        let userName = context.text("user") ?? ""
        var credential =
            userName.isEmpty
            ? Credential() : try Self.find(userName, in: users, kind: "user").credential(of: userName)
        if credential.token == nil, credential.plugin == nil { credential.basic = credential.basic ?? server.user }
        return ClusterConnection(
            cluster: try cluster.cluster(named: clusterName, at: server),
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

    /// Whether a field is true; false if there is none.
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

    /// A text that goes into a header.
    func headerText(_ key: String, of user: String) throws(CredentialError) -> String? {
        guard let text = text(key) else { return nil }
        guard HTTPRequest.Header.canHold(text) else { throw .unsendable(user: user, field: key) }
        return text
    }

    /// A list of texts that go into headers; `field`: what it is called.
    static func headerTexts(
        _ list: YAMLNode?,
        _ field: String,
        of user: String
    ) throws(CredentialError) -> [String] {
        let texts = list?.sequence?.compactMap { $0.scalar?.text } ?? []
        guard texts.allSatisfy(HTTPRequest.Header.canHold) else { throw .unsendable(user: user, field: field) }
        return texts
    }

    /// Where a cluster's server is.
    func server(of cluster: String) throws(CredentialError) -> ServerAddress {
        guard let text = text("server") else { throw .incomplete(user: cluster, missing: "a server") }
        guard let address = ServerAddress(text) else {
            throw .unsupportedServer(cluster: cluster, url: ServerAddress.withoutUser(text))
        }
        return address
    }

    /// A cluster's side of the connection.
    func cluster(named name: String, at server: ServerAddress) throws(CredentialError) -> ClusterConnection.Cluster {
        var cluster = ClusterConnection.Cluster(
            server: server.url,
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

    /// A user's side of the connection.
    func credential(of user: String) throws(CredentialError) -> Credential {
        if node["auth-provider"] != nil {
            throw .unsupported(user: user, feature: "auth-provider", instead: "use an exec plugin")
        }
        var credential = Credential()
        let token = try headerText("token", of: user)
        credential.token = path("tokenFile").map { .file($0, otherwise: token) } ?? token.map(Credential.Token.inline)
        credential.basic = text("username").map { .init(username: $0, password: text("password") ?? "") }
        if credential.token != nil, credential.basic != nil { throw .conflicting(user: user, "a token", "a username") }
        credential.certificate = try certificate(of: user)
        if let exec = node["exec"] { credential.plugin = try plugin(exec, of: user) }
        credential.impersonation = try impersonation(by: user)
        return credential
    }

    private func impersonation(by user: String) throws(CredentialError) -> Credential.Impersonation? {
        guard let name = try headerText("as", of: user) else { return nil }
        var impersonation = Credential.Impersonation(user: name, uid: try headerText("as-uid", of: user))
        impersonation.groups = try Self.headerTexts(node["as-groups"], "as-groups", of: user)
        for pair in node["as-user-extra"]?.mapping ?? [] where impersonation.extra[pair.key] == nil {
            impersonation.extra[pair.key] = try Self.headerTexts(pair.value, "as-user-extra", of: user)
        }
        return impersonation
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

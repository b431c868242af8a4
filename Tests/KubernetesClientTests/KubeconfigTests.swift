import Foundation
import Testing

@testable import KubernetesClient

@Suite struct KubeconfigTests {
    /// Writes files into a folder that goes away afterwards.
    private func withFolder<Result>(_ files: [String: String], _ body: (String) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "kubeconfig-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
        return try body(folder.path(percentEncoded: false))
    }

    private static func file(user: String = "{token: t}", cluster: String = "{server: https://h:6443}") -> String {
        """
        current-context: c
        contexts: [{name: c, context: {cluster: k, user: u, namespace: ns}}]
        clusters: [{name: k, cluster: \(cluster)}]
        users: [{name: u, user: \(user)}]
        """
    }

    private func load(
        _ text: String,
        context: String? = nil,
        environment: [String: String] = [:]
    ) throws -> ClusterConnection {
        try withFolder(["config": text]) {
            try ClusterConnection.load(kubeconfig: $0 + "/config", context: context, environment: environment)
        }
    }

    @Test func readsServerNamespaceAndToken() throws {
        let connection = try load(
            Self.file(cluster: "{server: \"https://h:6443/prefix/?x\", tls-server-name: n, proxy-url: \"http://p\"}")
        )
        #expect(connection.cluster.server == "https://h:6443/prefix")
        #expect(
            connection.cluster.serverName == "n" && connection.cluster.proxy == "http://p:80"
                && connection.cluster.isVerified
        )
        #expect(connection.namespace == "ns" && connection.credential.token == .inline("t"))
    }

    @Test(arguments: [
        ("h:6443", "https://h:6443"), ("HTTPS://h/", "https://h"), ("http://[fd00::1]:80/p", "http://[fd00::1]:80/p"),
        ("https://u:p@h:1", "https://h:1"), ("https://u:p@[::1]/x?y#z", "https://[::1]/x"),
    ])
    func readsAServersAddress(text: String, url: String) throws {
        #expect(try load(Self.file(cluster: "{server: \"\(text)\"}")).cluster.server == url)
    }

    @Test(arguments: [
        ("file:///etc/passwd", "file:///etc/passwd"), ("ftp://u:secret@h/", "ftp://h/"), ("unix:/run/x", "unix:/run/x"),
        ("https://u:secret@", "https://"), ("https://", "https://"), ("https://h:0", "https://h:0"),
        ("https://h:x", "https://h:x"), ("https://[::1", "https://[::1"), ("https://[h]", "https://[h]"),
        ("https://u:sec/ret@h:x?secret", "https://h:x"), ("https://h h", "https://h h"),
    ])
    func refusesAServerThatDoesNotSpeakHTTP(text: String, shown: String) throws {
        let message = "the server \"\(shown)\" of cluster \"k\" is not supported; accepted are https://HOST:PORT and"
        #expect { try load(Self.file(cluster: "{server: \"\(text)\"}")) } throws: {
            "\($0)" == "\(message) http://HOST:PORT"
        }
    }

    /// The URL is shown and passed on; who it says that we are is not.
    @Test func aUserInTheServersAddressIsACredential() throws {
        let server = "{server: \"https://u:p%40%3A@h\"}"
        let basic = Credential.Basic(username: "u", password: "p@:")
        #expect(try load(Self.file(user: "{}", cluster: server)).credential.basic == basic)
        #expect(try load(Self.file(cluster: server)).credential.basic == nil)
        let own = try load(Self.file(user: "{username: v, password: w}", cluster: server)).credential.basic
        #expect(own == .init(username: "v", password: "w"))
    }

    @Test(arguments: [
        ("{token: \"secret\\nX: 1\"}", "token"), ("{as: \"secret\\r\"}", "as"),
        ("{as: a, as-uid: \"secret\\0\"}", "as-uid"), ("{as: a, as-groups: [g, \"secret\\r\\nX: 1\"]}", "as-groups"),
        ("{as: a, as-user-extra: {k: [\"secret\\x7f\"]}}", "as-user-extra"),
    ])
    func refusesWhatNoHeaderCanHold(user: String, field: String) throws {
        #expect { try load(Self.file(user: user)) } throws: {
            "\($0)" == "the \(field) of user \"u\" holds a control character, like a line break; give it without"
        }
    }

    @Test(arguments: ["ftp://p", "socks4://u:secret@p"]) func refusesAProxyThatItCannotUse(url: String) throws {
        #expect { try load(Self.file(cluster: "{server: \"https://h\", proxy-url: \"\(url)\"}")) } throws: {
            "\($0)".hasPrefix("proxy \"") && !"\($0)".contains("secret")
        }
    }

    /// Nobody who wants a proxy wants to be without.
    @Test func refusesAProxyOfTheEnvironmentThatItCannotUse() throws {
        let environment = ["HTTPS_PROXY": "ftp://u:secret@p"]
        #expect { try load(Self.file(), environment: environment) } throws: {
            "\($0)".hasPrefix("proxy \"p\" is not supported") && !"\($0)".contains("secret")
        }
        let direct = ["HTTPS_PROXY": "ftp://p", "NO_PROXY": "h"]
        #expect(try load(Self.file(), environment: direct).cluster.proxy == nil)
        let own = Self.file(cluster: "{server: \"https://h\", proxy-url: \"http://p\"}")
        #expect(try load(own, environment: environment).cluster.proxy == "http://p:80")
    }

    @Test func aTokenFileComesBeforeAToken() throws {
        #expect(
            try load(Self.file(user: "{tokenFile: /t, token: t}")).credential.token == .file("/t", otherwise: "t")
        )
    }

    @Test(arguments: [("mkfifo", "a pipe"), ("mkdir", "a folder"), ("ln -s /dev/zero", "a device")])
    func readsRegularFilesOnly(command: String, kind: String) throws {
        try withFolder([:]) { folder in
            let words = command.split(separator: " ").map(String.init) + [folder + "/config"]
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = words
            try process.run()
            process.waitUntilExit()
            #expect {
                try ClusterConnection.load(kubeconfig: folder + "/config", context: nil, environment: [:])
            } throws: {
                "\($0)" == "\(folder)/config: cannot be read: it is \(kind) and no regular file"
            }
        }
    }

    @Test func readsNoMoreThanFits() throws {
        try withFolder(["config": ""]) { folder in
            // As long as 20 GB, and nothing of it on the disk.
            let file = try #require(FileHandle(forWritingAtPath: folder + "/config"))
            try file.truncate(atOffset: 20_000_000_000)
            #expect {
                try ClusterConnection.load(kubeconfig: folder + "/config", context: nil, environment: [:])
            } throws: {
                "\($0)" == "\(folder)/config: cannot be read: it has more than 16 MiB"
            }
        }
    }

    @Test func resolvesRelativePathsAtItsFolder() throws {
        let text = Self.file(
            user: "{tokenFile: t/x, client-certificate: c, client-key: /k}",
            cluster: "{server: \"https://h\", certificate-authority: ca}"
        )
        try withFolder(["config": text]) { folder in
            let connection = try ClusterConnection.load(kubeconfig: folder + "/config", context: nil, environment: [:])
            #expect(connection.credential.token == .file(folder + "/t/x"))
            #expect(connection.credential.certificate?.key == .file("/k"))
            #expect(connection.cluster.authority == .file(folder + "/ca"))
        }
    }

    @Test func takesTheFirstFileForEachWholeEntry() throws {
        let first = "current-context: c\nclusters: [{name: k, cluster: {server: https://first}}]\n"
        let second = Self.file(cluster: "{server: https://second, tls-server-name: n}")
        try withFolder(["a": first, "b": second]) { folder in
            let environment = ["KUBECONFIG": "\(folder)/a:\(folder)/missing:\(folder)/b"]
            let connection = try ClusterConnection.load(kubeconfig: nil, context: nil, environment: environment)
            #expect(connection.cluster.server == "https://first" && connection.cluster.serverName == nil)
            #expect(connection.credential.token == .inline("t"))
        }
    }

    @Test(arguments: [
        ("{token: t, username: u}", "user \"u\" has both a token and a username; keep one of them"),
        ("{client-certificate-data: QQ==}", "user \"u\" lacks client-key, the key of its client-certificate"),
        ("{client-key-data: \"%%\", client-certificate-data: \"%\"}", "client-certificate-data is not base64"),
        (
            "{client-key: k, client-key-data: QQ==}",
            "user \"u\" has both client-key and client-key-data; keep one of them"
        ),
        ("{auth-provider: {}}", "user \"u\" uses auth-provider, which is not supported; use an exec plugin"),
        ("{exec: {apiVersion: client.authentication.k8s.io/v1}}", "user \"u\" lacks exec.command"),
        (
            "{exec: {command: x, apiVersion: v9}}",
            "user \"u\" lacks exec.apiVersion client.authentication.k8s.io/v1 or v1beta1"
        ),
    ])
    func refusesUsersThatCannotBe(user: String, message: String) throws {
        #expect { try load(Self.file(user: user)) } throws: { "\($0)" == message }
    }

    @Test func namesTheContextsThatThereAre() throws {
        #expect { try load(Self.file(), context: "x") } throws: {
            "\($0)" == "context \"x\" is not in the kubeconfig; it has c"
        }
        #expect { try load("clusters: []\n") } throws: { "\($0)".contains("no current-context") }
    }

    @Test func saysWhichFileIsMalformedAndWhere() throws {
        #expect { try load("a: [\n") } throws: { "\($0)".contains("/config: no kubeconfig: line 2: not valid YAML") }
        #expect { try load("clusters: [{name: a}, {name: a}]\n") } throws: {
            "\($0)".contains("cluster \"a\" is given twice")
        }
    }

    @Test func readsTheServiceAccountOfAPod() throws {
        try withFolder(["token": "t\n", "ca.crt": "pem", "namespace": "shop\n"]) { folder in
            let environment = ["KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"]
            let connection = try #require(try InClusterConnection.load(environment: environment, folder: folder))
            #expect(connection.cluster.server == "https://[fd00::1]:443" && connection.namespace == "shop")
            #expect(connection.credential.token == .file(folder + "/token"))
            #expect(try InClusterConnection.load(environment: [:], folder: folder) == nil)
        }
        #expect {
            try InClusterConnection.load(
                environment: ["KUBERNETES_SERVICE_HOST": "h", "KUBERNETES_SERVICE_PORT": "1"],
                folder: "/none"
            )
        } throws: {
            "\($0)" == "/none/token: cannot be read: no such file"
        }
    }
}

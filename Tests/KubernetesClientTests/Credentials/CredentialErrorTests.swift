import Testing

@testable import HostSystem
@testable import KubernetesClient

/// Each mistake of a kubeconfig, told word for word.
@Suite struct CredentialErrorTests {
    @Test(arguments: [
        (
            CredentialError.noConfiguration(searched: ["no KUBECONFIG", "no /root/.kube/config"]),
            "no cluster to talk to: no KUBECONFIG, no /root/.kube/config; give --kubeconfig FILE"
        ),
        (.unreadable(.init(path: "/f", cause: .unreadable("no such device"))), "/f: cannot be read: no such device"),
        (.unusableToken(file: "/f", reason: "it is empty"), "/f: cannot be read: it is empty"),
        (.malformed(file: "/f", reason: "line 3"), "/f: no kubeconfig: line 3"),
        (.unknown(kind: "context", name: "a", known: []), #"context "a" is not in the kubeconfig"#),
        (.unknown(kind: "user", name: "a", known: ["b", "c"]), #"user "a" is not in the kubeconfig; it has b, c"#),
        (.noCurrentContext, "the kubeconfig has no current-context; give --context NAME"),
        (.conflicting(user: "u", "token", "exec"), #"user "u" has both token and exec; keep one of them"#),
        (.incomplete(user: "u", missing: "client-key"), #"user "u" lacks client-key"#),
        (.notBase64(field: "client-key-data"), "client-key-data is not base64"),
        (
            .unsupported(user: "u", feature: "auth-provider", instead: "use exec"),
            #"user "u" uses auth-provider, which is not supported; use exec"#
        ),
        (.pluginFailed(command: "aws", reason: "exit code 1"), #"credential plugin "aws": exit code 1"#),
        (
            .mismatched(certificate: "/c", key: "/k"),
            "the client certificate (/c) and the key (/k) do not belong together, or one is not whole"
        ),
        (.unusableAuthority(file: "/ca"), "/ca: no whole PEM certificate of an authority"),
        (
            .unsupportedProxy(url: "ftp://p"),
            #"proxy "ftp://p" is not supported; accepted are http://HOST:PORT, https://HOST:PORT and socks5://HOST:PORT"#
        ),
        (
            .unsupportedServer(cluster: "c", url: "ftp://h"),
            #"the server "ftp://h" of cluster "c" is not supported; accepted are https://HOST:PORT and http://HOST:PORT"#
        ),
        (
            .unsendable(user: "u", field: "token"),
            #"the token of user "u" holds a control character, like a line break; give it without"#
        ),
    ]) func saysWhatIsWrongAndWhatToDo(error: CredentialError, words: String) {
        #expect("\(error)" == words)
    }

    /// A password stands in no message.
    @Test(arguments: [
        ("https://u:secret@h", "https://h"), ("u:secret@h:1/x", "h:1/x"), ("ftp://h/p?token=secret", "ftp://h/p"),
        ("https://h#secret", "https://h"), ("https://u:se@cret@h", "https://h"), ("", ""), ("://", "://"), ("@", ""),
    ]) func aServersAddressIsShownWithoutItsUser(text: String, shown: String) {
        #expect(ServerAddress.withoutUser(text) == shown)
        #expect(!ServerAddress.withoutUser(text).contains("secret"))
    }

    @Test(
        arguments: [
            ("h", "https://h", nil), ("http://h:80/", "http://h:80", nil), ("HTTPS://h/a/b", "https://h/a/b", nil),
            ("https://[::1]:6443", "https://[::1]:6443", nil), ("u@h", "https://h", .init(username: "u", password: "")),
            ("u:p%40@h", "https://h", .init(username: "u", password: "p@")),
            ("https://u:p:q@h?x#y", "https://h", .init(username: "u", password: "p:q")),
        ] as [(String, String, Credential.Basic?)]
    )
    func readsAServersAddress(text: String, url: String, user: Credential.Basic?) {
        let address = ServerAddress(text)
        #expect(address?.url == url && address?.user == user)
    }

    @Test(arguments: [
        "", "ftp://h", "https://", "https://h:0", "https://h:65536", "https://h:x", "https://h:", "https://[::1",
        "https://[h]", "https://a b", "https://h\n", "https://h,i", "://h", "https://[::1]x",
    ]) func refusesWhatIsNoServer(text: String) {
        #expect(ServerAddress(text) == nil)
    }
}

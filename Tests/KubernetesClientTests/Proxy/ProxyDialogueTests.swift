import Testing

@testable import KubernetesClient

@Suite struct ProxyDialogueTests {
    private func dialogue(_ proxy: String, host: String = "api.example.com") throws -> ProxyDialogue {
        ProxyDialogue(try Proxy(configured: proxy), host: host, port: 6443)
    }

    /// Feeds one byte at a time; everything that was sent, and what came after the way was open.
    private func talk(_ dialogue: ProxyDialogue, _ answers: [[UInt8]]) throws -> (sent: [UInt8], rest: [UInt8]?) {
        var dialogue = dialogue
        var sent = dialogue.opening
        var rest: [UInt8]?
        for byte in answers.joined() {
            switch try dialogue.received([byte]) {
            case .wait: break
            case .send(let bytes): sent += bytes
            case .open(let more): rest = (rest ?? []) + more
            }
        }
        return (sent, rest)
    }

    @Test func asksAnHTTPProxyForATunnel() throws {
        let answer = Array("HTTP/1.1 200 Connection established\r\nX: y\r\n\r\nrest".utf8)
        let (sent, rest) = try talk(dialogue("http://u:p@proxy"), [answer])
        #expect(
            String(decoding: sent, as: UTF8.self)
                == "CONNECT api.example.com:6443 HTTP/1.1\r\nHost: api.example.com:6443\r\nProxy-Authorization: Basic dTpw\r\n\r\n"
        )
        #expect(rest == Array("rest".utf8))
    }

    @Test func leavesTheNameToASOCKSProxy() throws {
        let (sent, rest) = try talk(dialogue("socks5://proxy"), [[5, 0], [5, 0, 0, 1, 1, 2, 3, 4, 0, 9], [7, 8]])
        #expect(sent == [5, 1, 0] + [5, 1, 0, 3, 15] + Array("api.example.com".utf8) + [0x19, 0x2B])
        #expect(rest == [7, 8])
    }

    @Test func tellsASOCKSProxyWhoItIs() throws {
        let (sent, rest) = try talk(
            dialogue("socks5://u:p@proxy", host: "a"),
            [[5, 2], [1, 0], [5, 0, 0, 3, 1, 97, 0, 9]]
        )
        #expect(sent == [5, 2, 0, 2] + [1, 1, 117, 1, 112] + [5, 1, 0, 3, 1, 97, 0x19, 0x2B])
        #expect(rest == [])
    }

    @Test(arguments: [
        ("http://p", Array("HTTP/1.1 407 Who are you\r\n\r\n".utf8), "the proxy answered 407 Who are you"),
        ("http://p", Array("SSH-2.0\r\n\r\n".utf8), "the proxy does not speak HTTP"),
        ("http://p", Array(repeating: 65, count: 20_000), "the proxy says too much"),
        ("socks5://p", [5, 255], "the proxy wants another way of authentication"),
        ("socks5://p", [4, 0], "the proxy does not speak SOCKS 5"),
        ("socks5://p", [5, 0, 5, 4, 0, 1, 0], "the proxy refused with SOCKS code 4"),
        ("socks5://u@p", [5, 2, 1, 1], "the proxy does not accept the user name or password"),
    ])
    func saysWhyThereIsNoWay(proxy: String, answer: [UInt8], words: String) throws {
        let refusal = #expect(throws: ProxyDialogue.Refusal.self) { try talk(dialogue(proxy), [answer]) }
        #expect(refusal?.description == words)
    }
}

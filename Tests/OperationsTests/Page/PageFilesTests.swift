import NIOCore
import NIOHTTP1
import Testing

@testable import Operations

/// The dashboard's files, as they are served.
@Suite struct PageFilesTests {
    @Test(arguments: [
        ("/", "text/html; charset=utf-8"), ("/page.css", "text/css; charset=utf-8"),
        ("/page.js", "text/javascript; charset=utf-8"),
    ]) func areServedUnderAStrictPolicy(path: String, type: String) throws {
        let answer = PageFiles.answer(to: path)
        #expect(PageFiles.includes(path) && answer.status == .ok && answer.headers["content-type"] == [type])
        let policy = try #require(answer.headers.first(name: "content-security-policy"))
        #expect(policy.hasPrefix("default-src 'none'; ") && policy.contains("frame-ancestors 'none'"))
        #expect(!policy.contains("unsafe") && !policy.contains("http"))
        #expect(answer.headers["x-content-type-options"] == ["nosniff"])
        #expect(answer.body.readableBytes > 500 && answer.body.readableBytes < 64 * 1024)
    }

    /// They ask for nothing elsewhere, and for nothing by an absolute path: a proxy may serve them below another.
    @Test func refersToNothingButItsOwnFiles() {
        let page = PageFiles.answer(to: "/").text
        let links = page.matches(of: /(?:src|href)="([^"]*)"/).map { String($0.output.1) }.filter {
            !$0.hasPrefix("data:")
        }
        #expect(Set(links) == ["page.css", "page.js"] || Set(links) == ["page.css", "page.js", "#"], "\(links)")
        for path in ["/", "/page.css", "/page.js"] {
            let text = PageFiles.answer(to: path).text.replacing("http://www.w3.org/2000/svg", with: "")
            #expect(!text.contains("://") && !text.contains("@import") && !text.contains("url("), "\(path)")
        }
        #expect(!page.contains("<style") && !page.contains(" style=") && !page.contains(/\son[a-z]+=/))
    }

    /// Text of the cluster has one way into the page.
    @Test func makesNoMarkupOfText() {
        let script = PageFiles.answer(to: "/page.js").text
        for word in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "DOMParser", "srcdoc"] {
            #expect(!script.contains(word), "\(word)")
        }
    }
}

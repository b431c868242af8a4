import CLibcurl

/// What redirects are, and where they lead.
///
/// https://www.rfc-editor.org/rfc/rfc9110#section-15.4
package enum Redirect {
    /// Bytes that a `Location` may have; a longer one leads nowhere.
    static let longestLocation = 8 * 1024

    /// Whether an answer of this status sends its client to another place.
    static func isRedirect(_ status: Int) -> Bool {
        switch status {
        case 301, 302, 303, 307, 308: true
        default: false
        }
    }

    /// Whether a `Location` begins with a scheme.
    ///
    /// https://www.rfc-editor.org/rfc/rfc3986#section-4.2
    package static func isAbsolute(_ location: String) -> Bool {
        guard let colon = location.utf8.firstIndex(of: UInt8(ascii: ":")) else { return false }
        let scheme = location.utf8[..<colon]
        let isLetter = { (byte: UInt8) in (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) }
        guard let first = scheme.first, isLetter(first) else { return false }
        return scheme.allSatisfy { byte in
            isLetter(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "+-.".utf8.contains(byte)
        }
    }

    /// The absolute URL that a `Location` means where `base` was asked; nil if it means none, or one that is not HTTP.
    ///
    /// https://curl.se/libcurl/c/curl_url_set.html
    package static func url(of location: String, from base: String) -> String? {
        guard !location.isEmpty, location.utf8.count <= longestLocation, let handle = unsafe curl_url() else {
            return nil
        }
        defer { unsafe curl_url_cleanup(handle) }
        guard unsafe curl_url_set(handle, CURLUPART_URL, base, 0) == CURLUE_OK,
            unsafe curl_url_set(handle, CURLUPART_URL, location, UInt32(CURLU_URLENCODE)) == CURLUE_OK
        else { return nil }
        var text: UnsafeMutablePointer<CChar>?
        guard unsafe curl_url_get(handle, CURLUPART_URL, &text, 0) == CURLUE_OK, let found = unsafe text else {
            return nil
        }
        defer { unsafe curl_free(found) }
        let url = unsafe String(cString: found)
        return url.hasPrefix("http://") || url.hasPrefix("https://") ? url : nil
    }
}

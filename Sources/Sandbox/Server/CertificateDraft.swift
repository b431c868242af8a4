import COpenSSL
import Foundation

/// A private key on the curve P-256.
@safe final class SigningKey {
    /// OpenSSL's own; lives as long as this does.
    fileprivate let handle: OpaquePointer

    /// A new key.
    ///
    /// - Throws: `CertificateError` if OpenSSL has none.
    init() throws {
        guard let handle = unsafe kube_standby_p256_key() else { throw CertificateError(call: "EVP_EC_gen") }
        unsafe self.handle = handle
    }

    deinit { unsafe EVP_PKEY_free(handle) }

    /// PKCS#8, PEM.
    var pem: String {
        get throws {
            try unsafe pemText("PEM_write_bio_PrivateKey") {
                unsafe PEM_write_bio_PrivateKey($0, handle, nil, nil, 0, nil, nil)
            }
        }
    }
}

/// A certificate before it is signed, of version 3 and with a random serial number.
///
/// https://datatracker.ietf.org/doc/html/rfc5280#section-4.1
struct CertificateDraft {
    /// The common name of whom it is for.
    var subject: String
    /// The common name of who signs it.
    var issuer: String
    /// The key that it vouches for.
    var key: SigningKey
    /// When it is valid, to the second.
    var validity: ClosedRange<Date>
    /// Extensions by their numbers (`NID_…`), in the words of OpenSSL's configuration.
    ///
    /// https://docs.openssl.org/3.0/man5/x509v3_config/
    var extensions: [(number: Int32, value: String)]

    /// PEM.
    ///
    /// - Throws: `CertificateError` that names the call that failed.
    func signed(by issuerKey: SigningKey) throws -> String {
        guard let certificate = unsafe X509_new() else { throw CertificateError(call: "X509_new") }
        defer { unsafe X509_free(certificate) }
        try check("X509_set_version", unsafe X509_set_version(certificate, Int(X509_VERSION_3)))
        let serial = unsafe X509_get_serialNumber(certificate)
        try check("ASN1_INTEGER_set_uint64", unsafe ASN1_INTEGER_set_uint64(serial, UInt64.random(in: 1...UInt64.max)))
        let (start, end) = unsafe (X509_getm_notBefore(certificate), X509_getm_notAfter(certificate))
        try check("ASN1_TIME_set", unsafe ASN1_TIME_set(start, seconds(validity.lowerBound)) == nil ? 0 : 1)
        try check("ASN1_TIME_set", unsafe ASN1_TIME_set(end, seconds(validity.upperBound)) == nil ? 0 : 1)
        try unsafe name(X509_get_subject_name(certificate), subject)
        try unsafe name(X509_get_issuer_name(certificate), issuer)
        try check("X509_set_pubkey", unsafe X509_set_pubkey(certificate, key.handle))
        for (number, value) in extensions {
            guard let made = unsafe X509V3_EXT_conf_nid(nil, nil, number, value) else {
                throw CertificateError(call: "X509V3_EXT_conf_nid of \(value)")
            }
            defer { unsafe X509_EXTENSION_free(made) }
            try check("X509_add_ext", unsafe X509_add_ext(certificate, made, -1))
        }
        try check("X509_sign", unsafe X509_sign(certificate, issuerKey.handle, EVP_sha256()))
        return try unsafe pemText("PEM_write_bio_X509") { unsafe PEM_write_bio_X509($0, certificate) }
    }

    private func seconds(_ date: Date) -> time_t { time_t(date.timeIntervalSince1970) }

    private func name(_ name: OpaquePointer?, _ common: String) throws {
        let bytes = Array(common.utf8)
        let added = unsafe X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, bytes, Int32(bytes.count), -1, 0)
        try check("X509_NAME_add_entry_by_txt", added)
    }
}

/// OpenSSL refused a call.
struct CertificateError: Error {
    /// The call's name.
    var call: String
}

/// `result`: of a call that answers 1, or a size, if it was carried out.
private func check(_ call: String, _ result: Int32) throws {
    if result <= 0 { throw CertificateError(call: call) }
}

/// What `write` writes.
private func pemText(_ call: String, _ write: (OpaquePointer) -> Int32) throws -> String {
    guard let memory = unsafe BIO_new(BIO_s_mem()) else { throw CertificateError(call: "BIO_new") }
    defer { unsafe BIO_free(memory) }
    try check(call, unsafe write(memory))
    let size = unsafe BIO_ctrl_pending(memory)
    return try unsafe String(unsafeUninitializedCapacity: size) { buffer in
        let count = unsafe BIO_read(memory, buffer.baseAddress, Int32(size))
        try check("BIO_read", count)
        return Int(count)
    }
}

// Keys, certificates and digests of OpenSSL 3: https://docs.openssl.org/3.0/man7/crypto/
#pragma once

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

/// A new key on the curve P-256; null if there is none. The caller frees it.
static inline EVP_PKEY *_Nullable kube_standby_p256_key(void) { return EVP_EC_gen("P-256"); }

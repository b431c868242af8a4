// Typed wrappers for libcurl's variadic functions, and the options of the sockets that it leaves to us.
#pragma once

#include <curl/curl.h>
#include <netinet/tcp.h>

// Variadic setters, one for each type of value: https://curl.se/libcurl/c/curl_easy_setopt.html
static inline CURLcode cl_easy_set_long(CURL *_Nonnull easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode cl_easy_set_string(CURL *_Nonnull easy, CURLoption option, const char *_Nullable value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode cl_easy_set_pointer(CURL *_Nonnull easy, CURLoption option, void *_Nullable value) {
    return curl_easy_setopt(easy, option, value);
}

// No other scheme is spoken, whoever gave the URL, nor led to by a redirect; the texts came with libcurl 7.85:
// https://curl.se/libcurl/c/CURLOPT_PROTOCOLS_STR.html
static inline CURLcode cl_easy_set_http_only(CURL *_Nonnull easy) {
#if LIBCURL_VERSION_NUM >= 0x075500
    CURLcode code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    return code != CURLE_OK ? code : curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
#else
    const long both = CURLPROTO_HTTP | CURLPROTO_HTTPS;
    CURLcode code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS, both);
    return code != CURLE_OK ? code : curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS, both);
#endif
}

// The bytes are copied: https://curl.se/libcurl/c/CURLOPT_CAINFO_BLOB.html
static inline CURLcode cl_easy_set_blob(CURL *_Nonnull easy, CURLoption option, const void *_Nonnull bytes,
                                        size_t count) {
    struct curl_blob blob = {(void *)bytes, count, CURL_BLOB_COPY};
    return curl_easy_setopt(easy, option, &blob);
}

typedef size_t (*cl_data_function)(char *_Nonnull bytes, size_t size, size_t count, void *_Nonnull context);
typedef int (*cl_debug_function)(CURL *_Nonnull easy, curl_infotype type, char *_Nonnull bytes, size_t count,
                                 void *_Nonnull context);
typedef int (*cl_sockopt_function)(void *_Nonnull context, curl_socket_t socket, curlsocktype purpose);
typedef curl_socket_t (*cl_opensocket_function)(void *_Nonnull context, curlsocktype purpose,
                                                struct curl_sockaddr *_Nonnull address);
typedef int (*cl_close_function)(void *_Nonnull context, curl_socket_t socket);
typedef int (*cl_socket_function)(CURL *_Nonnull easy, curl_socket_t socket, int what, void *_Nonnull context,
                                  void *_Nullable per_socket);
typedef int (*cl_timer_function)(CURLM *_Nonnull multi, long milliseconds, void *_Nonnull context);

static inline CURLcode cl_easy_set_data_function(CURL *_Nonnull easy, CURLoption option,
                                                 cl_data_function _Nonnull function) {
    return curl_easy_setopt(easy, option, function);
}

static inline CURLcode cl_easy_set_debug_function(CURL *_Nonnull easy, cl_debug_function _Nonnull function) {
    return curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, function);
}

static inline CURLcode cl_easy_set_sockopt_function(CURL *_Nonnull easy, cl_sockopt_function _Nonnull function) {
    return curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, function);
}

static inline CURLcode cl_easy_set_opensocket_function(CURL *_Nonnull easy, cl_opensocket_function _Nonnull function) {
    return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, function);
}

static inline CURLcode cl_easy_set_close_function(CURL *_Nonnull easy, cl_close_function _Nonnull function) {
    return curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, function);
}

static inline CURLcode cl_easy_get_long(CURL *_Nonnull easy, CURLINFO info, long *_Nonnull value) {
    return curl_easy_getinfo(easy, info, value);
}

static inline CURLcode cl_easy_get_offset(CURL *_Nonnull easy, CURLINFO info, curl_off_t *_Nonnull value) {
    return curl_easy_getinfo(easy, info, value);
}

static inline CURLcode cl_easy_get_string(CURL *_Nonnull easy, CURLINFO info, const char *_Nullable *_Nonnull value) {
    return curl_easy_getinfo(easy, info, value);
}

static inline CURLcode cl_easy_get_pointer(CURL *_Nonnull easy, CURLINFO info, void *_Nullable *_Nonnull value) {
    return curl_easy_getinfo(easy, info, value);
}

static inline CURLcode cl_easy_get_socket(CURL *_Nonnull easy, curl_socket_t *_Nonnull value) {
    return curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, value);
}

static inline CURLMcode cl_multi_set_long(CURLM *_Nonnull multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

static inline CURLMcode cl_multi_set_pointer(CURLM *_Nonnull multi, CURLMoption option, void *_Nullable value) {
    return curl_multi_setopt(multi, option, value);
}

static inline CURLMcode cl_multi_set_socket_function(CURLM *_Nonnull multi, cl_socket_function _Nonnull function) {
    return curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, function);
}

static inline CURLMcode cl_multi_set_timer_function(CURLM *_Nonnull multi, cl_timer_function _Nonnull function) {
    return curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, function);
}

/* Values of request headers: entity tags, qualities, tokens (RFC 9110). */
#ifndef HTTP_HEADERS_H
#define HTTP_HEADERS_H

#include <hotspot/types.h>

/* An entity tag: a quote, 16 hexadecimal digits, an optional coding's suffix, a quote, NUL. */
#define HS_ETAG_TEXT_SIZE 32

/* Writes `"0123456789abcdef"`, or with `-coding` before the closing quote when coding is not NULL (gzip). */
void hs_etag_format(uint64_t etag, const char *coding, char text[HS_ETAG_TEXT_SIZE]);
/* Whether an If-None-Match value names `etag` in any coding (weak comparison; `*` matches all). On a match
 * `matched` gets the tag as it is to be answered. */
bool hs_etag_matches(hs_str if_none_match, uint64_t etag, char matched[HS_ETAG_TEXT_SIZE]);
/* Whether an If-Match value names a tag that is `etag` in the bits of `mask`, in any coding (strong
 * comparison: none that is weak; `*` matches all). */
bool hs_etag_is_meant(hs_str if_match, uint64_t etag, uint64_t mask);
/* Quality in thousandths that an Accept value gives a media type; the most specific range decides.
 * An empty value accepts everything. */
unsigned hs_accept_quality(hs_str accept, hs_str media_type);
/* Quality in thousandths that an Accept-Encoding value gives a content coding; an empty value gives 0. */
unsigned hs_accept_encoding_quality(hs_str accept_encoding, hs_str coding);
/* Whether text is a token: a header's name, a method. */
bool hs_http_is_token(hs_str text);
/* Whether text can be the value of Host: name, address or [v6], optional port. */
bool hs_http_is_host(hs_str text);
/* The last address of an X-Forwarded-For value, that of who asked the proxy nearest to this server. A port
 * and brackets are left out; false where it is no IPv4 or IPv6 address. */
#define HS_ADDRESS_TEXT_SIZE 46
bool hs_forwarded_for(hs_str value, char address[HS_ADDRESS_TEXT_SIZE]);
/* Who an address is for limits: IPv4 as it is, also where mapped into IPv6; of IPv6 its first 64 bits. False
 * where it is none. */
bool hs_client_network(const char *address, char network[HS_ADDRESS_TEXT_SIZE]);

#endif

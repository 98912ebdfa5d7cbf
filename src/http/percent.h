/* Percent-escapes and query strings (RFC 3986, application/x-www-form-urlencoded). */
#ifndef HTTP_PERCENT_H
#define HTTP_PERCENT_H

#include "http/http.h"

/* More parameters than this in one query are refused. */
#define HS_QUERY_MAX_PAIRS 128

/* Decodes %XX (and `+` as a blank when plus_is_blank). Malformed escapes, NUL and text that is not UTF-8 are
 * HS_E_ARGUMENT. The result lives in the arena or is `text` itself. */
hs_status hs_percent_decode(hs_str text, bool plus_is_blank, hs_arena *arena, hs_error *error,
                            hs_str *decoded);
/* Parses `a=1&b=2`; empty pieces are skipped, a name without `=` has an empty value. */
hs_status hs_query_parse(hs_str query, hs_arena *arena, hs_error *error, const hs_http_pair **pairs,
                         size_t *count);
/* Appends `text` with everything but unreserved characters escaped. */
void hs_percent_encode(hs_buffer *out, hs_str text);

#endif

/* Requests that libmicrohttpd takes but whose framing two programs could read differently: refused, so that
 * nothing can be smuggled past a proxy in front. */
#include "http/server_private.h"

#include "base/text.h"
#include "http/headers.h"
#include <string.h>

typedef struct header_survey {
    unsigned lengths, transfers, hosts;
    hs_str length, host;
    bool bad_name, bad_line, check_lines;
    const char *line_end; /* where the next line must begin */
} header_survey;

/* libmicrohttpd 0.9.75 parses in place and writes NULs over the ends of lines: two where a line ended in
 * CR LF, one where it ended in LF alone. So lines that are what they should be follow one another two bytes
 * apart; one that had a NUL in it, or that was folded and therefore put together elsewhere, does not. */
static bool ended_by_crlf(const char *end) {
    return end[0] == '\0' && end[1] == '\0';
}

static bool line_in_place(header_survey *survey, hs_str name, hs_str text) {
    if (!survey->check_lines) return true;
    bool placed = name.data == survey->line_end && ended_by_crlf(text.data + text.size);
    survey->line_end = text.data + text.size + 2;
    return placed;
}

static bool has_control(hs_str text) {
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f) return true;
    }
    return false;
}

static enum MHD_Result survey_header(void *context, enum MHD_ValueKind kind, const char *key, size_t key_size,
                                     const char *value, size_t value_size) {
    (void)kind;
    header_survey *survey = context;
    hs_str name = {key, key_size};
    hs_str text = {value, value_size};
    if (!hs_http_is_token(name)) survey->bad_name = true;
    if (!value || has_control(text) || !line_in_place(survey, name, text)) survey->bad_line = true;
    if (hs_str_equal_nocase(name, HS_STR("Content-Length"))) {
        survey->lengths++;
        survey->length = text;
    } else if (hs_str_equal_nocase(name, HS_STR("Transfer-Encoding"))) {
        survey->transfers++;
    } else if (hs_str_equal_nocase(name, HS_STR("Host"))) {
        survey->hosts++;
        survey->host = text;
    }
    return MHD_YES;
}

/* Digits only: no sign, no blank, no list. False when larger than `limit`. */
static bool length_within(hs_str text, uint64_t limit, bool *digits) {
    uint64_t value = 0;
    bool within = true;
    *digits = text.size > 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            *digits = false;
            return false;
        }
        if (within) value = value * 10 + (uint64_t)(text.data[i] - '0');
        if (value > limit) within = false;
    }
    return within;
}

static unsigned refuse(const char **reason, unsigned status, const char *text) {
    *reason = text;
    return status;
}

static unsigned check_framing(const header_survey *survey, uint64_t max_body, const char **reason) {
    if (survey->lengths > 1) return refuse(reason, 400, "more than one Content-Length");
    if (survey->lengths > 0 && survey->transfers > 0)
        return refuse(reason, 400, "Content-Length together with Transfer-Encoding");
    if (survey->transfers > 0)
        return refuse(reason, 411, "send the body with Content-Length; Transfer-Encoding is not taken");
    bool digits = true;
    bool within = survey->lengths == 0 || length_within(survey->length, max_body, &digits);
    if (!digits) return refuse(reason, 400, "malformed Content-Length");
    if (!within) return refuse(reason, 413, "the body is larger than this server takes");
    return 0;
}

unsigned hs_guard_check(hs_exchange *exchange, const char *version, const char **reason) {
    header_survey survey = {.check_lines = exchange->server->raw_lines_checked,
                            .line_end = version + strlen(version) + 2};
    MHD_get_connection_values_n(exchange->connection, MHD_HEADER_KIND, survey_header, &survey);
    if (strcmp(version, "HTTP/1.1") != 0 && strcmp(version, "HTTP/1.0") != 0)
        return refuse(reason, 505, "HTTP/1.1 or HTTP/1.0 is expected");
    if (survey.check_lines && !ended_by_crlf(version + strlen(version)))
        return refuse(reason, 400, "the request line does not end in CR LF");
    if (survey.bad_name) return refuse(reason, 400, "malformed header name");
    if (survey.bad_line) return refuse(reason, 400, "a header line is malformed or does not end in CR LF");
    if (survey.hosts > 1) return refuse(reason, 400, "more than one Host");
    if (survey.hosts == 1 && survey.host.size > 0 && !hs_http_is_host(survey.host))
        return refuse(reason, 400, "malformed Host");
    const hs_server *server = exchange->server;
    uint64_t most = exchange->takes_upload ? server->max_upload : server->max_body;
    unsigned status = check_framing(&survey, most, reason);
    if (status) return status;
    if (exchange->uri_too_long) return refuse(reason, 414, "the URL is longer than 8192 bytes");
    return 0;
}

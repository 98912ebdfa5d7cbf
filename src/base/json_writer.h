/* The one JSON writer: streams into a buffer, keeps commas and nesting (at most 64 deep). Misuse
 * (a value without key inside an object) sets the buffer's status to HS_E_INTERNAL. Texts are written as
 * UTF-8 with the escapes that RFC 8259 requires; bytes that are not UTF-8 become U+FFFD. JSON is read with
 * jansson, through base/json.h. */
#ifndef BASE_JSON_WRITER_H
#define BASE_JSON_WRITER_H

#include "base/buffer.h"

typedef struct hs_json {
    hs_buffer *out;
    uint64_t level;     /* the bit of the present level, 0 outside */
    uint64_t has_items; /* one bit a level */
    uint64_t in_object;
    bool after_key;
} hs_json;

void hs_json_init(hs_json *json, hs_buffer *out);
void hs_json_object(hs_json *json);
void hs_json_object_end(hs_json *json);
void hs_json_array(hs_json *json);
void hs_json_array_end(hs_json *json);
void hs_json_key(hs_json *json, const char *key);
void hs_json_key_str(hs_json *json, hs_str key);
/* A key that is JSON already, with its colon: HS_JSON_KEY("name"). Whole members may stand before it. */
void hs_json_key_raw(hs_json *json, hs_str quoted);
#define HS_JSON_KEY(name)               HS_STR("\"" name "\":")
#define hs_json_key_literal(json, name) hs_json_key_raw(json, HS_JSON_KEY(name))
void hs_json_text(hs_json *json, const char *text); /* null for NULL */
void hs_json_str(hs_json *json, hs_str text);
void hs_json_int(hs_json *json, int64_t value);
void hs_json_uint(hs_json *json, uint64_t value);
/* Shortest text that reads back as the same double; null when not finite. */
void hs_json_double(hs_json *json, double value);
/* value / 10^decimals without rounding, trailing zeros dropped: hs_json_fixed(j, 1004497000, 7) is 100.4497.
 */
void hs_json_fixed(hs_json *json, int64_t value, int decimals);
/* [lon,lat] with at most 7 decimals. */
void hs_json_position(hs_json *json, hs_position position);
void hs_json_bool(hs_json *json, bool value);
void hs_json_null(hs_json *json);
/* RFC 3339 in UTC with Z; null for HS_NO_TIME. */
void hs_json_time(hs_json *json, int64_t time_s);
/* A value that is JSON already. */
void hs_json_raw(hs_json *json, hs_str text);
/* Members of the present object that are JSON already, without a comma at either end; at least one. */
void hs_json_members_raw(hs_json *json, hs_str members);

/* For values of many members, written in place: room for one of at most `most` bytes, NULL on failure; then
 * its end. */
char *hs_json_reserve(hs_json *json, size_t most);
void hs_json_commit(hs_json *json, const char *end);
/* Write at `at` and return the end. A text takes at most HS_JSON_TEXT_MOST, a number HS_JSON_NUMBER_MOST. */
char *hs_json_put_text(char *at, hs_str text);
char *hs_json_put_int(char *at, int64_t value);
char *hs_json_put_fixed(char *at, int64_t value, unsigned decimals); /* as hs_json_fixed */
#define HS_JSON_TEXT_MOST(size) (6 * (size_t)(size) + 2)
#define HS_JSON_NUMBER_MOST     24

/* Key and value in one call. */
void hs_json_pair_text(hs_json *json, const char *key, const char *text);
void hs_json_pair_str(hs_json *json, const char *key, hs_str text);
void hs_json_pair_int(hs_json *json, const char *key, int64_t value);
void hs_json_pair_double(hs_json *json, const char *key, double value);
void hs_json_pair_bool(hs_json *json, const char *key, bool value);

#endif

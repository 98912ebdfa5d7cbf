/* The one JSON parser: jansson behind limits. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <hotspot/error.h>
#include <jansson.h>

/* Parses `text` (duplicate keys and nesting beyond jansson's limit refused); errors name line and column.
 * The caller owns the value: json_decref. */
hs_status hs_json_parse(hs_str text, hs_error *error, json_t **value);
/* The text of member `key` of an object; an empty text when absent or no string. Lives as long as `object`.
 */
hs_str hs_json_get_str(const json_t *object, const char *key);

#endif

#include "base/json.h"

hs_status hs_json_parse(hs_str text, hs_error *error, json_t **value) {
    json_error_t problem;
    json_t *parsed = json_loadb(text.size > 0 ? text.data : "", text.size,
                                JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &problem);
    if (!parsed)
        return hs_error_set(error, HS_E_INPUT, "JSON, line %d, column %d: %s", problem.line, problem.column,
                            problem.text);
    *value = parsed;
    return HS_OK;
}

hs_str hs_json_get_str(const json_t *object, const char *key) {
    const json_t *member = json_object_get(object, key);
    if (!json_is_string(member)) return (hs_str){0};
    return (hs_str){json_string_value(member), json_string_length(member)};
}

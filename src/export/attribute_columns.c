#include "export/attribute_columns.h"

#include "base/hash.h"
#include "base/json.h"
#include "base/text.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TEXTS_MOST ((size_t)256 << 20)
#define MOST       1900 /* columns: what GeoPackage takes, and some room */

struct hs_attribute_columns {
    const hs_field *first;
    uint32_t first_count;
    hs_dictionary *names;
    hs_field_type *type; /* by number of the name */
    uint32_t capacity;
    json_t *object; /* of the row that was read last */
    hs_arena *texts;
};

hs_status hs_attribute_columns_new(const hs_field *first, uint32_t first_count, hs_error *error,
                                   hs_attribute_columns **columns) {
    hs_attribute_columns *made = calloc(1, sizeof *made);
    if (made) {
        made->first = first;
        made->first_count = first_count;
        made->names = hs_dictionary_new();
        made->texts = hs_arena_new(TEXTS_MOST);
    }
    if (!made || !made->names || !made->texts) {
        hs_attribute_columns_free(made);
        return hs_error_memory(error, "the columns");
    }
    *columns = made;
    return HS_OK;
}

void hs_attribute_columns_free(hs_attribute_columns *columns) {
    if (!columns) return;
    json_decref(columns->object);
    hs_dictionary_free(columns->names);
    hs_arena_free(columns->texts);
    free(columns->type);
    free(columns);
}

static bool stands_before(const hs_attribute_columns *columns, hs_str name) {
    for (uint32_t f = 0; f < columns->first_count; f++)
        if (hs_str_equal_nocase(hs_str_of(columns->first[f].name), name)) return true;
    return false;
}

static hs_field_type type_of(const json_t *value) {
    if (json_is_integer(value) || json_is_boolean(value)) return HS_FIELD_INTEGER;
    return json_is_real(value) ? HS_FIELD_REAL : HS_FIELD_TEXT;
}

static hs_field_type join(hs_field_type a, hs_field_type b) {
    if (a == b) return a;
    return a == HS_FIELD_TEXT || b == HS_FIELD_TEXT ? HS_FIELD_TEXT : HS_FIELD_REAL;
}

static hs_status see_member(hs_attribute_columns *columns, hs_str name, const json_t *value,
                            hs_error *error) {
    uint32_t before = hs_dictionary_count(columns->names);
    uint32_t number = hs_dictionary_put(columns->names, name);
    if (number == HS_NONE) return hs_error_memory(error, "the columns");
    if (number >= MOST)
        return hs_error_set(error, HS_E_LIMIT, "the features have more than %d columns", MOST);
    if (number < before) {
        columns->type[number] = join(columns->type[number], type_of(value));
        return HS_OK;
    }
    if (number >= columns->capacity) {
        uint32_t capacity = columns->capacity ? 2 * columns->capacity : 64;
        hs_field_type *grown = realloc(columns->type, capacity * sizeof *grown);
        if (!grown) return hs_error_memory(error, "the columns");
        columns->type = grown;
        columns->capacity = capacity;
    }
    columns->type[number] = type_of(value);
    return HS_OK;
}

hs_status hs_attribute_columns_see(hs_attribute_columns *columns, hs_str attributes, hs_error *error) {
    json_t *object;
    if (attributes.size == 0 || hs_json_parse(attributes, NULL, &object) != HS_OK) return HS_OK;
    hs_status status = HS_OK;
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value) {
        hs_str name = hs_str_of(key);
        if (json_is_null(value) || name.size == 0 || stands_before(columns, name)) continue;
        status = see_member(columns, name, value, error);
        if (status != HS_OK) break;
    }
    json_decref(object);
    return status;
}

static bool is_taken(const hs_field *fields, uint32_t count, const char *name) {
    for (uint32_t f = 0; f < count; f++)
        if (hs_str_equal_nocase(hs_str_of(fields[f].name), hs_str_of(name))) return true;
    return false;
}

hs_status hs_attribute_columns_fields(hs_attribute_columns *columns, hs_arena *arena, hs_error *error,
                                      hs_field **fields, uint32_t *count) {
    uint32_t more = hs_dictionary_count(columns->names), filled = columns->first_count;
    hs_field *made = hs_arena_array(arena, (size_t)filled + more + 1, sizeof *made);
    if (!made) return hs_error_memory(error, "the fields");
    memcpy(made, columns->first, filled * sizeof *made);
    for (uint32_t n = 0; n < more; n++) {
        const char *given = hs_dictionary_text(columns->names, n).data;
        const char *name = hs_arena_strndup(arena, given, strlen(given));
        for (int k = 2; name && is_taken(made, filled, name); k++)
            name = hs_arena_printf(arena, "%s_%d", given, k);
        if (!name) return hs_error_memory(error, "the fields");
        made[filled++] = (hs_field){name, columns->type[n]};
    }
    *fields = made;
    *count = filled;
    return HS_OK;
}

static hs_status read_text(hs_attribute_columns *columns, const json_t *value, hs_error *error,
                           hs_value *out) {
    if (json_is_string(value)) {
        out->text = (hs_str){json_string_value(value), json_string_length(value)};
        if (out->text.size == 0) out->text.data = NULL;
        return HS_OK;
    }
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15));
    if (text) out->text = hs_arena_str(columns->texts, hs_str_of(text));
    free(text);
    return out->text.data ? HS_OK : hs_error_memory(error, "a column's text");
}

static hs_status read_member(hs_attribute_columns *columns, hs_field_type type, const json_t *value,
                             hs_error *error, hs_value *out) {
    *out = (hs_value){.absent = true, .real = NAN};
    if (!value || json_is_null(value)) return HS_OK;
    if (type == HS_FIELD_TEXT) {
        out->absent = false;
        return read_text(columns, value, error, out);
    }
    out->absent = false;
    out->integer = json_is_boolean(value) ? json_is_true(value) : json_integer_value(value);
    out->real = json_is_real(value) ? json_real_value(value) : (double)out->integer;
    return HS_OK;
}

hs_status hs_attribute_columns_read(hs_attribute_columns *columns, hs_str attributes, hs_error *error,
                                    hs_value *values) {
    uint32_t count = hs_dictionary_count(columns->names);
    if (count == 0) return HS_OK;
    json_decref(columns->object);
    columns->object = NULL;
    hs_arena_reset(columns->texts);
    if (attributes.size > 0) (void)hs_json_parse(attributes, NULL, &columns->object);
    hs_status status = HS_OK;
    for (uint32_t n = 0; status == HS_OK && n < count; n++)
        status = read_member(columns, columns->type[n],
                             json_object_get(columns->object, hs_dictionary_text(columns->names, n).data),
                             error, &values[n]);
    return status;
}

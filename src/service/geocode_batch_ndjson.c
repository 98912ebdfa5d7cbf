/* A JSON object a line, in and out: objects stay as they were written, what was found becomes members of
 * them. A text alone is an address. */
#include "service/geocode_batch_private.h"

#include "base/json.h"
#include "base/json_writer.h"
#include "base/text.h"
#include <hotspot/coordinates.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_MEMBERS = 1024 };

/* A member as text: texts as they are, numbers as JSON writes them; empty for all else. */
static hs_str member_text(hs_geocode_batch *batch, const json_t *value) {
    if (json_is_string(value))
        return hs_arena_str(batch->arena,
                            hs_str_trim((hs_str){json_string_value(value), json_string_length(value)}));
    if (!json_is_number(value)) return (hs_str){"", 0};
    char text[64];
    size_t size = json_dumpb(value, text, sizeof text, JSON_ENCODE_ANY);
    return size <= sizeof text ? hs_arena_str(batch->arena, (hs_str){text, size}) : (hs_str){"", 0};
}

static void remember(hs_geocode_batch *batch, int i, hs_str name) {
    free(batch->member[i]);
    batch->member[i] = strndup(name.data, name.size);
}

/* Finds the members by name, as columns are found; 0: none. */
static uint32_t guess_members(hs_geocode_batch *batch, json_t *object) {
    if (batch->columns_asked > 0 && batch->member[0] && json_object_get(object, batch->member[0]) &&
        (batch->columns_asked == 1 || (batch->member[1] && json_object_get(object, batch->member[1]))))
        return batch->columns_asked;
    hs_str names[MOST_MEMBERS];
    uint32_t count = 0, found[HS_BATCH_COLUMNS_MAX];
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value) {
        if (count < MOST_MEMBERS) names[count++] = hs_str_of(key);
    }
    uint32_t asked = hs_batch_guess(batch, names, count, found);
    for (uint32_t i = 0; i < asked; i++)
        remember(batch, (int)i, names[found[i]]);
    batch->columns_asked = asked;
    return asked;
}

static uint32_t read_members(hs_geocode_batch *batch, json_t *object, hs_str texts[HS_BATCH_COLUMNS_MAX]) {
    const hs_geocode_batch_options *options = &batch->options;
    uint32_t count = (uint32_t)options->column_count;
    for (uint32_t i = 0; i < count; i++)
        texts[i] = member_text(batch, json_object_get(object, options->column[i].data));
    if (count > 0) return count;
    count = guess_members(batch, object);
    for (uint32_t i = 0; i < count; i++)
        texts[i] = batch->member[i] ? member_text(batch, json_object_get(object, batch->member[i]))
                                    : (hs_str){"", 0};
    return count;
}

/* Members that would stand twice go out of the object. */
static hs_status drop_members(hs_geocode_batch *batch, json_t *object, hs_batch_row *row, hs_error *error) {
    hs_batch_value values[HS_BATCH_VALUES_MAX];
    char scratch[HS_BATCH_SCRATCH];
    size_t count = hs_batch_values(batch, NULL, scratch, values);
    bool any = false;
    for (size_t i = 0; i < count; i++)
        any |= json_object_del(object, values[i].name) == 0;
    row->has_members = json_object_size(object) > 0;
    if (!any) return HS_OK;
    char *text = json_dumps(object, JSON_COMPACT);
    if (text) row->raw = hs_arena_str(batch->arena, hs_str_of(text));
    free(text);
    return text && row->raw.data ? HS_OK : hs_error_memory(error, "a row");
}

static void ask(hs_geocode_batch *batch, const hs_str *texts, uint32_t count, hs_batch_row *row) {
    double lon, lat;
    if (!batch->options.reverse) {
        row->address = count > 0 ? hs_batch_join(batch, texts, count) : (hs_str){"", 0};
        row->asks = row->address.size > 0;
        if (count == 0) row->problem = "no member is known for addresses";
    } else if (count < 2) {
        row->problem = "no members are known for longitude and latitude";
    } else if (!hs_str_to_double(texts[0], &lon) || !hs_str_to_double(texts[1], &lat) ||
               !hs_position_from_degrees(lon, lat, &row->position)) {
        row->problem = "longitude and latitude are not numbers of degrees";
    } else {
        row->asks = true;
    }
}

static hs_status take_object(hs_geocode_batch *batch, json_t *object, hs_batch_row *row, hs_error *error) {
    hs_str texts[HS_BATCH_COLUMNS_MAX] = {0};
    uint32_t count = read_members(batch, object, texts);
    for (uint32_t i = 0; i < count; i++)
        if (!texts[i].data) return hs_error_memory(error, "a row");
    ask(batch, texts, count, row);
    row->is_object = true;
    return drop_members(batch, object, row, error);
}

static hs_status take_line(hs_geocode_batch *batch, hs_str line, hs_batch_row *row, hs_error *error) {
    json_t *value = NULL;
    hs_error wrong = {0};
    row->raw = line;
    hs_status status = hs_json_parse(line, &wrong, &value);
    if (status == HS_E_MEMORY) return hs_error_memory(error, "a row");
    if (status != HS_OK) {
        row->problem = hs_arena_printf(batch->arena, "not JSON: %s", wrong.message);
        return row->problem ? HS_OK : hs_error_memory(error, "a row");
    }
    if (json_is_object(value)) {
        status = take_object(batch, value, row, error);
    } else if (json_is_string(value) && !batch->options.reverse) {
        row->address = member_text(batch, value);
        row->asks = row->address.size > 0;
        if (!row->address.data) status = hs_error_memory(error, "a row");
    } else {
        row->problem = batch->options.reverse ? "not an object" : "neither an object nor a text";
    }
    json_decref(value);
    return status;
}

hs_status hs_batch_ndjson_read(hs_geocode_batch *batch, hs_batch_row *row, hs_error *error, bool *some) {
    hs_str line = {"", 0};
    *some = false;
    while (line.size == 0) {
        hs_str rest = hs_text_reader_rest(&batch->reader);
        const char *end = rest.size > 0 ? memchr(rest.data, '\n', rest.size) : NULL;
        if (!end && (!batch->reader.ended || rest.size == 0)) return HS_OK;
        size_t size = end ? (size_t)(end - rest.data) : rest.size;
        hs_text_reader_take(&batch->reader, size + (end != NULL));
        line = hs_str_trim((hs_str){rest.data, size});
        /* RFC 8142's separator is taken too. */
        if (line.size > 0 && line.data[0] == '\x1e')
            line = hs_str_trim((hs_str){line.data + 1, line.size - 1});
    }
    *some = true;
    return take_line(batch, line, row, error);
}

static void put_members(const hs_geocode_batch *batch, const hs_batch_row *row, hs_json *json) {
    hs_batch_value values[HS_BATCH_VALUES_MAX];
    char scratch[HS_BATCH_SCRATCH];
    size_t count = hs_batch_values(batch, row, scratch, values);
    for (size_t i = 0; i < count; i++) {
        const hs_batch_value *value = &values[i];
        bool is_error = i + 1 == count;
        if (is_error && value->type == HS_VALUE_NOTHING) continue;
        hs_json_key(json, value->name);
        switch (value->type) {
        case HS_VALUE_TEXT:
            hs_json_str(json, value->text);
            break;
        case HS_VALUE_DECIMAL:
            hs_json_fixed(json, value->number, value->decimals);
            break;
        case HS_VALUE_FLAG:
            hs_json_bool(json, value->number != 0);
            break;
        default:
            hs_json_null(json);
        }
    }
}

/* The object's own members as they were written, without the braces. */
static hs_str inner(hs_str raw) {
    return hs_str_trim((hs_str){raw.data + 1, raw.size - 2});
}

void hs_batch_ndjson_write(const hs_geocode_batch *batch, const hs_batch_row *row, uint64_t number,
                           hs_buffer *out) {
    hs_json json;
    hs_json_init(&json, out);
    hs_json_object(&json);
    if (row->is_object) {
        if (row->has_members) hs_json_members_raw(&json, inner(row->raw));
    } else if (row->problem) {
        hs_json_key(&json, "row");
        hs_json_uint(&json, number);
        hs_json_pair_str(&json, "input", row->raw);
    } else {
        hs_json_pair_str(&json, "address", row->address);
    }
    put_members(batch, row, &json);
    hs_json_object_end(&json);
    hs_buffer_byte(out, '\n');
}

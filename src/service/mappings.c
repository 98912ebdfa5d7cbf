#include "service/mappings.h"

#include "base/json.h"
#include "base/json_writer.h"
#include "base/text.h"

#define NAME_LIMIT    100
#define MAPPING_LIMIT ((size_t)1 << 20)

bool hs_mapping_is_given(const hs_ingest_options *options) {
    return options->map_count > 0 || options->layer || options->crs || options->encoding ||
           options->date_format || options->level != HS_LEVEL_COUNT;
}

static void write_text(hs_json *json, const char *key, const char *text) {
    if (text) hs_json_pair_text(json, key, text);
}

static void write_options(hs_json *json, const hs_ingest_options *options) {
    hs_json_object(json);
    write_text(json, "layer", options->layer);
    write_text(json, "crs", options->crs);
    write_text(json, "encoding", options->encoding);
    write_text(json, "date-format", options->date_format);
    if (options->level != HS_LEVEL_COUNT) write_text(json, "level", hs_level_name(options->level));
    hs_json_key(json, "map");
    hs_json_array(json);
    for (size_t i = 0; i < options->map_count; i++) {
        hs_json_array(json);
        hs_json_str(json, options->map_field[i]);
        hs_json_str(json, options->map_column[i]);
        hs_json_array_end(json);
    }
    hs_json_array_end(json);
    hs_json_object_end(json);
}

hs_status hs_mapping_save(hs_store *store, hs_kind kind, hs_str name, const hs_ingest_options *options,
                          hs_error *error) {
    if (name.size == 0 || name.size > NAME_LIMIT || !hs_utf8_valid(name))
        return hs_error_set(error, HS_E_ARGUMENT, "--mapping: a name of 1 to %d bytes of UTF-8 is expected",
                            NAME_LIMIT);
    hs_buffer text;
    hs_json json;
    hs_buffer_init(&text, MAPPING_LIMIT);
    hs_json_init(&json, &text);
    write_options(&json, options);
    hs_status status = text.status == HS_OK
                           ? hs_store_put_mapping(store, kind, name, (hs_str){text.data, text.size}, error)
                           : hs_error_set(error, text.status, "the mapping is too large");
    hs_buffer_done(&text);
    return status;
}

static const char *read_text(const json_t *object, const char *key, hs_arena *arena) {
    hs_str text = hs_json_get_str(object, key);
    return text.data ? hs_arena_strndup(arena, text.data, text.size) : NULL;
}

static hs_str copy_text(const json_t *value, hs_arena *arena) {
    return hs_arena_str(arena, (hs_str){json_string_value(value), json_string_length(value)});
}

static hs_status read_map(const json_t *map, hs_arena *arena, hs_error *error, hs_ingest_options *options) {
    size_t count = json_array_size(map);
    hs_str *fields = hs_arena_array(arena, count + 1, sizeof *fields);
    hs_str *columns = hs_arena_array(arena, count + 1, sizeof *columns);
    if (!fields || !columns) return hs_error_set(error, HS_E_MEMORY, "out of memory for a mapping");
    for (size_t i = 0; i < count; i++) {
        fields[i] = copy_text(json_array_get(json_array_get(map, i), 0), arena);
        columns[i] = copy_text(json_array_get(json_array_get(map, i), 1), arena);
        if (!fields[i].data || !columns[i].data)
            return hs_error_set(error, HS_E_MEMORY, "out of memory for a mapping");
    }
    options->map_field = fields;
    options->map_column = columns;
    options->map_count = count;
    return HS_OK;
}

hs_status hs_mapping_load(hs_store *store, hs_kind kind, hs_str name, hs_arena *arena, hs_error *error,
                          hs_ingest_options *options) {
    hs_str text = {0};
    json_t *kept = NULL;
    hs_status status = hs_store_get_mapping(store, kind, name, arena, error, &text);
    if (status == HS_OK) status = hs_json_parse(text, error, &kept);
    if (status != HS_OK) return status;
    options->layer = read_text(kept, "layer", arena);
    options->layer_kept = options->layer != NULL;
    options->crs = read_text(kept, "crs", arena);
    options->encoding = read_text(kept, "encoding", arena);
    options->date_format = read_text(kept, "date-format", arena);
    options->level = hs_level_parse(hs_json_get_str(kept, "level"));
    status = read_map(json_object_get(kept, "map"), arena, error, options);
    json_decref(kept);
    return status;
}

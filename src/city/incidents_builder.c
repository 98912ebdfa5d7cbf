#include "city/incidents_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_FIELDS = 6, LENGTH_MOST = 10, TEXT_MOST = 1 << 24 };

static hs_status out_of_memory(hs_error *error) {
    return hs_error_set(error, HS_E_MEMORY, "out of memory for incidents");
}

hs_status hs_incidents_builder_new(hs_error *error, hs_incidents_builder **builder) {
    hs_incidents_builder *made = calloc(1, sizeof *made);
    if (!made) return out_of_memory(error);
    for (int kind = 0; kind < HS_CODE_COUNT; kind++) {
        made->codes[kind].texts = hs_dictionary_new();
        made->codes[kind].last = HS_NONE;
        if (!made->codes[kind].texts) {
            hs_incidents_builder_free(made);
            return out_of_memory(error);
        }
    }
    *builder = made;
    return HS_OK;
}

void hs_incidents_builder_free(hs_incidents_builder *builder) {
    if (!builder) return;
    for (int kind = 0; kind < HS_CODE_COUNT; kind++) {
        hs_dictionary_free(builder->codes[kind].texts);
        free(builder->codes[kind].first_row);
    }
    free(builder->rows);
    free(builder->texts);
    free(builder);
}

void hs_incidents_builder_set_zone(hs_incidents_builder *builder, const hs_timezone *zone) {
    builder->zone = zone;
}

static bool grow_codes(hs_code_list *list, uint32_t count) {
    if (count <= list->capacity) return true;
    uint32_t capacity = list->capacity ? 2 * list->capacity : 64;
    int64_t *grown = realloc(list->first_row, capacity * sizeof *grown);
    if (!grown) return false;
    list->first_row = grown;
    list->capacity = capacity;
    return true;
}

static hs_status put_code(hs_code_list *list, const char *what, hs_str text, int64_t row, hs_error *error,
                          uint16_t *code) {
    uint32_t known = hs_dictionary_count(list->texts), number = list->last;
    if (number != HS_NONE) {
        hs_str last = hs_dictionary_text(list->texts, number);
        if (last.size != text.size || (text.size > 0 && memcmp(last.data, text.data, text.size) != 0))
            number = HS_NONE;
    }
    if (number == HS_NONE) number = hs_dictionary_put(list->texts, text);
    if (number == HS_NONE) return out_of_memory(error);
    if (number >= HS_CODE_LIMIT)
        return hs_error_set(error, HS_E_LIMIT, "incidents have more than %u different texts as %s",
                            HS_CODE_LIMIT, what);
    if (number == known) {
        if (!grow_codes(list, known + 1)) return out_of_memory(error);
        list->first_row[number] = row;
    } else if (row < list->first_row[number]) {
        list->first_row[number] = row;
    }
    list->last = number;
    *code = (uint16_t)number;
    return HS_OK;
}

/* A length in groups of seven bits, the lowest first. */
static char *put_length(char *out, size_t length) {
    for (; length >= 0x80; length >>= 7)
        *out++ = (char)(length | 0x80);
    *out++ = (char)length;
    return out;
}

static size_t get_length(const char **in) {
    size_t length = 0;
    for (unsigned shift = 0;; shift += 7) {
        unsigned char byte = (unsigned char)*(*in)++;
        length |= (size_t)(byte & 0x7f) << shift;
        if (byte < 0x80) return length;
    }
}

static bool put_texts(hs_incidents_builder *builder, const hs_incident_record *record) {
    const hs_str texts[TEXT_FIELDS] = {record->external_id, record->address, record->department,
                                       record->description, record->unit,    record->category_text};
    size_t size = TEXT_FIELDS * LENGTH_MOST;
    for (int i = 0; i < TEXT_FIELDS; i++)
        size += texts[i].size;
    if (builder->texts_capacity - builder->texts_size < size) {
        size_t capacity = builder->texts_capacity + builder->texts_capacity / 2 + size + (1 << 16);
        char *grown = realloc(builder->texts, capacity);
        if (!grown) return false;
        builder->texts = grown;
        builder->texts_capacity = capacity;
    }
    char *out = builder->texts + builder->texts_size;
    for (int i = 0; i < TEXT_FIELDS; i++)
        out = put_length(out, texts[i].size);
    for (int i = 0; i < TEXT_FIELDS; i++) {
        if (texts[i].size > 0) memcpy(out, texts[i].data, texts[i].size);
        out += texts[i].size;
    }
    builder->texts_size = (size_t)(out - builder->texts);
    return true;
}

void hs_incident_texts_get(const hs_incident_chunk *chunk, uint32_t i, hs_incident_texts *texts) {
    hs_str *fields[TEXT_FIELDS] = {&texts->external_id, &texts->address, &texts->department,
                                   &texts->description, &texts->unit,    &texts->category_text};
    const char *in = chunk->texts + chunk->text[i];
    for (int field = 0; field < TEXT_FIELDS; field++)
        fields[field]->size = get_length(&in);
    for (int field = 0; field < TEXT_FIELDS; field++) {
        fields[field]->data = in;
        in += fields[field]->size;
    }
}

/* Rounded up, so that no incident counts as more exact than it is. */
static uint16_t whole_accuracy(float accuracy_m) {
    if (!(accuracy_m < 65535.0F)) return 65535;
    return accuracy_m > 0 ? (uint16_t)ceilf(accuracy_m) : 0;
}

static bool grow_rows(hs_incidents_builder *builder) {
    if (builder->count < builder->capacity) return true;
    if (builder->capacity > UINT32_MAX / 4) return false;
    uint32_t capacity = builder->capacity ? 2 * builder->capacity : 1024;
    hs_raw_row *grown = realloc(builder->rows, capacity * sizeof *grown);
    if (!grown) return false;
    builder->rows = grown;
    builder->capacity = capacity;
    return true;
}

hs_status hs_incidents_add(hs_incidents_builder *builder, const hs_incident_record *record, hs_error *error) {
    if (record->batch < 0 || record->batch > UINT32_MAX)
        return hs_error_set(error, HS_E_LIMIT, "incident %lld has batch %lld, which is out of range",
                            (long long)record->id, (long long)record->batch);
    if ((unsigned)record->match_type >= HS_MATCH_COUNT)
        return hs_error_set(error, HS_E_ARGUMENT, "incident %lld has no valid match type",
                            (long long)record->id);
    if (!grow_rows(builder)) return out_of_memory(error);
    hs_raw_row row = {.row = record->id,
                      .reported_s = record->reported_s,
                      .occurred_s = record->occurred_s,
                      .closed_s = record->closed_s,
                      .deadline_s = record->deadline_s,
                      .position = record->position,
                      .text = builder->texts_size,
                      .batch = (uint32_t)record->batch,
                      .weight = record->weight,
                      .accuracy_m = whole_accuracy(record->accuracy_m),
                      .match_type = (uint8_t)record->match_type,
                      .reviewed = record->reviewed,
                      .has_position = record->has_position};
    hs_str texts[HS_CODE_COUNT] = {record->category, record->source, record->status};
    static const char *const what[HS_CODE_COUNT] = {"category", "source", "status"};
    for (int kind = 0; kind < HS_CODE_COUNT; kind++) {
        hs_status status =
            put_code(&builder->codes[kind], what[kind], texts[kind], record->id, error, &row.code[kind]);
        if (status != HS_OK) return status;
    }
    if (!put_texts(builder, record)) return out_of_memory(error);
    size_t text_size = builder->texts_size - row.text;
    if (text_size > TEXT_MOST)
        return hs_error_set(error, HS_E_LIMIT, "incident %lld has more than %d bytes of text",
                            (long long)record->id, TEXT_MOST);
    row.text_size = (uint32_t)text_size;
    builder->rows[builder->count++] = row;
    return HS_OK;
}

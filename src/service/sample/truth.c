/* The truth file beside the sample city. */
#include "service/sample/sample.h"

#include "base/buffer.h"
#include "base/clock.h"
#include "base/text.h"
#include "export/vector_writer.h"

#include <stdlib.h>

static hs_status write_segments(hs_vector_writer *writer, const hs_geography *geography, hs_error *error) {
    const hs_field fields[] = {
        {"segment", HS_FIELD_INTEGER}, {"street", HS_FIELD_TEXT}, {"length_m", HS_FIELD_REAL}};
    hs_status status = hs_vector_writer_layer(writer, "segments", HS_GEOMETRY_LINES, false, fields, 3, error);
    const hs_segments *segments = &geography->segments;
    for (uint32_t s = 0; status == HS_OK && s < segments->count; s++) {
        uint32_t ring_start[2] = {0, segments->lines.ring_start[s + 1] - segments->lines.ring_start[s]};
        hs_geometry line = {.type = HS_GEOMETRY_LINES,
                            .ring_count = 1,
                            .ring_start = ring_start,
                            .positions = segments->lines.positions + segments->lines.ring_start[s]};
        const hs_value values[] = {{.integer = (int64_t)s + 1},
                                   {.text = geography->streets.name[segments->street[s]]},
                                   {.real = (double)segments->length_m[s]}};
        status = hs_vector_writer_row(writer, &line, values, error);
    }
    return status;
}

typedef struct expected_writer {
    hs_vector_writer *writer;
    const hs_sample_definition *definition;
} expected_writer;

static hs_status write_expected(void *context, const hs_sample_expected *row, hs_error *error) {
    expected_writer *to = context;
    const hs_value values[] = {{.integer = (int64_t)row->segment + 1},
                               {.text = to->definition->category[row->category].code},
                               {.integer = row->hour},
                               {.real = row->expected}};
    return hs_vector_writer_row(to->writer, NULL, values, error);
}

static void put_day(hs_buffer *buffer, int64_t day) {
    hs_civil civil = hs_civil_from_s(day * 86400);
    hs_buffer_printf(buffer, "%04d-%02d-%02d", civil.year, civil.month, civil.day);
    hs_buffer_byte(buffer, 0);
}

/* Numbers of the hours (from 0) or weekdays (from 1) that a profile allows, comma separated. */
static void put_allowed(hs_buffer *buffer, const double *profile, uint32_t count, uint32_t first) {
    const char *before = "";
    for (uint32_t k = 0; k < count; k++) {
        if (!(profile[k] > 0)) continue;
        hs_buffer_printf(buffer, "%s%u", before, k + first);
        before = ",";
    }
    hs_buffer_byte(buffer, 0);
}

static hs_status put_segments(hs_buffer *buffer, const hs_sample_component *component,
                              const uint32_t *segment_of) {
    uint32_t last = HS_NONE;
    for (uint32_t k = 0; k < component->edge_count; k++) {
        uint32_t segment = segment_of[component->edge[k]];
        if (segment == last) continue;
        hs_buffer_printf(buffer, "%s%u", last == HS_NONE ? "" : ",", segment + 1);
        last = segment;
    }
    hs_buffer_byte(buffer, 0);
    return buffer->status;
}

static hs_status write_planted_row(hs_vector_writer *writer, const hs_sample_process *process,
                                   const hs_sample_component *component, const uint32_t *segment_of,
                                   hs_error *error) {
    const hs_sample_definition *definition = &process->city->definition;
    const hs_sample_planted *planted = &definition->planted[component->planted];
    hs_buffer text[5];
    for (int b = 0; b < 5; b++)
        hs_buffer_init(&text[b], (size_t)1 << 20);
    put_segments(&text[0], component, segment_of);
    put_day(&text[1], planted->from_day);
    if (planted->to_day != INT64_MAX) put_day(&text[2], planted->to_day - 1);
    put_allowed(&text[3], planted->calendar.hour, 24, 0);
    put_allowed(&text[4], planted->calendar.weekday, 7, 1);
    hs_status status = HS_OK;
    for (int b = 0; b < 5; b++)
        if (text[b].status != HS_OK) status = hs_error_set(error, text[b].status, "no memory for the truth");
    const hs_value values[] = {
        {.text = planted->key},
        {.text = definition->category[planted->category].code},
        {.text = hs_str_of(text[0].data)},
        {.text = hs_str_of(text[1].data)},
        {.text = hs_str_of(text[2].data)},
        {.text = hs_str_of(text[3].data)},
        {.text = hs_str_of(text[4].data)},
        {.text = planted->season_key},
        {.real = planted->per_week * process->scale},
        {.text = planted->story.zh},
        {.text = planted->story.en},
    };
    if (status == HS_OK) status = hs_vector_writer_row(writer, NULL, values, error);
    for (int b = 0; b < 5; b++)
        hs_buffer_done(&text[b]);
    return status;
}

static hs_status write_planted(hs_vector_writer *writer, const hs_sample_process *process,
                               const hs_geography *geography, hs_error *error) {
    const hs_field fields[] = {
        {"key", HS_FIELD_TEXT},      {"category", HS_FIELD_TEXT}, {"segments", HS_FIELD_TEXT},
        {"from", HS_FIELD_TEXT},     {"to", HS_FIELD_TEXT},       {"hours", HS_FIELD_TEXT},
        {"weekdays", HS_FIELD_TEXT}, {"season", HS_FIELD_TEXT},   {"strength", HS_FIELD_REAL},
        {"story", HS_FIELD_TEXT},    {"story_en", HS_FIELD_TEXT}};
    uint32_t *segment_of = calloc((size_t)process->city->edge_count + 1, sizeof *segment_of);
    if (!segment_of) return hs_error_set(error, HS_E_MEMORY, "no memory for the truth");
    hs_status status = hs_sample_match_edges(process->city, geography, error, segment_of);
    if (status == HS_OK)
        status = hs_vector_writer_layer(writer, "planted", HS_GEOMETRY_NONE, false, fields,
                                        sizeof fields / sizeof *fields, error);
    for (uint32_t c = 0; status == HS_OK && c < process->component_count; c++)
        if (process->component[c].planted != HS_NONE)
            status = write_planted_row(writer, process, &process->component[c], segment_of, error);
    free(segment_of);
    return status;
}

hs_status hs_sample_write_truth(const char *path, const hs_sample_process *process,
                                const hs_geography *geography, int64_t from_day, hs_error *error) {
    const hs_field fields[] = {{"segment", HS_FIELD_INTEGER},
                               {"category", HS_FIELD_TEXT},
                               {"hour", HS_FIELD_INTEGER},
                               {"expected", HS_FIELD_REAL}};
    hs_vector_writer *writer = NULL;
    hs_status status = hs_vector_writer_new(path, error, &writer);
    if (status != HS_OK) return status;
    status = write_segments(writer, geography, error);
    if (status == HS_OK)
        status = hs_vector_writer_layer(writer, "expected", HS_GEOMETRY_NONE, false, fields, 4, error);
    expected_writer to = {writer, &process->city->definition};
    if (status == HS_OK)
        status = hs_sample_expect(process, geography, from_day, process->city->definition.truth_days,
                                  write_expected, &to, error);
    if (status == HS_OK) status = write_planted(writer, process, geography, error);
    if (status == HS_OK) return hs_vector_writer_finish(writer, error);
    hs_vector_writer_discard(writer);
    return status;
}

/* Rows on their way into chunks. */
#include "city/incidents_private.h"

const hs_incident_chunk *hs_incidents_find(const hs_incidents *incidents, int64_t row, uint32_t *i) {
    for (uint32_t c = incidents->chunk_count; c-- > 0;) {
        const hs_incident_chunk *chunk = incidents->chunk[c];
        for (uint32_t k = chunk->count; k-- > 0;) {
            if (hs_incident_row(chunk, k) != row) continue;
            *i = k;
            return chunk;
        }
    }
    return NULL;
}

const hs_raw_row *hs_gathering_row(const hs_gathering *from, uint32_t row, unsigned *builder) {
    unsigned b = 0;
    while (row >= from->first_row[b + 1])
        b++;
    *builder = b;
    return &from->builders[b]->rows[row - from->first_row[b]];
}

void hs_gathering_whole_row(const hs_gathering *from, const hs_placed_row *placed, hs_whole_row *row) {
    unsigned b;
    const hs_raw_row *raw = hs_gathering_row(from, placed->row, &b);
    *row = (hs_whole_row){.row = raw->row,
                          .position = raw->position,
                          .path = placed->path,
                          .segment = placed->segment,
                          .attributes = {.batch = raw->batch,
                                         .source = from->remap[HS_CODE_SOURCE][b][raw->code[HS_CODE_SOURCE]],
                                         .status = from->remap[HS_CODE_STATUS][b][raw->code[HS_CODE_STATUS]],
                                         .accuracy_m = raw->accuracy_m,
                                         .match_type = raw->match_type,
                                         .reviewed = raw->reviewed},
                          .category = from->remap[HS_CODE_CATEGORY][b][raw->code[HS_CODE_CATEGORY]],
                          .weight = raw->weight,
                          .text_size = raw->text_size,
                          .texts = from->builders[b]->texts + raw->text};
    row->time_s[HS_TIME_REPORTED] = raw->reported_s;
    row->time_s[HS_TIME_OCCURRED] = raw->occurred_s;
    row->time_s[HS_TIME_CLOSED] = raw->closed_s;
    row->time_s[HS_TIME_DEADLINE] = raw->deadline_s;
    if (raw->has_position) row->mercator = hs_mercator_from_position(raw->position);
}

void hs_chunk_whole_row(const hs_incident_chunk *chunk, uint32_t i, hs_whole_row *row) {
    size_t text_end = i + 1 < chunk->count ? chunk->text[i + 1] : chunk->texts_size;
    *row = (hs_whole_row){.row = hs_incident_row(chunk, i),
                          .attributes = *hs_incident_attributes_of(chunk, i),
                          .category = hs_incident_category(chunk, i),
                          .weight = hs_incident_weight(chunk, i),
                          .text_size = (uint32_t)(text_end - chunk->text[i]),
                          .texts = chunk->texts + chunk->text[i]};
    for (int field = HS_TIME_DEFAULT + 1; field < HS_TIME_FIELDS; field++)
        row->time_s[field] = hs_incident_time(chunk, i, (hs_time_field)field);
    if (!chunk->positioned) return;
    row->position = hs_incident_position(chunk, i);
    row->mercator = chunk->mercator[i];
    row->path = hs_incident_path(chunk, i);
    row->segment = hs_incident_segment(chunk, i);
}

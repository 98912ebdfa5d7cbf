#include "city/incidents_private.h"

#include <stdlib.h>
#include <string.h>

void hs_chunk_ref(const hs_incident_chunk *chunk) {
    atomic_fetch_add_explicit(&((hs_chunk_owner *)chunk)->refs, 1, memory_order_relaxed);
}

void hs_chunk_unref(const hs_incident_chunk *chunk) {
    hs_chunk_owner *owner = (hs_chunk_owner *)chunk;
    if (owner && atomic_fetch_sub_explicit(&owner->refs, 1, memory_order_acq_rel) == 1) free(owner);
}

const hs_incident_row *hs_gathering_row(const hs_gathering *from, uint32_t row, unsigned *builder) {
    unsigned b = 0;
    while (row >= from->first_row[b + 1])
        b++;
    *builder = b;
    return &from->builders[b]->rows[row - from->first_row[b]];
}

/* The columns of a chunk while they are written. */
typedef struct columns {
    int64_t *row, *reported_s, *occurred_s, *closed_s, *deadline_s;
    hs_position *position;
    hs_mercator *mercator;
    uint32_t *path, *segment, *batch, *text;
    float *weight;
    uint16_t *code[HS_CODE_COUNT], *accuracy_m;
    uint8_t *match_type;
    hs_mercator_box *block_box;
    char *texts;
} columns;

typedef struct layout {
    char *memory; /* NULL while the size is worked out */
    size_t size;
} layout;

enum { COLUMN_ALIGN = 64 };

static void *take(layout *at, size_t count, size_t size) {
    at->size = (at->size + COLUMN_ALIGN - 1) / COLUMN_ALIGN * COLUMN_ALIGN;
    void *column = at->memory ? at->memory + at->size : NULL;
    at->size += count * size;
    return column;
}

static columns lay_out(layout *at, uint32_t count, bool positioned, bool weighted, size_t texts_size) {
    columns c = {0};
    take(at, 1, sizeof(hs_chunk_owner));
    c.row = take(at, count, sizeof *c.row);
    c.reported_s = take(at, count, sizeof *c.reported_s);
    c.occurred_s = take(at, count, sizeof *c.occurred_s);
    c.closed_s = take(at, count, sizeof *c.closed_s);
    c.deadline_s = take(at, count, sizeof *c.deadline_s);
    if (positioned) {
        c.position = take(at, count, sizeof *c.position);
        c.mercator = take(at, count, sizeof *c.mercator);
        c.path = take(at, count, sizeof *c.path);
        c.segment = take(at, count, sizeof *c.segment);
        c.block_box = take(at, (count + HS_BLOCK_ROWS - 1) / HS_BLOCK_ROWS, sizeof *c.block_box);
    }
    c.batch = take(at, count, sizeof *c.batch);
    c.text = take(at, count, sizeof *c.text);
    if (weighted) c.weight = take(at, count, sizeof *c.weight);
    for (int kind = 0; kind < HS_CODE_COUNT; kind++)
        c.code[kind] = take(at, count, sizeof *c.code[kind]);
    c.accuracy_m = take(at, count, sizeof *c.accuracy_m);
    c.match_type = take(at, count, sizeof *c.match_type);
    c.texts = take(at, texts_size, 1);
    return c;
}

static void add_to_box(hs_mercator_box *box, hs_mercator m) {
    if (m.x < box->min_x) box->min_x = m.x;
    if (m.x > box->max_x) box->max_x = m.x;
    if (m.y < box->min_y) box->min_y = m.y;
    if (m.y > box->max_y) box->max_y = m.y;
}

static const hs_mercator_box empty_box = {UINT32_MAX, UINT32_MAX, 0, 0};

static void fill_boxes(const columns *c, hs_incident_chunk *chunk) {
    for (uint32_t block = 0; block * HS_BLOCK_ROWS < chunk->count; block++) {
        uint32_t begin = block * HS_BLOCK_ROWS;
        uint32_t end = chunk->count - begin < HS_BLOCK_ROWS ? chunk->count : begin + HS_BLOCK_ROWS;
        c->block_box[block] = empty_box;
        for (uint32_t i = begin; i < end; i++)
            add_to_box(&c->block_box[block], c->mercator[i]);
        add_to_box(&chunk->box, (hs_mercator){c->block_box[block].min_x, c->block_box[block].min_y});
        add_to_box(&chunk->box, (hs_mercator){c->block_box[block].max_x, c->block_box[block].max_y});
    }
}

/* Texts of a row in its builder's heap, and their length. */
static const char *row_texts(const hs_gathering *from, const hs_placed_row *placed, size_t *size) {
    unsigned b;
    const hs_incident_row *row = hs_gathering_row(from, placed->row, &b);
    const hs_incidents_builder *builder = from->builders[b];
    const char *texts = builder->texts + row->text;
    *size = row->text_size;
    return texts;
}

static void fill_row(const columns *c, const hs_gathering *from, const hs_placed_row *placed, uint32_t i) {
    unsigned b;
    const hs_incident_row *row = hs_gathering_row(from, placed->row, &b);
    c->row[i] = row->row;
    c->reported_s[i] = row->reported_s;
    c->occurred_s[i] = row->occurred_s;
    c->closed_s[i] = row->closed_s;
    c->deadline_s[i] = row->deadline_s;
    if (c->position) {
        c->position[i] = row->position;
        c->mercator[i] = hs_mercator_from_position(row->position);
        c->path[i] = placed->path;
        c->segment[i] = placed->segment;
    }
    c->batch[i] = row->batch;
    if (c->weight) c->weight[i] = row->weight;
    for (int kind = 0; kind < HS_CODE_COUNT; kind++)
        c->code[kind][i] = from->remap[kind][b][row->code[kind]];
    c->accuracy_m[i] = row->accuracy_m;
    c->match_type[i] = row->match_type;
}

static void fill_texts(const columns *c, const hs_gathering *from, const hs_placed_row *rows,
                       uint32_t count) {
    size_t at = 0;
    for (uint32_t i = 0; i < count; i++) {
        size_t size;
        const char *texts = row_texts(from, &rows[i], &size);
        memcpy(c->texts + at, texts, size);
        c->text[i] = (uint32_t)at;
        at += size;
    }
}

static void fill_extent(hs_incident_chunk *chunk) {
    chunk->min_reported_s = chunk->max_reported_s = HS_NO_TIME;
    for (uint32_t i = 0; i < chunk->count; i++) {
        int64_t t = chunk->reported_s[i];
        if (t == HS_NO_TIME) continue;
        if (chunk->min_reported_s == HS_NO_TIME || t < chunk->min_reported_s) chunk->min_reported_s = t;
        if (t > chunk->max_reported_s) chunk->max_reported_s = t;
    }
}

static void publish(hs_incident_chunk *chunk, const columns *c) {
    static atomic_uint_fast64_t next_id = 1;
    chunk->id = atomic_fetch_add_explicit(&next_id, 1, memory_order_relaxed);
    chunk->row = c->row;
    chunk->position = c->position;
    chunk->mercator = c->mercator;
    chunk->path = c->path;
    chunk->segment = c->segment;
    chunk->reported_s = c->reported_s;
    chunk->occurred_s = c->occurred_s;
    chunk->closed_s = c->closed_s;
    chunk->deadline_s = c->deadline_s;
    chunk->category = c->code[HS_CODE_CATEGORY];
    chunk->source = c->code[HS_CODE_SOURCE];
    chunk->status = c->code[HS_CODE_STATUS];
    chunk->match_type = c->match_type;
    chunk->accuracy_m = c->accuracy_m;
    chunk->weight = c->weight;
    chunk->batch = c->batch;
    chunk->text = c->text;
    chunk->texts = c->texts;
    chunk->block_box = c->block_box;
}

hs_incident_chunk *hs_chunk_gather(const hs_gathering *from, const hs_placed_row *rows, uint32_t count,
                                   bool positioned, bool ordered) {
    size_t texts_size = 0;
    bool weighted = false;
    for (uint32_t i = 0; i < count; i++) {
        unsigned b;
        const hs_incident_row *row = hs_gathering_row(from, rows[i].row, &b);
        texts_size += row->text_size;
        weighted |= row->weight != 1.0F;
    }
    if (texts_size > UINT32_MAX) return NULL; /* 64 KB a row on average */
    layout at = {0};
    lay_out(&at, count, positioned, weighted, texts_size);
    size_t size = (at.size + COLUMN_ALIGN - 1) / COLUMN_ALIGN * COLUMN_ALIGN;
    hs_chunk_owner *owner = aligned_alloc(COLUMN_ALIGN, size);
    if (!owner) return NULL;
    memset(owner, 0, sizeof *owner);
    atomic_init(&owner->refs, 1);
    at = (layout){.memory = (char *)owner};
    columns c = lay_out(&at, count, positioned, weighted, texts_size);
    hs_incident_chunk *chunk = &owner->chunk;
    chunk->count = count;
    chunk->positioned = positioned;
    chunk->ordered = ordered;
    chunk->texts_size = texts_size;
    chunk->box = empty_box;
    for (uint32_t i = 0; i < count; i++)
        fill_row(&c, from, &rows[i], i);
    fill_texts(&c, from, rows, count);
    publish(chunk, &c);
    if (positioned) fill_boxes(&c, chunk);
    fill_extent(chunk);
    return chunk;
}

#include "city/incidents_clock.h"
#include "city/incidents_private.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { COLUMN_ALIGN = 64, WORD_ROWS = 64 };
#define LARGE_PAGE ((size_t)2 << 20)
/* The square's edge, less a little: up to there a position survives the way to the square and back. */
#define SQUARE_LAT_E7 850511280

void hs_chunk_ref(const hs_incident_chunk *chunk) {
    atomic_fetch_add_explicit(&((hs_chunk_owner *)chunk)->refs, 1, memory_order_relaxed);
}

void hs_chunk_unref(const hs_incident_chunk *chunk) {
    hs_chunk_owner *owner = (hs_chunk_owner *)chunk;
    if (!owner || atomic_fetch_sub_explicit(&owner->refs, 1, memory_order_acq_rel) != 1) return;
    free(atomic_load_explicit(&owner->by_row, memory_order_relaxed));
    free(owner);
}

size_t hs_chunk_bytes(const hs_incident_chunk *chunk) {
    return ((const hs_chunk_owner *)chunk)->bytes;
}

/* What decides how a chunk is laid out. */
typedef struct shape {
    uint32_t count;
    const hs_chunk_options *options;
    int64_t first_row, last_row;
    hs_time_column time[HS_TIME_FIELDS]; /* extents; no column yet */
    bool weighted, wide_position;
    size_t texts_size;
    hs_numbering path, segment, attributes;
} shape;

/* The columns of a chunk while they are written. */
typedef struct columns {
    uint32_t *row_offset, *path, *segment, *text;
    int64_t *wide_row;
    hs_mercator *mercator;
    hs_position *wide_position;
    uint16_t *path_number, *segment_number, *attributes_number, *category;
    hs_incident_attributes *attributes;
    uint32_t *offset_s[HS_TIME_FIELDS];
    int64_t *wide_s[HS_TIME_FIELDS];
    uint8_t *clock;
    float *weight;
    hs_mercator_box *block_box;
    uint64_t *block_state;
    char *texts;
} columns;

typedef struct layout {
    char *memory; /* NULL while the size is worked out */
    size_t size;
} layout;

static void *take(layout *at, size_t count, size_t size) {
    at->size = (at->size + COLUMN_ALIGN - 1) / COLUMN_ALIGN * COLUMN_ALIGN;
    void *column = at->memory ? at->memory + at->size : NULL;
    at->size += count * size;
    return column;
}

static bool is_wide(int64_t least, int64_t most) {
    return (uint64_t)most - (uint64_t)least >= UINT32_MAX;
}

static void lay_out_positioned(layout *at, const shape *s, size_t rows, columns *c) {
    size_t blocks = (s->count + HS_BLOCK_ROWS - 1) / HS_BLOCK_ROWS;
    c->mercator = take(at, rows, sizeof *c->mercator);
    if (s->wide_position) c->wide_position = take(at, rows, sizeof *c->wide_position);
    c->path_number = take(at, rows, sizeof *c->path_number);
    c->segment_number = take(at, rows, sizeof *c->segment_number);
    c->path = take(at, s->path.count, sizeof *c->path);
    c->segment = take(at, s->segment.count, sizeof *c->segment);
    c->block_box = take(at, blocks, sizeof *c->block_box);
    if (s->options->late) c->block_state = take(at, blocks, sizeof *c->block_state);
}

static columns lay_out(layout *at, const shape *s) {
    columns c = {0};
    size_t rows = ((size_t)s->count + WORD_ROWS - 1) / WORD_ROWS * WORD_ROWS;
    take(at, 1, sizeof(hs_chunk_owner));
    if (is_wide(s->first_row, s->last_row))
        c.wide_row = take(at, rows, sizeof *c.wide_row);
    else
        c.row_offset = take(at, rows, sizeof *c.row_offset);
    if (s->options->positioned) lay_out_positioned(at, s, rows, &c);
    for (int field = HS_TIME_DEFAULT + 1; field < HS_TIME_FIELDS; field++) {
        if (s->time[field].min_s == HS_NO_TIME) continue;
        if (is_wide(s->time[field].min_s, s->time[field].max_s))
            c.wide_s[field] = take(at, rows, sizeof *c.wide_s[field]);
        else
            c.offset_s[field] = take(at, rows, sizeof *c.offset_s[field]);
    }
    if (s->options->zone) c.clock = take(at, rows, sizeof *c.clock);
    c.category = take(at, rows, sizeof *c.category);
    c.attributes_number = take(at, rows, sizeof *c.attributes_number);
    c.attributes = take(at, s->attributes.count, sizeof *c.attributes);
    if (s->weighted) c.weight = take(at, rows, sizeof *c.weight);
    c.text = take(at, rows, sizeof *c.text);
    c.texts = take(at, s->texts_size, 1); /* last: not cleared */
    return c;
}

/* The time that stands for a row by default. */
static int64_t default_time(const hs_whole_row *row) {
    return row->time_s[HS_TIME_OCCURRED] != HS_NO_TIME ? row->time_s[HS_TIME_OCCURRED]
                                                       : row->time_s[HS_TIME_REPORTED];
}

static void add_time(hs_time_column *column, int64_t t) {
    if (t == HS_NO_TIME) {
        column->complete = false;
        return;
    }
    if (column->min_s == HS_NO_TIME || t < column->min_s) column->min_s = t;
    if (t > column->max_s) column->max_s = t;
}

static void measure_rows(shape *s, const hs_whole_row *rows) {
    s->first_row = s->last_row = rows[0].row;
    for (int field = 0; field < HS_TIME_FIELDS; field++)
        s->time[field] = (hs_time_column){.min_s = HS_NO_TIME, .max_s = HS_NO_TIME, .complete = true};
    for (uint32_t i = 0; i < s->count; i++) {
        const hs_whole_row *row = &rows[i];
        if (row->row < s->first_row) s->first_row = row->row;
        if (row->row > s->last_row) s->last_row = row->row;
        add_time(&s->time[HS_TIME_DEFAULT], default_time(row));
        for (int field = HS_TIME_DEFAULT + 1; field < HS_TIME_FIELDS; field++)
            add_time(&s->time[field], row->time_s[field]);
        s->weighted |= row->weight != 1.0F;
        s->wide_position |= s->options->positioned &&
                            (row->position.lat_e7 > SQUARE_LAT_E7 || row->position.lat_e7 < -SQUARE_LAT_E7);
        s->texts_size += row->text_size;
    }
}

typedef void key_function(const hs_whole_row *row, hs_number_key *key);

static void path_key(const hs_whole_row *row, hs_number_key *key) {
    *key = (hs_number_key){{row->path}};
}

static void segment_key(const hs_whole_row *row, hs_number_key *key) {
    *key = (hs_number_key){{row->segment}};
}

static void attributes_key(const hs_whole_row *row, hs_number_key *key) {
    const hs_incident_attributes *a = &row->attributes;
    *key = (hs_number_key){{a->batch, (uint32_t)a->source << 16 | a->status,
                            (uint32_t)a->accuracy_m << 16 | (uint32_t)a->reviewed << 8 | a->match_type}};
}

static bool number_column(hs_numbering *numbering, const hs_whole_row *rows, uint32_t count,
                          hs_number_key *keys, key_function *key) {
    for (uint32_t i = 0; i < count; i++)
        key(&rows[i], &keys[i]);
    return hs_numbering_make(numbering, keys, count);
}

static bool number_columns(shape *s, const hs_whole_row *rows) {
    hs_number_key *keys = malloc(((size_t)s->count + 1) * sizeof *keys);
    bool good = keys && number_column(&s->attributes, rows, s->count, keys, attributes_key);
    if (good && s->options->positioned)
        good = number_column(&s->path, rows, s->count, keys, path_key) &&
               number_column(&s->segment, rows, s->count, keys, segment_key);
    free(keys);
    return good;
}

static void shape_done(shape *s) {
    hs_numbering_done(&s->path);
    hs_numbering_done(&s->segment);
    hs_numbering_done(&s->attributes);
}

static void fill_times(const columns *c, const shape *s, const hs_whole_row *rows) {
    for (int field = HS_TIME_DEFAULT + 1; field < HS_TIME_FIELDS; field++) {
        uint32_t *offset_s = c->offset_s[field];
        int64_t *wide_s = c->wide_s[field], least = s->time[field].min_s;
        for (uint32_t i = 0; offset_s && i < s->count; i++) {
            int64_t t = rows[i].time_s[field];
            offset_s[i] = t == HS_NO_TIME ? HS_NO_OFFSET : (uint32_t)((uint64_t)t - (uint64_t)least);
        }
        for (uint32_t i = 0; wide_s && i < s->count; i++)
            wide_s[i] = rows[i].time_s[field];
    }
    if (!c->clock) return;
    hs_week_clock clock;
    hs_week_clock_init(&clock, s->options->zone);
    for (uint32_t i = 0; i < s->count; i++)
        c->clock[i] = hs_week_clock_of(&clock, default_time(&rows[i]));
}

static void fill_positions(const columns *c, const shape *s, const hs_whole_row *rows) {
    for (uint32_t i = 0; i < s->count; i++)
        c->mercator[i] = rows[i].mercator;
    for (uint32_t i = 0; c->wide_position && i < s->count; i++)
        c->wide_position[i] = rows[i].position;
    memcpy(c->path_number, s->path.number, s->count * sizeof *c->path_number);
    memcpy(c->segment_number, s->segment.number, s->count * sizeof *c->segment_number);
    for (uint32_t n = 0; n < s->path.count; n++)
        c->path[n] = rows[s->path.first[n]].path;
    for (uint32_t n = 0; n < s->segment.count; n++)
        c->segment[n] = rows[s->segment.first[n]].segment;
}

static void fill_rows(const columns *c, const shape *s, const hs_whole_row *rows) {
    for (uint32_t i = 0; i < s->count; i++) {
        if (c->wide_row)
            c->wide_row[i] = rows[i].row;
        else
            c->row_offset[i] = (uint32_t)((uint64_t)rows[i].row - (uint64_t)s->first_row);
        c->category[i] = rows[i].category;
        if (c->weight) c->weight[i] = rows[i].weight;
    }
    memcpy(c->attributes_number, s->attributes.number, s->count * sizeof *c->attributes_number);
    for (uint32_t n = 0; n < s->attributes.count; n++)
        c->attributes[n] = rows[s->attributes.first[n]].attributes;
}

static void fill_texts(const columns *c, const shape *s, const hs_whole_row *rows) {
    size_t at = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        memcpy(c->texts + at, rows[i].texts, rows[i].text_size);
        c->text[i] = (uint32_t)at;
        at += rows[i].text_size;
    }
}

static void add_to_box(hs_mercator_box *box, hs_mercator m) {
    if (m.x < box->min_x) box->min_x = m.x;
    if (m.x > box->max_x) box->max_x = m.x;
    if (m.y < box->min_y) box->min_y = m.y;
    if (m.y > box->max_y) box->max_y = m.y;
}

static const hs_mercator_box empty_box = {UINT32_MAX, UINT32_MAX, 0, 0};

static void fill_blocks(const columns *c, const hs_whole_row *rows, hs_incident_chunk *chunk) {
    for (uint32_t block = 0; block * HS_BLOCK_ROWS < chunk->count; block++) {
        uint32_t begin = block * HS_BLOCK_ROWS;
        uint32_t end = chunk->count - begin < HS_BLOCK_ROWS ? chunk->count : begin + HS_BLOCK_ROWS;
        c->block_box[block] = empty_box;
        for (uint32_t i = begin; i < end; i++)
            add_to_box(&c->block_box[block], c->mercator[i]);
        add_to_box(&chunk->box, (hs_mercator){c->block_box[block].min_x, c->block_box[block].min_y});
        add_to_box(&chunk->box, (hs_mercator){c->block_box[block].max_x, c->block_box[block].max_y});
        for (uint32_t i = begin; c->block_state && i < end; i++)
            c->block_state[block] += hs_incident_row_state(rows[i].row);
    }
}

static void publish(hs_incident_chunk *chunk, const columns *c, const shape *s) {
    static atomic_uint_fast64_t next_id = 1;
    chunk->id = atomic_fetch_add_explicit(&next_id, 1, memory_order_relaxed);
    chunk->first_row = s->first_row;
    chunk->row_offset = c->row_offset;
    chunk->wide_row = c->wide_row;
    chunk->mercator = c->mercator;
    chunk->wide_position = c->wide_position;
    chunk->path_number = c->path_number;
    chunk->segment_number = c->segment_number;
    chunk->attributes_number = c->attributes_number;
    chunk->path = c->path;
    chunk->segment = c->segment;
    chunk->attributes = c->attributes;
    chunk->path_count = s->path.count;
    chunk->segment_count = s->segment.count;
    chunk->attributes_count = s->attributes.count;
    for (int field = 0; field < HS_TIME_FIELDS; field++) {
        chunk->time[field] = s->time[field];
        chunk->time[field].offset_s = c->offset_s[field];
        chunk->time[field].wide_s = c->wide_s[field];
    }
    chunk->category = c->category;
    chunk->clock = c->clock;
    if (c->clock) chunk->clock_zone = hs_week_clock_zone(s->options->zone);
    chunk->weight = c->weight;
    chunk->text = c->text;
    chunk->texts = c->texts;
    chunk->texts_size = s->texts_size;
    chunk->block_box = c->block_box;
    chunk->block_state = c->block_state;
}

/* A row is read from a dozen columns, each a page of its own: where the chunk is large, large pages save most
 * of the address translations. What does not fill one stays on small ones. */
static hs_chunk_owner *allocate(size_t size) {
    void *owner = NULL;
    if (posix_memalign(&owner, size < LARGE_PAGE ? COLUMN_ALIGN : LARGE_PAGE, size) != 0) return NULL;
#ifdef MADV_HUGEPAGE
    if (size >= LARGE_PAGE) (void)madvise(owner, size / LARGE_PAGE * LARGE_PAGE, MADV_HUGEPAGE);
#endif
    return owner;
}

static hs_incident_chunk *fill_chunk(const shape *s, const hs_whole_row *rows) {
    layout at = {0};
    lay_out(&at, s);
    size_t size = (at.size + COLUMN_ALIGN - 1) / COLUMN_ALIGN * COLUMN_ALIGN;
    hs_chunk_owner *owner = allocate(size);
    if (!owner) return NULL;
    memset(owner, 0, at.size - s->texts_size);
    atomic_init(&owner->refs, 1);
    atomic_init(&owner->by_row, NULL);
    owner->bytes = size;
    at = (layout){.memory = (char *)owner};
    columns c = lay_out(&at, s);
    hs_incident_chunk *chunk = &owner->chunk;
    chunk->version = s->options->version;
    chunk->count = s->count;
    chunk->positioned = s->options->positioned;
    chunk->ordered = s->options->ordered;
    chunk->late = s->options->late;
    chunk->box = empty_box;
    publish(chunk, &c, s);
    fill_rows(&c, s, rows);
    fill_times(&c, s, rows);
    fill_texts(&c, s, rows);
    if (chunk->positioned) {
        fill_positions(&c, s, rows);
        fill_blocks(&c, rows, chunk);
    }
    return chunk;
}

hs_incident_chunk *hs_chunk_new(const hs_whole_row *rows, uint32_t count, const hs_chunk_options *options) {
    shape s = {.count = count, .options = options};
    measure_rows(&s, rows);
    hs_incident_chunk *chunk = NULL;
    /* 4 GB of texts are 64 KB a row on average. */
    if (s.texts_size <= UINT32_MAX && number_columns(&s, rows)) chunk = fill_chunk(&s, rows);
    shape_done(&s);
    return chunk;
}

#include "city/incidents_private.h"

#include "geo/hilbert.h"
#include <stdlib.h>
#include <string.h>

enum { SLICE_ROWS = 8192 };

/* The distinct unit paths of one slice of rows. */
typedef struct path_slice {
    hs_path_table paths;
    uint32_t *final; /* number in the set */
    bool failed;
} path_slice;

typedef struct placing {
    const hs_gathering *from;
    const hs_geography *geography;
    hs_placed_row *keyed;  /* as the rows came */
    hs_placed_row *placed; /* positioned rows in their final order, then the others */
    uint32_t positioned;
    path_slice *slices;
} placing;

static void key_rows(void *context, size_t begin, size_t end) {
    placing *work = context;
    unsigned builder;
    for (size_t i = begin; i < end; i++) {
        const hs_raw_row *row = hs_gathering_row(work->from, (uint32_t)i, &builder);
        work->keyed[i] = (hs_placed_row){.row = (uint32_t)i, .segment = HS_NONE};
        if (!row->has_position) continue;
        hs_mercator m = hs_mercator_from_position(row->position);
        work->keyed[i].key = hs_hilbert(m.x, m.y);
    }
}

/* Places rows along the curve: neighbours follow one another, so the indexes stay in the processor's cache,
 * and rows at one spot, as addresses are, are placed once. */
static void place_rows(placing *work, path_slice *slice, size_t begin, size_t end) {
    unsigned builder;
    for (size_t i = begin; i < end; i++) {
        hs_placed_row *placed = &work->placed[i];
        if (i > begin && placed->key == placed[-1].key) {
            placed->segment = placed[-1].segment;
            placed->path = placed[-1].path;
            continue;
        }
        hs_placement placement;
        hs_geography_place(work->geography, hs_gathering_row(work->from, placed->row, &builder)->position,
                           &placement);
        placed->segment = placement.segment;
        hs_unit_path path;
        memcpy(path.unit, placement.unit, sizeof path.unit);
        placed->path = hs_path_put(&slice->paths, &path);
        if (placed->path == HS_NONE) {
            slice->failed = true;
            return;
        }
    }
}

/* A slice is one item of work: its table of paths belongs to one thread. */
static void place_slices(void *context, size_t begin, size_t end) {
    placing *work = context;
    for (size_t slice = begin; slice < end; slice++) {
        size_t last = (slice + 1) * SLICE_ROWS;
        place_rows(work, &work->slices[slice], slice * SLICE_ROWS,
                   last < work->positioned ? last : work->positioned);
    }
}

static int compare_paths(const void *left, const void *right) {
    const hs_unit_path *a = left, *b = right;
    for (int level = 0; level < HS_LEVEL_COUNT; level++)
        if (a->unit[level] != b->unit[level]) return a->unit[level] < b->unit[level] ? -1 : 1;
    return 0;
}

static bool map_slice(path_slice *slice, const hs_path_table *all) {
    slice->final = malloc(((size_t)slice->paths.count + 1) * sizeof *slice->final);
    for (uint32_t i = 0; slice->final && i < slice->paths.count; i++)
        slice->final[i] = hs_path_find(all, &slice->paths.paths[i]);
    return slice->final != NULL;
}

/* Numbers the paths of all slices. */
static bool number_paths(path_slice *slices, size_t slice_count, hs_path_table *all) {
    size_t total = 0;
    for (size_t s = 0; s < slice_count; s++) {
        if (slices[s].failed) return false;
        total += slices[s].paths.count;
    }
    hs_unit_path *sorted = malloc((total + 1) * sizeof *sorted);
    if (!sorted) return false;
    size_t n = 0;
    for (size_t s = 0; s < slice_count; s++) {
        uint32_t count = slices[s].paths.count;
        if (count > 0) memcpy(sorted + n, slices[s].paths.paths, count * sizeof *sorted);
        n += count;
    }
    qsort(sorted, n, sizeof *sorted, compare_paths);
    bool good = true;
    for (size_t i = 0; i < n && good; i++)
        good = hs_path_put(all, &sorted[i]) != HS_NONE;
    free(sorted);
    for (size_t s = 0; s < slice_count && good; s++)
        good = map_slice(&slices[s], all);
    return good;
}

static void slice_done(path_slice *slice) {
    hs_path_table_done(&slice->paths);
    free(slice->final);
}

typedef struct id_context {
    const hs_gathering *from;
} id_context;

static int compare_ids(const void *left, const void *right, void *context) {
    const hs_placed_row *a = left, *b = right;
    const id_context *ids = context;
    unsigned builder;
    int64_t a_id = hs_gathering_row(ids->from, a->row, &builder)->row;
    int64_t b_id = hs_gathering_row(ids->from, b->row, &builder)->row;
    if (a_id != b_id) return a_id < b_id ? -1 : 1;
    return a->row < b->row ? -1 : a->row > b->row;
}

/* Stores are read in the order of ids, so sorting is the exception. */
static void sort_by_id(const hs_gathering *from, hs_placed_row *rows, uint32_t count) {
    id_context context = {from};
    for (uint32_t i = 1; i < count; i++) {
        if (compare_ids(&rows[i - 1], &rows[i], &context) <= 0) continue;
        qsort_r(rows, count, sizeof *rows, compare_ids, &context);
        return;
    }
}

/* Positioned rows to the front, the others behind them, both by id. */
static void part_rows(placing *work, uint32_t total) {
    unsigned builder;
    uint32_t positioned = 0, others = 0;
    for (uint32_t i = 0; i < total; i++)
        positioned += hs_gathering_row(work->from, i, &builder)->has_position;
    uint32_t front = 0;
    for (uint32_t i = 0; i < total; i++) {
        if (hs_gathering_row(work->from, i, &builder)->has_position)
            work->placed[front++] = work->keyed[i];
        else
            work->placed[positioned + others++] = work->keyed[i];
    }
    sort_by_id(work->from, work->placed, positioned);
    sort_by_id(work->from, work->placed + positioned, others);
    work->positioned = positioned;
}

static void finish_paths(void *context, size_t begin, size_t end) {
    placing *work = context;
    for (size_t i = begin; i < end; i++)
        work->placed[i].path = work->slices[i / SLICE_ROWS].final[work->placed[i].path];
}

void hs_placed_sort(hs_placed_row *rows, hs_placed_row *spare, uint32_t count) {
    uint64_t differing = 0;
    for (uint32_t i = 1; i < count; i++)
        differing |= rows[i].key ^ rows[0].key;
    hs_placed_row *in = rows, *out = spare;
    for (unsigned shift = 0; shift < 64; shift += 11) {
        if (((differing >> shift) & 0x7ff) == 0) continue; /* a city fills a small part of the curve */
        uint32_t start[2048] = {0};
        for (uint32_t i = 0; i < count; i++)
            start[(in[i].key >> shift) & 0x7ff]++;
        uint32_t sum = 0;
        for (unsigned digit = 0; digit < 2048; digit++) {
            uint32_t here = start[digit];
            start[digit] = sum;
            sum += here;
        }
        for (uint32_t i = 0; i < count; i++)
            out[start[(in[i].key >> shift) & 0x7ff]++] = in[i];
        hs_placed_row *swap = in;
        in = out;
        out = swap;
    }
    if (in != rows) memcpy(rows, in, count * sizeof *rows);
}

hs_status hs_incidents_place(const hs_gathering *from, const hs_geography *geography, hs_pool *pool,
                             hs_error *error, hs_placed_row *placed, uint32_t *positioned,
                             hs_path_table *paths) {
    uint32_t total = from->first_row[from->builder_count];
    size_t slice_count = ((size_t)total + SLICE_ROWS - 1) / SLICE_ROWS;
    placing work = {.from = from,
                    .geography = geography,
                    .keyed = malloc(((size_t)total + 1) * sizeof *work.keyed),
                    .placed = placed,
                    .slices = calloc(slice_count + 1, sizeof *work.slices)};
    bool good = work.keyed && work.slices;
    if (good) {
        hs_pool_for(pool, total, SLICE_ROWS, key_rows, &work);
        part_rows(&work, total);
        hs_placed_sort(placed, work.keyed, work.positioned);
        slice_count = ((size_t)work.positioned + SLICE_ROWS - 1) / SLICE_ROWS;
        hs_pool_for(pool, slice_count, 1, place_slices, &work);
        good = number_paths(work.slices, slice_count, paths);
    }
    if (good) {
        hs_pool_for(pool, work.positioned, SLICE_ROWS, finish_paths, &work);
        *positioned = work.positioned;
    }
    for (size_t s = 0; work.slices && s < slice_count; s++)
        slice_done(&work.slices[s]);
    free(work.slices);
    free(work.keyed);
    return good ? HS_OK : hs_error_set(error, HS_E_MEMORY, "out of memory for incidents");
}

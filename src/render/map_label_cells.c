/* Cells that were filled: kept, shared, forgotten when there are too many. */
#include "base/hash.h"
#include "render/map_labels.h"
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 4096, MOST_HELD = 4096 };

typedef struct cell_key {
    uint64_t look; /* style, language, plane, zoom */
    int64_t column, row;
    uint64_t tier;
} cell_key;

typedef struct hs_map_kept_cell {
    cell_key key;
    hs_map_cell cell;
    size_t bytes;
    uint32_t users;
    bool kept;                              /* else it goes with its last user */
    struct hs_map_kept_cell *next;          /* in its bucket */
    struct hs_map_kept_cell *newer, *older; /* by use */
} kept_cell;

struct hs_map_cells {
    pthread_mutex_t lock;
    size_t budget, bytes;
    kept_cell *bucket[BUCKETS];
    kept_cell *newest, *oldest;
};

hs_map_cells *hs_map_cells_new(size_t budget_bytes) {
    hs_map_cells *made = calloc(1, sizeof *made);
    if (!made) return NULL;
    made->budget = budget_bytes;
    pthread_mutex_init(&made->lock, NULL);
    return made;
}

static void kept_free(kept_cell *k) {
    hs_map_cell_done(&k->cell);
    free(k);
}

void hs_map_cells_free(hs_map_cells *cells) {
    if (!cells) return;
    for (kept_cell *k = cells->newest; k;) {
        kept_cell *older = k->older;
        kept_free(k);
        k = older;
    }
    pthread_mutex_destroy(&cells->lock);
    free(cells);
}

static kept_cell **bucket_of(hs_map_cells *cells, const cell_key *key) {
    return &cells->bucket[hs_hash(key, sizeof *key, 0) % BUCKETS];
}

static void unlink_use(hs_map_cells *cells, kept_cell *k) {
    *(k->newer ? &k->newer->older : &cells->newest) = k->older;
    *(k->older ? &k->older->newer : &cells->oldest) = k->newer;
    k->newer = NULL;
    k->older = NULL;
}

static void link_newest(hs_map_cells *cells, kept_cell *k) {
    k->older = cells->newest;
    if (cells->newest) cells->newest->newer = k;
    cells->newest = k;
    if (!cells->oldest) cells->oldest = k;
}

static void drop(hs_map_cells *cells, kept_cell *k) {
    kept_cell **at = bucket_of(cells, &k->key);
    while (*at != k)
        at = &(*at)->next;
    *at = k->next;
    unlink_use(cells, k);
    cells->bytes -= k->bytes;
    k->kept = false;
    if (k->users == 0) kept_free(k);
}

/* With the lock held. */
static kept_cell *find(hs_map_cells *cells, const cell_key *key) {
    kept_cell *k = *bucket_of(cells, key);
    while (k && memcmp(&k->key, key, sizeof *key) != 0)
        k = k->next;
    if (!k) return NULL;
    k->users++;
    unlink_use(cells, k);
    link_newest(cells, k);
    return k;
}

/* Keeps a cell; where another thread was faster, its own, which is equal. */
static kept_cell *publish(hs_map_cells *cells, kept_cell *made) {
    pthread_mutex_lock(&cells->lock);
    kept_cell *known = find(cells, &made->key);
    if (!known) {
        kept_cell **bucket = bucket_of(cells, &made->key);
        made->next = *bucket;
        *bucket = made;
        made->kept = true;
        made->users = 1;
        cells->bytes += made->bytes;
        link_newest(cells, made);
        while (cells->bytes > cells->budget && cells->oldest != made)
            drop(cells, cells->oldest);
    }
    pthread_mutex_unlock(&cells->lock);
    if (!known) return made;
    kept_free(made);
    return known;
}

static void release(hs_map_cells *cells, kept_cell *k) {
    if (!k) return;
    pthread_mutex_lock(&cells->lock);
    bool last = --k->users == 0 && !k->kept;
    pthread_mutex_unlock(&cells->lock);
    if (last) kept_free(k);
}

static unsigned colour_of(int64_t column, int64_t row) {
    return (unsigned)((column & 1) | (row & 1) << 1);
}

static hs_status get(hs_map_cells *cells, const hs_map_labelling *l, const cell_key *key, kept_cell **out);

enum { MOST_AROUND = 9 * HS_MAP_MOST_TIERS };

/* The cells that a cell must give way to: of the tiers before all round, of its own those of lower colours.
 */
static hs_status get_around(hs_map_cells *cells, const hs_map_labelling *l, const cell_key *key,
                            kept_cell *around[MOST_AROUND], uint32_t *count) {
    hs_status status = HS_OK;
    for (uint64_t tier = 0; tier <= key->tier; tier++)
        for (int64_t i = 0; i < 9 && status == HS_OK; i++) {
            cell_key near = {key->look, key->column + i % 3 - 1, key->row + i / 3 - 1, tier};
            if (tier == key->tier && colour_of(near.column, near.row) >= colour_of(key->column, key->row))
                continue;
            status = get(cells, l, &near, &around[*count]);
            if (status == HS_OK) ++*count;
        }
    return status;
}

static hs_status fill(hs_map_cells *cells, const hs_map_labelling *l, const cell_key *key, hs_map_cell *out) {
    kept_cell *around[MOST_AROUND] = {NULL};
    const hs_map_cell *cell[MOST_AROUND];
    uint32_t count = 0;
    hs_status status = get_around(cells, l, key, around, &count);
    for (uint32_t i = 0; i < count; i++)
        cell[i] = &around[i]->cell;
    if (status == HS_OK)
        status = hs_map_cell_fill(l, (unsigned)key->tier, key->column, key->row, cell, count, out);
    for (uint32_t i = 0; i < count; i++)
        release(cells, around[i]);
    return status;
}

/* Where nothing may stand nothing round it need be known. */
static hs_status make(hs_map_cells *cells, const hs_map_labelling *l, const cell_key *key, kept_cell **out) {
    bool wanted = false;
    kept_cell *made = calloc(1, sizeof *made);
    if (!made) return hs_error_memory(l->error, "the map's labels");
    hs_status status = hs_map_cell_wanted(l, (unsigned)key->tier, key->column, key->row, &wanted);
    if (status == HS_OK && wanted) status = fill(cells, l, key, &made->cell);
    if (status != HS_OK) {
        kept_free(made);
        return status;
    }
    made->key = *key;
    made->bytes = sizeof *made + made->cell.label_room * sizeof *made->cell.label +
                  made->cell.glyph_room * sizeof *made->cell.glyph +
                  made->cell.box_room * sizeof *made->cell.box;
    *out = publish(cells, made);
    return HS_OK;
}

static hs_status get(hs_map_cells *cells, const hs_map_labelling *l, const cell_key *key, kept_cell **out) {
    pthread_mutex_lock(&cells->lock);
    kept_cell *known = find(cells, key);
    pthread_mutex_unlock(&cells->lock);
    if (!known) return make(cells, l, key, out);
    *out = known;
    return HS_OK;
}

static uint64_t look_of(const hs_map_labelling *l) {
    struct {
        uint64_t style, plane, english;
        double zoom;
    } parts = {l->style->hash, hs_map_plane_hash(&l->plane), l->english, l->zoom};
    return hs_hash(&parts, sizeof parts, 0);
}

hs_status hs_map_cells_hold(hs_map_cells *cells, const hs_map_labelling *l, double left, double top,
                            double right, double bottom, hs_map_held *held) {
    int64_t first_column = (int64_t)floor((left - HS_MAP_REACH_PX) / HS_MAP_CELL_PX);
    int64_t last_column = (int64_t)floor((right + HS_MAP_REACH_PX) / HS_MAP_CELL_PX);
    int64_t first_row = (int64_t)floor((top - HS_MAP_REACH_PX) / HS_MAP_CELL_PX);
    int64_t last_row = (int64_t)floor((bottom + HS_MAP_REACH_PX) / HS_MAP_CELL_PX);
    unsigned tiers = hs_map_tiers(l->style);
    int64_t count = (last_column - first_column + 1) * (last_row - first_row + 1);
    *held = (hs_map_held){NULL, 0};
    if (count > MOST_HELD) return hs_error_set(l->error, HS_E_LIMIT, "the map is too large for its labels");
    held->cell = calloc((size_t)(tiers * count + 1), sizeof(void *));
    if (!held->cell) return hs_error_memory(l->error, "the map's labels");
    uint64_t look = look_of(l);
    hs_status status = HS_OK;
    for (uint64_t tier = 0; tier < tiers; tier++)
        for (int64_t row = first_row; row <= last_row; row++)
            for (int64_t column = first_column; column <= last_column && status == HS_OK; column++) {
                cell_key key = {look, column, row, tier};
                status = get(cells, l, &key, &held->cell[held->count]);
                if (status == HS_OK) held->count++;
            }
    if (status != HS_OK) hs_map_cells_release(cells, held);
    return status;
}

const hs_map_cell *hs_map_held_cell(const hs_map_held *held, uint32_t i) {
    return &held->cell[i]->cell;
}

void hs_map_cells_release(hs_map_cells *cells, hs_map_held *held) {
    for (uint32_t i = 0; i < held->count; i++)
        release(cells, held->cell[i]);
    free((void *)held->cell);
    *held = (hs_map_held){NULL, 0};
}

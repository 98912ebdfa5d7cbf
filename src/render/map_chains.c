/* Joins streets of one name end to end, so that labels stand along the whole of them. */
#include "base/buffer.h"
#include "base/hash.h"
#include "base/text.h"
#include "render/map_features.h"
#include <stdlib.h>
#include <string.h>

/* Of street ring r: end 2r where it begins, 2r + 1 where it ends. */
typedef struct line_end {
    uint32_t name, x, y, end;
} line_end;

typedef struct joiner {
    hs_map_features *features;
    uint32_t first, count; /* the streets' rings */
    uint32_t *name;        /* [count] number of name and kind; HS_NONE: no name, no label */
    uint32_t *feature;     /* [count] */
    uint32_t *link;        /* [2 count] the other end that an end meets, or HS_NONE */
    uint8_t *used;
} joiner;

static int compare_ends(const void *left, const void *right) {
    const line_end *a = left;
    const line_end *b = right;
    if (a->name != b->name) return a->name < b->name ? -1 : 1;
    if (a->x != b->x) return a->x < b->x ? -1 : 1;
    if (a->y != b->y) return a->y < b->y ? -1 : 1;
    return a->end < b->end ? -1 : a->end > b->end;
}

static hs_mercator vertex_at_end(const joiner *j, uint32_t end) {
    const hs_map_features *f = j->features;
    uint32_t ring = j->first + end / 2;
    return f->vertex[end % 2 ? f->ring_start[ring + 1] - 1 : f->ring_start[ring]];
}

/* The names and classes of streets, numbered. */
static bool number_names(joiner *j) {
    const hs_map_set *set = &j->features->set[HS_MAP_STREETS];
    const hs_streets *streets = &j->features->geography->streets;
    hs_dictionary *names = hs_dictionary_new();
    hs_buffer words;
    hs_buffer_init(&words, 1 << 20);
    bool good = names != NULL;
    for (uint32_t i = 0; i < set->count && good; i++) {
        uint32_t row = set->row[i];
        uint32_t name = HS_NONE;
        if (streets->name[row].size > 0 || streets->name_en[row].size > 0) {
            hs_buffer_clear(&words);
            hs_buffer_printf(&words, "%u ", set->kind[i]);
            hs_buffer_str(&words, streets->name[row]);
            hs_buffer_byte(&words, 0);
            hs_buffer_str(&words, streets->name_en[row]);
            name =
                words.status == HS_OK ? hs_dictionary_put(names, (hs_str){words.data, words.size}) : HS_NONE;
            good = name != HS_NONE;
        }
        for (uint32_t r = set->ring[i]; r < set->ring[i + 1]; r++) {
            j->name[r - j->first] = name;
            j->feature[r - j->first] = i;
        }
    }
    hs_buffer_done(&words);
    hs_dictionary_free(names);
    return good;
}

/* Where exactly two ends of a name meet they are linked; more of them are a junction. */
static bool link_ends(joiner *j) {
    line_end *ends = calloc((size_t)2 * j->count + 1, sizeof *ends);
    uint32_t count = 0;
    if (!ends) return false;
    for (uint32_t end = 0; end < 2 * j->count; end++) {
        j->link[end] = HS_NONE;
        if (j->name[end / 2] == HS_NONE) continue;
        hs_mercator at = vertex_at_end(j, end);
        ends[count++] = (line_end){j->name[end / 2], at.x, at.y, end};
    }
    qsort(ends, count, sizeof *ends, compare_ends);
    for (uint32_t i = 0; i < count;) {
        uint32_t next = i + 1;
        while (next < count && ends[next].name == ends[i].name && ends[next].x == ends[i].x &&
               ends[next].y == ends[i].y)
            next++;
        if (next - i == 2 && ends[i].end / 2 != ends[i + 1].end / 2) {
            j->link[ends[i].end] = ends[i + 1].end;
            j->link[ends[i + 1].end] = ends[i].end;
        }
        i = next;
    }
    free(ends);
    return true;
}

/* The end of the chain that a ring is in, walking from its beginning; of a loop the ring's own. */
static uint32_t chain_begin(const joiner *j, uint32_t ring) {
    uint32_t end = 2 * ring;
    while (j->link[end] != HS_NONE) {
        end = j->link[end] ^ 1;
        if (end / 2 == ring) return 2 * ring;
    }
    return end;
}

/* Appends a ring's vertices from its end `end` on, but for the one that stands there already. */
static void append(const joiner *j, hs_map_chains *chains, uint32_t end, bool joined, uint32_t *at) {
    const hs_map_features *f = j->features;
    uint32_t first = f->ring_start[j->first + end / 2];
    uint32_t last = f->ring_start[j->first + end / 2 + 1];
    for (uint32_t i = joined; i < last - first; i++) {
        hs_mercator m = f->vertex[end % 2 ? last - 1 - i : first + i];
        hs_mercator_box *box = &chains->box[chains->count];
        if (m.x < box->min_x) box->min_x = m.x;
        if (m.x > box->max_x) box->max_x = m.x;
        if (m.y < box->min_y) box->min_y = m.y;
        if (m.y > box->max_y) box->max_y = m.y;
        chains->vertex[(*at)++] = m;
    }
}

static void write_chains(joiner *j) {
    hs_map_chains *chains = &j->features->chains;
    uint32_t at = 0;
    for (uint32_t ring = 0; ring < j->count; ring++) {
        if (j->used[ring] || j->name[ring] == HS_NONE) continue;
        uint32_t end = chain_begin(j, ring);
        chains->start[chains->count] = at;
        chains->feature[chains->count] = j->feature[ring];
        chains->box[chains->count] = (hs_mercator_box){UINT32_MAX, UINT32_MAX, 0, 0};
        for (bool joined = false; end != HS_NONE && !j->used[end / 2]; joined = true) {
            append(j, chains, end, joined, &at);
            j->used[end / 2] = 1;
            end = j->link[end ^ 1];
        }
        chains->count++;
    }
    chains->start[chains->count] = at;
}

hs_status hs_map_chains_build(hs_map_features *f, hs_error *error) {
    const hs_map_set *set = &f->set[HS_MAP_STREETS];
    uint32_t first = set->ring[0];
    uint32_t count = set->ring[set->count] - first;
    uint32_t vertices = f->ring_start[first + count] - f->ring_start[first];
    hs_map_chains *chains = &f->chains;
    chains->feature = hs_arena_array(f->arena, (size_t)count + 1, sizeof *chains->feature);
    chains->start = hs_arena_array(f->arena, (size_t)count + 1, sizeof *chains->start);
    chains->box = hs_arena_array(f->arena, (size_t)count + 1, sizeof *chains->box);
    chains->vertex = hs_arena_array(f->arena, (size_t)vertices + 1, sizeof *chains->vertex);
    joiner j = {.features = f, .first = first, .count = count};
    j.name = calloc((size_t)count + 1, sizeof *j.name);
    j.feature = calloc((size_t)count + 1, sizeof *j.feature);
    j.link = calloc((size_t)2 * count + 1, sizeof *j.link);
    j.used = calloc((size_t)count + 1, 1);
    bool good = chains->feature && chains->start && chains->box && chains->vertex && j.name && j.feature &&
                j.link && j.used && number_names(&j) && link_ends(&j);
    if (good) write_chains(&j);
    free(j.name);
    free(j.feature);
    free(j.link);
    free(j.used);
    return good ? HS_OK : hs_error_memory(error, "the map's labels");
}

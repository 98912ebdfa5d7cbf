#include "geo/box_tree.h"

#include "geo/box.h"
#include "geo/hilbert.h"
#include <stdlib.h>
#include <string.h>

typedef struct place_key {
    uint32_t key, number;
} place_key;

/* Keys from the boxes' centres on the Hilbert curve over the whole, stretched to fill the square. */
static void make_keys(const hs_box *boxes, uint32_t count, place_key *keys) {
    hs_box whole = HS_BOX_EMPTY;
    for (uint32_t i = 0; i < count; i++)
        hs_box_union(&whole, boxes[i]);
    uint64_t width = (uint64_t)((int64_t)whole.max_lon_e7 - whole.min_lon_e7);
    uint64_t height = (uint64_t)((int64_t)whole.max_lat_e7 - whole.min_lat_e7);
    unsigned shift = 0;
    while (shift < 31 && (width | height) << (shift + 1) <= UINT32_MAX)
        shift++;
    for (uint32_t i = 0; i < count; i++) {
        int64_t x = ((int64_t)boxes[i].min_lon_e7 + boxes[i].max_lon_e7) / 2 - whole.min_lon_e7;
        int64_t y = ((int64_t)boxes[i].min_lat_e7 + boxes[i].max_lat_e7) / 2 - whole.min_lat_e7;
        uint64_t d = hs_hilbert((uint32_t)((uint64_t)x << shift), (uint32_t)((uint64_t)y << shift));
        keys[i] = (place_key){.key = (uint32_t)(d >> 32), .number = i};
    }
}

/* Stable radix sort, a byte at a time; the result ends in `keys`. */
static void sort_keys(place_key *keys, place_key *spare, uint32_t count) {
    for (unsigned shift = 0; shift < 32; shift += 8) {
        uint32_t start[257] = {0};
        for (uint32_t i = 0; i < count; i++)
            start[(keys[i].key >> shift & 255) + 1]++;
        for (unsigned b = 0; b < 256; b++)
            start[b + 1] += start[b];
        for (uint32_t i = 0; i < count; i++)
            spare[start[keys[i].key >> shift & 255]++] = keys[i];
        place_key *swapped = keys;
        keys = spare;
        spare = swapped;
    }
}

static void lay_out_levels(hs_box_tree *tree) {
    uint32_t boxes = tree->count, start = 0;
    tree->levels = 0;
    for (;;) {
        tree->level_start[tree->levels++] = start;
        start += boxes;
        if (boxes == 1) break;
        boxes = boxes / HS_BOX_TREE_FAN + (boxes % HS_BOX_TREE_FAN != 0);
    }
    tree->level_start[tree->levels] = start;
}

static void fill_levels(hs_box_tree *tree) {
    for (uint32_t level = 1; level < tree->levels; level++) {
        uint32_t below = tree->level_start[level - 1], here = tree->level_start[level];
        for (uint32_t i = here; i < tree->level_start[level + 1]; i++)
            tree->box[i] = HS_BOX_EMPTY;
        for (uint32_t i = below; i < here; i++)
            hs_box_union(&tree->box[here + (i - below) / HS_BOX_TREE_FAN], tree->box[i]);
    }
}

hs_status hs_box_tree_build(const hs_box *boxes, uint32_t count, hs_error *error, hs_box_tree *tree) {
    hs_box_tree made = {.count = count};
    if (count == 0) {
        *tree = made;
        return HS_OK;
    }
    if (count > UINT32_MAX / 2) return hs_error_set(error, HS_E_LIMIT, "too many boxes for one index");
    lay_out_levels(&made);
    place_key *keys = malloc(2 * (size_t)count * sizeof *keys);
    made.box = malloc(made.level_start[made.levels] * sizeof *made.box);
    made.item = malloc(count * sizeof *made.item);
    if (!keys || !made.box || !made.item) {
        free(keys);
        hs_box_tree_done(&made);
        return hs_error_set(error, HS_E_MEMORY, "out of memory for an index of %u boxes", (unsigned)count);
    }
    make_keys(boxes, count, keys);
    sort_keys(keys, keys + count, count);
    for (uint32_t i = 0; i < count; i++) {
        made.item[i] = keys[i].number;
        made.box[i] = boxes[keys[i].number];
    }
    free(keys);
    fill_levels(&made);
    *tree = made;
    return HS_OK;
}

void hs_box_tree_done(hs_box_tree *tree) {
    free(tree->box);
    free(tree->item);
    *tree = (hs_box_tree){0};
}

/* Boxes [first, last) of a level, yet to be looked at. */
typedef struct node_range {
    uint32_t level, first, last;
} node_range;

void hs_box_tree_search(const hs_box_tree *tree, hs_box box, bool (*visit)(void *context, uint32_t place),
                        void *context) {
    if (tree->count == 0) return;
    node_range stack[HS_BOX_TREE_LEVELS * HS_BOX_TREE_FAN];
    uint32_t depth = 0;
    stack[depth++] = (node_range){tree->levels - 1, 0, 1};
    while (depth > 0) {
        node_range range = stack[--depth];
        uint32_t level = range.level, start = tree->level_start[level];
        for (uint32_t i = range.first; i < range.last; i++) {
            if (!hs_boxes_meet(&tree->box[start + i], &box)) continue;
            if (level == 0) {
                if (!visit(context, i)) return;
                continue;
            }
            uint32_t below = start - tree->level_start[level - 1];
            uint32_t end = i * HS_BOX_TREE_FAN + HS_BOX_TREE_FAN;
            stack[depth++] = (node_range){level - 1, i * HS_BOX_TREE_FAN, end < below ? end : below};
        }
    }
}

size_t hs_box_tree_bytes(const hs_box_tree *tree) {
    return tree->levels
               ? tree->level_start[tree->levels] * sizeof *tree->box + tree->count * sizeof *tree->item
               : 0;
}

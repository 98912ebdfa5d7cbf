/* Reads vector tiles through protobuf-c and checks what the specification demands of every tile. */
#ifndef TESTS_DECODE_MVT_H
#define TESTS_DECODE_MVT_H

#include "check.h"
#include "vector_tile.pb-c.h"
#include <stdlib.h>

#define MAX_PATH_POINTS 20000

typedef struct path {
    int32_t x[MAX_PATH_POINTS], y[MAX_PATH_POINTS];
    size_t count;
    bool closed;
} path;

/* Walks the commands of a feature; calls back with each point, line or ring. */
static inline size_t mvt_paths(const Vt__Feature *feature, void (*visit)(void *context, const path *p),
                               void *context) {
    static path p;
    int32_t x = 0;
    int32_t y = 0;
    size_t paths = 0;
    p.count = 0;
    for (size_t i = 0; i < feature->n_geometry;) {
        uint32_t command = feature->geometry[i] & 7;
        uint32_t count = feature->geometry[i++] >> 3;
        assert_true(command == 1 || command == 2 || command == 7);
        assert_true(count > 0);
        if (command == 7) {
            assert_int_equal(feature->type, 3);
            assert_int_equal(count, 1);
            p.closed = true;
            continue;
        }
        if (command == 1) {
            if (p.count) visit(context, &p), paths++;
            p.count = 0;
            p.closed = false;
        }
        for (; count > 0; count--, i += 2) {
            assert_true(i + 1 < feature->n_geometry && p.count < MAX_PATH_POINTS);
            uint32_t dx = feature->geometry[i];
            uint32_t dy = feature->geometry[i + 1];
            x += (int32_t)(dx >> 1) ^ -(int32_t)(dx & 1);
            y += (int32_t)(dy >> 1) ^ -(int32_t)(dy & 1);
            assert_true(command == 1 || dx || dy); /* no step of no length */
            p.x[p.count] = x;
            p.y[p.count++] = y;
        }
    }
    if (p.count) visit(context, &p), paths++;
    return paths;
}

static inline int64_t path_area2(const path *p) {
    int64_t area2 = 0;
    for (size_t i = 0; i < p->count; i++) {
        size_t k = i + 1 < p->count ? i + 1 : 0;
        area2 += (int64_t)p->x[i] * p->y[k] - (int64_t)p->x[k] * p->y[i];
    }
    return area2;
}

typedef struct path_check {
    uint32_t type;
    int32_t low, high;
    size_t rings;
} path_check;

static inline void check_path(void *context, const path *p) {
    path_check *check = context;
    for (size_t i = 0; i < p->count; i++) {
        assert_in_range(p->x[i] + 64, (unsigned)(check->low + 64), (unsigned)(check->high + 64));
        assert_in_range(p->y[i] + 64, (unsigned)(check->low + 64), (unsigned)(check->high + 64));
    }
    if (check->type == 1) assert_int_equal(p->count, 1);
    if (check->type == 2) assert_true(p->count >= 2 && !p->closed);
    if (check->type == 3) {
        assert_true(p->count >= 3 && p->closed);
        assert_true(p->x[0] != p->x[p->count - 1] || p->y[0] != p->y[p->count - 1]);
        int64_t area2 = path_area2(p);
        assert_true(area2 != 0);
        if (check->rings++ == 0) assert_true(area2 > 0); /* the first ring is an outer one */
    }
}

/* Decodes a tile and checks it; free with vt__tile__free_unpacked. */
static inline Vt__Tile *decode_mvt(const void *data, size_t size) {
    Vt__Tile *tile = vt__tile__unpack(NULL, size, data);
    assert_non_null(tile);
    for (size_t l = 0; l < tile->n_layers; l++) {
        const Vt__Layer *layer = tile->layers[l];
        assert_int_equal(layer->version, 2);
        assert_int_equal(layer->extent, 4096);
        assert_true(layer->n_features > 0);
        for (size_t other = 0; other < l; other++)
            assert_string_not_equal(tile->layers[other]->name, layer->name);
        for (size_t f = 0; f < layer->n_features; f++) {
            const Vt__Feature *feature = layer->features[f];
            assert_int_equal(feature->n_tags % 2, 0);
            for (size_t t = 0; t < feature->n_tags; t += 2) {
                assert_true(feature->tags[t] < layer->n_keys);
                assert_true(feature->tags[t + 1] < layer->n_values);
            }
            path_check check = {feature->type, -64, 4160, 0};
            if (feature->type == 1) check.low = 0, check.high = 4095;
            assert_true(mvt_paths(feature, check_path, &check) > 0);
        }
    }
    return tile;
}

static inline const Vt__Layer *mvt_layer(const Vt__Tile *tile, const char *name) {
    for (size_t l = 0; l < tile->n_layers; l++)
        if (strcmp(tile->layers[l]->name, name) == 0) return tile->layers[l];
    return NULL;
}

static inline const Vt__Value *mvt_value(const Vt__Layer *layer, const Vt__Feature *feature,
                                         const char *key) {
    for (size_t t = 0; t < feature->n_tags; t += 2)
        if (strcmp(layer->keys[feature->tags[t]], key) == 0) return layer->values[feature->tags[t + 1]];
    return NULL;
}

#endif

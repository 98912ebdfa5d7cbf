/* The base map's features as they are drawn: projected once for a geography, with what tells their kinds
 * apart. Immutable once made, shared by threads. */
#ifndef RENDER_MAP_FEATURES_H
#define RENDER_MAP_FEATURES_H

#include "geo/mercator.h"
#include "render/map_style.h"
#include <hotspot/geography.h>

/* Features of one layer of the tile set `base`, in its order. */
typedef struct hs_map_set {
    uint32_t count;
    uint32_t *row;      /* of the geography's columns */
    uint8_t *shape;     /* hs_map_shape */
    uint8_t *from_zoom; /* whole zoom of MapLibre */
    uint8_t *may_drop;  /* left out where smaller than HS_BASE_LEAST_SPAN */
    uint32_t *kind;     /* features of equal kind agree in shape and in what hs_map_reads_kind names */
    hs_mercator_box *box;
    hs_mercator *anchor;                /* where a label of a point or polygon stands */
    uint32_t *ring;                     /* [count + 1] first ring */
    uint32_t kind_count, *kind_feature; /* [kind_count] one of each */
} hs_map_set;

/* Streets of one name whose ends meet, as one line for labels. */
typedef struct hs_map_chains {
    uint32_t count;
    uint32_t *feature; /* one of those that it is made of */
    uint32_t *start;   /* [count + 1] first vertex */
    hs_mercator *vertex;
    hs_mercator_box *box;
} hs_map_chains;

typedef struct hs_map_features {
    hs_geography *geography;
    hs_map_set set[HS_MAP_SOURCES];
    hs_map_chains chains;
    uint32_t ring_count;
    uint32_t *ring_start; /* [ring_count + 1] */
    hs_mercator *vertex;  /* rings of polygons closed; outer ones clockwise on screen, holes against it */
    size_t bytes;
    hs_arena *arena;
} hs_map_features;

/* O(vertices + streets log streets). Takes a reference to the geography. */
hs_status hs_map_features_new(const hs_geography *geography, hs_error *error, hs_map_features **features);
void hs_map_features_free(hs_map_features *features);

enum { HS_MAP_MOST_PROPERTIES = 8 };
/* A feature's properties as its vector tile has them; returns how many. */
uint32_t hs_map_feature_properties(const hs_map_features *features, hs_map_source source, uint32_t feature,
                                   hs_map_property properties[HS_MAP_MOST_PROPERTIES]);
/* Numbers of the features whose box meets `box` and that are there at a whole zoom, in order; `out` holds
 * set->count. */
uint32_t hs_map_features_in(const hs_map_set *set, const hs_mercator_box *box, uint32_t zoom, uint32_t *out);

/* map_chains.c */
hs_status hs_map_chains_build(hs_map_features *features, hs_error *error);

#endif

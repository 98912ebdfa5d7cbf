/* What the files of hotspots share. */
#ifndef SERVICE_HOTSPOTS_PRIVATE_H
#define SERVICE_HOTSPOTS_PRIVATE_H

#include "service/hotspots.h"
#include "service/service_private.h"

/* Units of analysis with what was counted in them. Arrays live in the arena. */
typedef struct hs_areas {
    uint32_t count;
    int64_t *id;
    hs_str *code, *name, *name_en;
    hs_geometry *geometry;
    hs_position *label;
    double *x_m, *y_m;     /* of the label, on the city's plane */
    double *measure;       /* km^2, of streets km */
    double *population;    /* NAN where unknown */
    double *events;        /* NAN where unknown */
    int32_t *column, *row; /* of a grid (hexagons: axial), else NULL */
    uint32_t *segment;     /* of streets, else NULL */
    uint64_t counted, outside;
} hs_areas;

bool hs_areas_init(hs_areas *areas, uint32_t count, hs_arena *arena);
/* Keeps the units whose `keep` is set, in their order. */
void hs_areas_keep(hs_areas *areas, const bool *keep);
/* Whether a place lies where the request looks: in its unit and bbox. */
bool hs_hotspot_looks_at(const hs_snapshot *snapshot, const hs_hotspot_request *request, hs_position place);

hs_status hs_areas_of_level(const hs_snapshot *snapshot, const hs_hotspot_request *request,
                            const hs_selection *selection, hs_arena *arena, hs_error *error, hs_areas *areas);
hs_status hs_areas_of_streets(const hs_snapshot *snapshot, const hs_hotspot_request *request,
                              const hs_selection *selection, hs_arena *arena, hs_error *error,
                              hs_areas *areas);
hs_status hs_areas_of_grid(const hs_snapshot *snapshot, const hs_hotspot_request *request,
                           const hs_selection *selection, hs_arena *arena, hs_error *error, hs_areas *areas);

hs_status hs_areas_weights(const hs_snapshot *snapshot, const hs_hotspot_request *request,
                           const hs_areas *areas, hs_error *error, hs_weights **weights);
/* Neighbours among grid cells by their columns and rows. */
hs_status hs_grid_weights(const hs_hotspot_request *request, const hs_areas *areas, hs_error *error,
                          hs_weights **weights);
/* Neighbours among street segments: at a junction, or within a distance along the streets. */
hs_status hs_street_weights(const hs_snapshot *snapshot, const hs_hotspot_request *request,
                            const hs_areas *areas, hs_error *error, hs_weights **weights);

static inline bool hs_selected(const hs_selection *selection, uint32_t chunk, uint32_t i) {
    const uint64_t *bits = selection->bits[chunk];
    return !bits || (bits[i / 64] >> (i % 64) & 1);
}

/* Words for people. */
const char *hs_hotspot_value_name(hs_hotspot_value value);
const char *hs_hotspot_label(const hs_hotspot_request *request, const hs_hotspots *hotspots, uint32_t row,
                             bool chinese);
const char *hs_hotspot_global_label(const hs_hotspot_request *request, const hs_hotspots *hotspots, int which,
                                    bool chinese);
void hs_hotspot_weights_words(const hs_hotspot_request *request, char *text, size_t size);
void hs_hotspot_units_words(const hs_hotspot_request *request, char *text, size_t size);
const char *hs_hotspot_units_name(hs_hotspot_units units);

#endif

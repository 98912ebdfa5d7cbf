/* Distances to places, for the regression. */
#include "service/forecast.h"

#include "base/hash.h"
#include "geo/point_index.h"
#include "geo/real.h"

/* Classes of places that are taken apart, the most frequent ones, and beyond what distance none matters. */
#define MOST_CLASSES 6u
#define FAR_M        2000.0
#define LEAST_PLACES 5u

static hs_status add_class(const hs_position *at, uint32_t count, const hs_position *middle, uint32_t cells,
                           hs_error *error, double *distance) {
    hs_point_index *index;
    hs_status status = hs_point_index_new(at, count, error, &index);
    if (status != HS_OK) return status;
    for (uint32_t i = 0; i < cells; i++) {
        double way_m = FAR_M;
        if (hs_point_index_nearest(index, middle[i], FAR_M, &way_m) == HS_NONE) way_m = FAR_M;
        distance[i] = hs_real_log(1 + way_m / 50);
    }
    hs_point_index_free(index);
    return HS_OK;
}

static uint32_t take_most(uint32_t *count, uint32_t classes) {
    uint32_t best = HS_NONE;
    for (uint32_t k = 0; k < classes; k++)
        if (count[k] >= LEAST_PLACES && (best == HS_NONE || count[k] > count[best])) best = k;
    return best;
}

hs_status hs_forecast_place_distances(const hs_snapshot *snapshot, const hs_position *middle, uint32_t cells,
                                      hs_arena *arena, hs_error *error, hs_forecast_cells *to) {
    const hs_places *places = &snapshot->geography->places;
    hs_dictionary *classes = hs_dictionary_new();
    uint32_t *class_of = hs_arena_array(arena, (size_t)places->count + 1, sizeof *class_of);
    uint32_t *count = hs_arena_array(arena, (size_t)places->count + 1, sizeof *count);
    hs_position *at = hs_arena_array(arena, (size_t)places->count + 1, sizeof *at);
    double *distance = hs_arena_array(arena, (size_t)cells * MOST_CLASSES + 1, sizeof *distance);
    hs_status status =
        classes && class_of && count && at && distance ? HS_OK : hs_error_memory(error, "places");
    for (uint32_t p = 0; status == HS_OK && p < places->count; p++) {
        class_of[p] = hs_dictionary_put(classes, places->place_class[p]);
        if (class_of[p] == HS_NONE)
            status = hs_error_memory(error, "places");
        else
            count[class_of[p]]++;
    }
    to->covariate = distance;
    for (uint32_t k; status == HS_OK && to->covariate_count < MOST_CLASSES &&
                     (k = take_most(count, hs_dictionary_count(classes))) != HS_NONE;) {
        uint32_t n = 0;
        for (uint32_t p = 0; p < places->count; p++)
            if (class_of[p] == k) at[n++] = places->position[p];
        count[k] = 0;
        status = add_class(at, n, middle, cells, error, distance + (size_t)to->covariate_count++ * cells);
    }
    hs_dictionary_free(classes);
    return status;
}

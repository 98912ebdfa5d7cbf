/* What the geocoder's tests share: asking, and checking where the best answer lies. */
#ifndef TESTS_ANSWERS_H
#define TESTS_ANSWERS_H

#include "check.h"

#include "base/text.h"
#include "geo/plane.h"
#include <hotspot/geocode.h>

/* A made town and its geocoder, as a group's state. */
typedef struct fixture {
    hs_geography *town;
    hs_geocoder *geocoder;
} fixture;

static inline int fixture_set_up(void **state, hs_geography *town) {
    static fixture f;
    hs_error error;
    f.town = town;
    check_ok(hs_geocoder_new(f.town, &error, &f.geocoder), &error);
    *state = &f;
    return 0;
}

static inline int fixture_tear_down(void **state) {
    fixture *f = *state;
    hs_geocoder_free(f->geocoder);
    hs_geography_unref(f->town);
    return 0;
}

static inline hs_geocode_result ask(const hs_geocoder *geocoder, const char *address) {
    hs_geocode_result results[5] = {0};
    hs_error error;
    size_t count;
    check_ok(hs_geocode(geocoder, hs_str_of(address), results, 5, &error, &count), &error);
    return results[0];
}

/* The best answer is of the type and within the distance of a position. */
static inline hs_geocode_result ask_at(const hs_geocoder *geocoder, const char *address, hs_match_type type,
                                       hs_position position, double within_m) {
    hs_geocode_result found = ask(geocoder, address);
    double off_m = found.match_type == HS_MATCH_NONE ? -1 : hs_ground_distance_m(found.position, position);
    if (found.match_type != type || off_m > within_m)
        fail_msg("'%s': %s, %.1f m off, score %.2f, '%s'", address, hs_match_type_name(found.match_type),
                 off_m, found.score, found.label);
    return found;
}

static inline void check_part(const char *address, const hs_geocode_result *found, hs_address_part_kind kind,
                              const char *wanted) {
    for (uint32_t i = 0; i < found->part_count; i++) {
        if (found->part[i].kind != kind) continue;
        hs_str part = {address + found->part[i].start, found->part[i].end - found->part[i].start};
        if (hs_str_equal(part, hs_str_of(wanted))) return;
        fail_msg("'%s': '%.*s' is not '%s'", address, (int)part.size, part.data, wanted);
    }
    fail_msg("'%s': no part '%s'", address, wanted);
}

#endif

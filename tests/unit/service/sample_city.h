/* The sample city as tests look at it. */
#ifndef TESTS_SAMPLE_CITY_H
#define TESTS_SAMPLE_CITY_H

#include "base/asset.h"
#include "check.h"
#include "service/sample/sample.h"

static inline hs_sample_city *make_city(uint64_t seed) {
    hs_str definition;
    assert_true(hs_asset_find("geodata/sample-city.json", &definition));
    hs_error error = {0};
    hs_sample_city *city = NULL;
    check_ok(hs_sample_city_new(definition, seed, &error, &city), &error);
    return city;
}

#endif

#include "service/sample/city.h"

#include <stdlib.h>

#define CEILING ((size_t)512 << 20)

hs_status hs_sample_city_new(hs_str definition, uint64_t seed, hs_error *error, hs_sample_city **city) {
    hs_sample_city *made = calloc(1, sizeof *made);
    if (made) made->arena = hs_arena_new(CEILING);
    if (!made || !made->arena) {
        hs_sample_city_free(made);
        return hs_error_set(error, HS_E_MEMORY, "no memory for the sample city");
    }
    made->seed = seed;
    hs_status status = hs_sample_definition_parse(definition, made->arena, error, &made->definition);
    if (status == HS_OK) status = hs_sample_build_lattice(made, error);
    if (status == HS_OK) status = hs_sample_build_streets(made, error);
    if (status == HS_OK) status = hs_sample_name_streets(made, error);
    if (status == HS_OK) status = hs_sample_build_addresses(made, error);
    if (status == HS_OK) status = hs_sample_build_places(made, error);
    if (status != HS_OK) {
        hs_sample_city_free(made);
        return status;
    }
    *city = made;
    return HS_OK;
}

void hs_sample_city_free(hs_sample_city *city) {
    if (!city) return;
    if (city->definition.root) hs_sample_definition_done(&city->definition);
    hs_arena_free(city->arena);
    free(city);
}

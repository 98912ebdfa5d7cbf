/* Colour ramps from any bytes: an error or a set whose defaults give classes. */
#include "render/ramp.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    hs_error error;
    hs_ramps *ramps;
    hs_ramp_classes classes;
    if (hs_ramps_parse((hs_str){(const char *)data, size}, &error, &ramps) == HS_OK) {
        if (hs_ramps_classes(ramps, HS_STR("dark"), (hs_str){0}, HS_RAMP_PER_KM2, (hs_str){0}, &error,
                             &classes) != HS_OK)
            abort();
        if (hs_ramps_classes(ramps, HS_STR(""), (hs_str){0}, HS_RAMP_PER_KM2_MONTH, (hs_str){0}, &error,
                             &classes) != HS_OK)
            abort();
        if (hs_ramps_classes(ramps, HS_STR(""), (hs_str){0}, HS_RAMP_CHANGE, HS_STR("0510"), &error,
                             &classes) != HS_OK)
            abort();
        hs_ramps_free(ramps);
    }
    /* The same bytes as a request's breaks. */
    if (hs_ramps_new(&error, &ramps) != HS_OK) return 0;
    hs_ramps_classes(ramps, (hs_str){0}, (hs_str){(const char *)data, size}, HS_RAMP_PER_KM2, (hs_str){0},
                     &error, &classes);
    /* And as a problem's code: known or not, it has breaks. */
    if (hs_ramps_classes(ramps, (hs_str){0}, (hs_str){0}, HS_RAMP_CHANGE, (hs_str){(const char *)data, size},
                         &error, &classes) != HS_OK)
        abort();
    hs_ramps_free(ramps);
    return 0;
}

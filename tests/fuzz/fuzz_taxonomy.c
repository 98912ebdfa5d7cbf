/* Taxonomies are outside data: any bytes give a taxonomy or a message. */
#include "city/taxonomy.h"

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    hs_taxonomy *taxonomy = NULL;
    hs_error error = {0};
    if (hs_taxonomy_parse((hs_str){(const char *)data, size}, &error, &taxonomy) != HS_OK) {
        if (!error.message[0]) __builtin_trap();
        return 0;
    }
    for (uint32_t i = 0; i < taxonomy->count && i < 16; i++) {
        uint32_t row = hs_taxonomy_find(taxonomy, taxonomy->category[i].code);
        if (row == HS_NONE || !hs_taxonomy_covers(taxonomy, row, taxonomy->category[i].code))
            __builtin_trap();
        hs_taxonomy_covers(taxonomy, 0, taxonomy->category[i].code);
    }
    hs_taxonomy_unref(taxonomy);
    return 0;
}

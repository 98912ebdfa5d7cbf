#include "render/font.h"

#include "base/hash.h"
#include <hb-ot.h>
#include <hb-subset.h>
#include <stdlib.h>

struct hs_font {
    hb_face_t *face;
    uint32_t *codes;
    uint32_t count;
    uint64_t hash;
};

static hs_status read_codes(hs_font *font, hs_error *error) {
    hb_set_t *found = hb_set_create();
    hb_face_collect_unicodes(font->face, found);
    font->count = hb_set_get_population(found);
    font->codes = malloc(((size_t)font->count + 1) * sizeof *font->codes);
    hb_codepoint_t code = HB_SET_VALUE_INVALID;
    for (uint32_t i = 0; font->codes && i < font->count && hb_set_next(found, &code); i++)
        font->codes[i] = code;
    bool failed = !font->codes || !hb_set_allocation_successful(found);
    hb_set_destroy(found);
    if (failed) return hs_error_memory(error, "a font");
    if (font->count == 0) return hs_error_set(error, HS_E_INPUT, "the font has no characters");
    hb_blob_t *head = hb_face_reference_table(font->face, HB_TAG('h', 'e', 'a', 'd'));
    unsigned size;
    const char *bytes = hb_blob_get_data(head, &size);
    font->hash = hs_hash(bytes, size, hs_hash(font->codes, font->count * sizeof *font->codes, 0));
    hb_blob_destroy(head);
    return HS_OK;
}

hs_status hs_font_new(hs_str file, hs_error *error, hs_font **font) {
    hs_font *made = calloc(1, sizeof *made);
    if (!made) return hs_error_memory(error, "a font");
    hb_blob_t *blob = hb_blob_create(file.data, (unsigned)file.size, HB_MEMORY_MODE_READONLY, NULL, NULL);
    made->face = hb_face_create(blob, 0);
    hb_blob_destroy(blob);
    hb_face_make_immutable(made->face);
    hs_status status = read_codes(made, error);
    if (status == HS_OK)
        *font = made;
    else
        hs_font_free(made);
    return status;
}

void hs_font_free(hs_font *font) {
    if (!font) return;
    hb_face_destroy(font->face);
    free(font->codes);
    free(font);
}

const uint32_t *hs_font_codes(const hs_font *font, uint32_t *count) {
    *count = font->count;
    return font->codes;
}

uint64_t hs_font_hash(const hs_font *font) {
    return font->hash;
}

hs_status hs_font_subset(const hs_font *font, const uint32_t *codes, uint32_t count, hs_error *error,
                         hs_buffer *out) {
    hb_subset_input_t *input = hb_subset_input_create_or_fail();
    if (!input) return hs_error_memory(error, "a slice of a font");
    for (uint32_t i = 0; i < count; i++)
        hb_set_add(hb_subset_input_unicode_set(input), codes[i]);
    hb_subset_input_set_flags(input, HB_SUBSET_FLAGS_NO_HINTING);
    hb_face_t *slice = hb_subset_or_fail(font->face, input);
    hb_subset_input_destroy(input);
    if (!slice) return hs_error_memory(error, "a slice of a font");
    hb_blob_t *blob = hb_face_reference_blob(slice);
    unsigned size;
    const char *bytes = hb_blob_get_data(blob, &size);
    hs_buffer_append(out, bytes, size);
    hb_blob_destroy(blob);
    hb_face_destroy(slice);
    return out->status == HS_OK ? HS_OK : hs_error_memory(error, "a slice of a font");
}

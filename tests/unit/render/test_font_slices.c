/* Slices of the font: every character is somewhere, names come first, a slice has its characters and no
 * other. */
#include "base/asset.h"
#include "base/text.h"
#include "check.h"
#include "render/font_slices.h"
#include <stdlib.h>

static hs_font *open_font(void) {
    hs_error error = {0};
    hs_font *font = NULL;
    hs_str file = {hs_font_table[0].begin, (size_t)(hs_font_table[0].end - hs_font_table[0].begin)};
    assert_int_equal(hs_font_new(file, &error, &font), HS_OK);
    return font;
}

static bool has(const hs_font_slice *slice, uint32_t code) {
    for (uint32_t i = 0; i < slice->count; i++)
        if (slice->codes[i] == code) return true;
    return false;
}

/* The first slice with a character: the one that a map fetches. */
static const hs_font_slice *slice_of(const hs_font_slices *slices, uint32_t code) {
    for (uint32_t s = 0; s < slices->count; s++)
        if (has(&slices->slice[s], code)) return &slices->slice[s];
    return NULL;
}

static hs_font_slices *plan(const hs_font *font, hs_geography *geography) {
    hs_error error = {0};
    hs_font_slices *slices = NULL;
    assert_int_equal(hs_font_slices_new(font, geography, NULL, HS_STR("{\"a\": \"筛选\"}"), &error, &slices),
                     HS_OK);
    return slices;
}

static void every_character_has_a_slice(void **state) {
    (void)state;
    hs_font *font = open_font();
    hs_font_slices *slices = plan(font, NULL);
    uint32_t count, listed = 0;
    const uint32_t *codes = hs_font_codes(font, &count);
    assert_true(count > 30000);
    for (uint32_t s = 0; s < slices->count; s++) {
        const hs_font_slice *slice = &slices->slice[s];
        for (uint32_t i = 1; i < slice->count; i++)
            assert_true(slice->codes[i - 1] < slice->codes[i]);
        if (slice->kind == HS_SLICE_LATIN || slice->kind == HS_SLICE_REST) listed += slice->count;
        assert_ptr_equal(hs_font_slices_find(slices, hs_str_of(slice->name)), slice);
    }
    assert_int_equal(listed, count);
    assert_int_equal(codes[0], ' ');
    assert_int_equal(slice_of(slices, 'A')->kind, HS_SLICE_LATIN);
    assert_int_equal(slice_of(slices, 0x7B5B)->kind, HS_SLICE_PAGE); /* 筛 */
    assert_int_equal(slice_of(slices, 0x2B5AE)->kind, HS_SLICE_REST);
    assert_null(hs_font_slices_find(slices, HS_STR("names-1")));
    hs_font_slices_free(slices);
    hs_font_free(font);
}

static void names_come_first(void **state) {
    (void)state;
    const hs_str units[] = {HS_STR("垚山街道")}, streets[] = {HS_STR("㙍𫖮街"), HS_STR("Rue Ætna")};
    hs_geography geography = {.units = {.count = 1, .name = units}, .streets = {.count = 2, .name = streets}};
    hs_font *font = open_font();
    hs_font_slices *slices = plan(font, &geography);
    const uint32_t wanted[] = {0x579A, 0x5C71, 0x8857, 0x9053, 0x364D, 0x2B5AE};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        assert_int_equal(slice_of(slices, wanted[i])->kind, HS_SLICE_NAMES);
    const hs_font_slice *names = hs_font_slices_find(slices, HS_STR("names-1"));
    assert_int_equal(names->count, 6);
    assert_null(hs_font_slices_find(slices, HS_STR("names-2")));
    hs_font_slices *again = plan(font, &geography);
    assert_int_equal(hs_font_slices_find(again, HS_STR("names-1"))->hash, names->hash);
    hs_font_slices_free(again);
    hs_font_slices_free(slices);
    hs_font_free(font);
}

static void a_slice_has_its_characters(void **state) {
    (void)state;
    const uint32_t wanted[] = {0x364D, 0x579A, 0x2B5AE};
    hs_error error = {0};
    hs_font *font = open_font(), *slice = NULL;
    hs_buffer bytes, again;
    hs_buffer_init(&bytes, 1 << 20);
    hs_buffer_init(&again, 1 << 20);
    assert_int_equal(hs_font_subset(font, wanted, 3, &error, &bytes), HS_OK);
    assert_int_equal(hs_font_subset(font, wanted, 3, &error, &again), HS_OK);
    assert_int_equal(bytes.size, again.size);
    assert_memory_equal(bytes.data, again.data, bytes.size);
    assert_true(bytes.size < 10000);
    assert_int_equal(hs_font_new((hs_str){bytes.data, bytes.size}, &error, &slice), HS_OK);
    uint32_t count;
    const uint32_t *codes = hs_font_codes(slice, &count);
    assert_int_equal(count, 3);
    assert_memory_equal(codes, wanted, sizeof wanted);
    hs_font_free(slice);
    hs_buffer_done(&bytes);
    hs_buffer_done(&again);
    hs_font_free(font);
}

static void what_is_no_font_is_refused(void **state) {
    (void)state;
    hs_error error = {0};
    hs_font *font = NULL;
    assert_int_equal(hs_font_new(HS_STR("no font at all"), &error, &font), HS_E_INPUT);
    assert_null(font);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_character_has_a_slice),
        cmocka_unit_test(names_come_first),
        cmocka_unit_test(a_slice_has_its_characters),
        cmocka_unit_test(what_is_no_font_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

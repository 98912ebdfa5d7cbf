#include "check.h"
#include "render/crew_sheet.h"

enum { COLUMNS = 4, MOST_ROWS = 200, FACTS = 7 };

typedef struct example {
    hs_table_column columns[COLUMNS];
    const char *cells[MOST_ROWS * COLUMNS];
    hs_sheet_fact facts[FACTS];
    hs_crew_sheet sheet;
} example;

static void fill(example *e, uint32_t rows, bool chinese) {
    const hs_table_column columns[COLUMNS] = {{"No.", 0.1, HS_SHEET_RIGHT},
                                              {"Street", 0.4, HS_SHEET_LEFT},
                                              {"When", 0.3, HS_SHEET_LEFT},
                                              {"Expected", 0.2, HS_SHEET_RIGHT}};
    *e = (example){.sheet = {.width = 595.276, .height = 841.89, .column_count = COLUMNS, .rows = rows}};
    memcpy(e->columns, columns, sizeof columns);
    for (uint32_t i = 0; i < rows; i++) {
        e->cells[i * COLUMNS] = "12";
        e->cells[i * COLUMNS + 1] =
            i % 3 == 0 ? "A street whose name is so long that it takes more than one line of its column"
                       : "滨河北路";
        e->cells[i * COLUMNS + 2] = chinese ? "周一至周五 18–22 时" : "Mon–Fri 18–22 h";
        e->cells[i * COLUMNS + 3] = "0.51";
    }
    for (uint32_t i = 0; i < FACTS; i++)
        e->facts[i] =
            (hs_sheet_fact){"Held-out score", "plans of this rule caught 79.0 % (74.9 to 84.0) of what came"};
    e->sheet.columns = e->columns;
    e->sheet.cells = e->cells;
    e->sheet.facts = e->facts;
    e->sheet.fact_count = FACTS;
    e->sheet.title = chinese ? "第 1 队（共 3 队）：露天烧烤" : "Crew 1 of 3: Outdoor barbecue";
    e->sheet.subtitle = "Sample City; 2026-01-01 to 2026-01-30; budget 10 km";
    e->sheet.left = "Synthetic";
    e->sheet.notes = "Notes";
    e->sheet.scale = "1:24,000\nWeb Mercator";
    e->sheet.chinese = chinese;
}

static void check_page(const hs_crew_sheet *sheet, const hs_crew_layout *l) {
    hs_sheet_box box[16];
    size_t count = 0;
    const hs_sheet_layout *m = &l->about_map;
    box[count++] = l->title;
    box[count++] = l->subtitle;
    box[count++] = l->table;
    box[count++] = l->left;
    box[count++] = l->right;
    if (l->ends) {
        box[count++] = l->facts;
        box[count++] = l->notes;
        assert_true(l->notes.height >= 60);
    }
    if (l->first == 0) {
        box[count++] = m->map;
        box[count++] = m->strip;
        box[count++] = m->ticks_left;
        box[count++] = m->ticks_below;
        assert_true(m->map.height >= 0.29 * sheet->height && m->map.height <= 0.51 * sheet->height);
    }
    for (size_t i = 0; i < count; i++) {
        assert_true(box[i].width > 0 && box[i].height > 0 && box[i].x >= 27 && box[i].y >= 27);
        assert_true(box[i].x + box[i].width <= sheet->width - 27);
        assert_true(box[i].y + box[i].height <= sheet->height - 27);
        for (size_t j = 0; j < i; j++)
            if (box[i].x + box[i].width > box[j].x + 1e-6 && box[j].x + box[j].width > box[i].x + 1e-6 &&
                box[i].y + box[i].height > box[j].y + 1e-6 && box[j].y + box[j].height > box[i].y + 1e-6)
                fail_msg("boxes %zu and %zu lie over each other (rows %u to %u)", i, j, (unsigned)l->first,
                         (unsigned)l->last);
    }
}

/* Every row is on one page, in order; facts and notes are on the last. */
static void test_pages(void **state) {
    (void)state;
    for (uint32_t rows = 0; rows <= 90; rows++)
        for (int chinese = 0; chinese < 2; chinese++) {
            example e;
            hs_error error = {0};
            hs_crew_layout layout = {.ends = false};
            uint32_t pages = 0;
            fill(&e, rows, chinese);
            for (uint32_t first = 0; !layout.ends; first = layout.last) {
                check_ok(hs_crew_sheet_layout(&e.sheet, first, &error, &layout), &error);
                assert_true(layout.first == first && layout.last <= rows);
                check_page(&e.sheet, &layout);
                assert_true(++pages < 10);
            }
            assert_int_equal(layout.last, rows);
            if (rows <= 10) assert_int_equal(pages, 1);
        }
}

static void test_refusals(void **state) {
    (void)state;
    example e;
    hs_error error = {0};
    hs_crew_layout layout;
    fill(&e, 5, true);
    e.sheet.height = 200;
    assert_int_equal(hs_crew_sheet_layout(&e.sheet, 0, &error, &layout), HS_E_LIMIT);
    fill(&e, 5, true);
    e.cells[3] = "\xC0\x80";
    assert_int_equal(hs_crew_sheet_layout(&e.sheet, 0, &error, &layout), HS_E_ARGUMENT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

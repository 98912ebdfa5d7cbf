/* A page that a crew takes along: a map of its lines or places, a table whose numbers stand on the map, what
 * the plan rests on, room for notes. What does not fit goes on on further pages. Lengths are points of 1/72
 * inch; texts are UTF-8, NULL or empty for none. */
#ifndef RENDER_CREW_SHEET_H
#define RENDER_CREW_SHEET_H

#include "render/map_sheet.h"

#define HS_CREW_MOST_COLUMNS 12

typedef struct hs_table_column {
    const char *title;
    double share; /* of the table's width; all together 1 */
    hs_sheet_align align;
} hs_table_column;

typedef struct hs_crew_sheet {
    double width, height;
    const char *title, *subtitle;
    const char *scale;
    const char *left;        /* at the foot */
    const char *const *page; /* at the foot, right: one text a page, page_count of them */
    uint32_t page_count;
    const hs_table_column *columns;
    uint32_t column_count;    /* at most HS_CREW_MOST_COLUMNS */
    const char *const *cells; /* [rows * column_count] */
    uint32_t rows;
    const hs_sheet_fact *facts; /* in two columns */
    uint32_t fact_count;
    const char *notes; /* above the lines for them */
    bool chinese;
} hs_crew_sheet;

/* Where things stand on one page. */
typedef struct hs_crew_layout {
    hs_sheet_box title, subtitle, table, facts, notes, left, right;
    hs_sheet_layout about_map; /* its map, strip and bands; the map has no size on further pages */
    uint32_t first, last;      /* rows of this page: [first, last) */
    bool ends;                 /* facts and notes are on this page */
} hs_crew_layout;

/* The page whose table begins at row `first`; its map is as high as the rest allows. HS_E_LIMIT: not even one
 * row fits; HS_E_UNSUPPORTED and HS_E_ARGUMENT as of hs_sheet_text. O(rows of the page). */
hs_status hs_crew_sheet_layout(const hs_crew_sheet *sheet, uint32_t first, hs_error *error,
                               hs_crew_layout *layout);
/* As of hs_map_sheet: `begin`, then the map where there is one, then `draw`. `number` is the page's. */
hs_status hs_crew_sheet_begin(const hs_crew_sheet *sheet, const hs_crew_layout *layout, uint32_t number,
                              const hs_map_view *view, cairo_t *cairo, hs_error *error);
hs_status hs_crew_sheet_draw(const hs_crew_sheet *sheet, const hs_crew_layout *layout, uint32_t number,
                             const hs_map_view *view, cairo_t *cairo, hs_error *error);

#endif

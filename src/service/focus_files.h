/* A finished plan as files: sheets for crews, routes for handhelds, a table. */
#ifndef SERVICE_FOCUS_FILES_H
#define SERVICE_FOCUS_FILES_H

#include "service/focus.h"
#include "service/map.h"

typedef enum hs_focus_form {
    HS_FOCUS_PDF,
    HS_FOCUS_GPX,
    HS_FOCUS_KML,
    HS_FOCUS_XLSX,
    HS_FOCUS_FORMS
} hs_focus_form;

/* `pdf`, `gpx`, `kml`, `xlsx`, and what they are on the web. */
const char *hs_focus_form_name(hs_focus_form form);
const char *hs_focus_form_media_type(hs_focus_form form);
/* HS_FOCUS_FORMS for none of them. */
hs_focus_form hs_focus_form_named(hs_str name);

typedef struct hs_focus_file {
    bool chinese;
    uint32_t crew;             /* this one alone; 0: all */
    const hs_map_style *style; /* of the sheets' map */
    const char *run;           /* what tells the plan from any other: stands on the sheets */
    int64_t date_s;            /* of the sheets: a local day */
    hs_progress progress;      /* asked between pages and the layers of maps */
} hs_focus_file;

/* Appends a computed run of focus. PDF, A4: a page a crew (more where its table is longer), with a map whose
 * numbers are the table's, budget, period, held-out score and room for notes; GPX 1.1: a waypoint and a track
 * an item, and a route a crew through its items by a short way; KML 2.2: a folder a crew; XLSX: a row an
 * item. HS_E_INPUT: there is nothing in the plan, or no such crew; HS_E_LIMIT: more items than sheets hold
 * (HS_FOCUS_MOST_SHEET_ITEMS), HS_E_CANCELLED; further errors as of hs_service_map_draw. */
#define HS_FOCUS_MOST_SHEET_ITEMS 5000u
hs_status hs_focus_write(hs_service *service, const hs_hotspot_run *run, hs_focus_form form,
                         const hs_focus_file *file, hs_arena *arena, hs_error *error, hs_buffer *out);
/* The same into a file by its extension, replacing one that is there; other extensions as hs_hotspots_file.
 */
hs_status hs_focus_write_file(hs_service *service, const hs_hotspot_run *run, const char *path,
                              const hs_focus_file *file, hs_arena *arena, hs_error *error);

/* By form: focus_sheets.c, focus_gpx.c, focus_kml.c, focus_xlsx.c. */
hs_status hs_focus_write_pdf(hs_service *service, const hs_hotspot_run *run, const hs_focus_file *file,
                             hs_arena *arena, hs_error *error, hs_buffer *out);
hs_status hs_focus_write_gpx(const hs_hotspot_run *run, const hs_focus_file *file, hs_arena *arena,
                             hs_error *error, hs_buffer *out);
hs_status hs_focus_write_kml(const hs_hotspot_run *run, const hs_focus_file *file, hs_arena *arena,
                             hs_error *error, hs_buffer *out);
hs_status hs_focus_write_xlsx(const hs_hotspot_run *run, const hs_focus_file *file, hs_arena *arena,
                              hs_error *error, hs_buffer *out);

#endif

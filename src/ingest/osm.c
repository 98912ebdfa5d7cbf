/* OpenStreetMap: which of its features are the city's, and tags that GDAL keeps in one text. */
#include "base/text.h"
#include "ingest/record.h"

#include <string.h>

/* Reads a quoted text at *at, undoing escapes into `out` when it is not NULL; false at a malformed one. */
static bool quoted(hs_str tags, size_t *at, hs_str *raw) {
    if (*at >= tags.size || tags.data[*at] != '"') return false;
    size_t start = ++*at;
    while (*at < tags.size && tags.data[*at] != '"')
        *at += tags.data[*at] == '\\' ? 2 : 1;
    if (*at >= tags.size) return false;
    *raw = (hs_str){tags.data + start, *at - start};
    ++*at;
    return true;
}

static hs_str unescape(hs_str raw, hs_arena *arena) {
    if (!raw.size || !memchr(raw.data, '\\', raw.size)) return raw;
    char *text = hs_arena_alloc(arena, raw.size);
    if (!text) return (hs_str){0};
    size_t size = 0;
    for (size_t i = 0; i < raw.size; i++) {
        if (raw.data[i] == '\\' && i + 1 < raw.size) i++;
        text[size++] = raw.data[i];
    }
    return (hs_str){text, size};
}

hs_str hs_osm_tag(hs_str tags, const char *key, hs_arena *arena) {
    size_t at = 0;
    hs_str name, value, wanted = hs_str_of(key);
    while (quoted(tags, &at, &name)) {
        if (at + 2 > tags.size || memcmp(tags.data + at, "=>", 2) != 0) break;
        at += 2;
        if (!quoted(tags, &at, &value)) break;
        if (hs_str_equal(name, wanted)) return hs_str_trim(unescape(value, arena));
        if (at < tags.size && tags.data[at] == ',') at++;
    }
    return (hs_str){0};
}

hs_str hs_osm_row_tag(const hs_ingest *ingest, const hs_row *row, const char *key) {
    const hs_source *source = ingest->source;
    for (size_t i = 0; i < source->column_count; i++)
        if (hs_str_equal(source->columns[i].name, hs_str_of(key)))
            return hs_cell_text(&row->cells[i], ingest->arena);
    if (ingest->other_tags == HS_NO_COLUMN) return (hs_str){0};
    const hs_cell *cell = &row->cells[ingest->other_tags];
    return cell->type == HS_CELL_TEXT ? hs_osm_tag(cell->text, key, ingest->arena) : (hs_str){0};
}

bool hs_osm_is_street(hs_str highway) {
    static const char *const classes[] = {
        "motorway",    "trunk",         "primary",        "secondary",     "tertiary", "unclassified",
        "residential", "living_street", "pedestrian",     "service",       "road",     "footway",
        "path",        "steps",         "cycleway",       "track",         "busway",   "motorway_link",
        "trunk_link",  "primary_link",  "secondary_link", "tertiary_link", "bridleway"};
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (hs_str_equal(highway, hs_str_of(classes[i]))) return true;
    return false;
}

hs_level hs_osm_level(hs_str admin_level) {
    int64_t level;
    if (!hs_str_to_int(admin_level, &level)) return HS_LEVEL_COUNT;
    if (level >= 4 && level <= 5) return HS_LEVEL_CITY;
    if (level == 6) return HS_LEVEL_DISTRICT;
    if (level >= 7 && level <= 8) return HS_LEVEL_SUBDISTRICT;
    if (level >= 9 && level <= 10) return HS_LEVEL_COMMUNITY;
    return HS_LEVEL_COUNT;
}

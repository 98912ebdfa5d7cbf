#include "ingest/archive.h"

#include "base/text.h"
#include "ingest/encoding.h"
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLE_SIZE     ((size_t)1 << 20)
#define LARGEST_RECODED ((size_t)1 << 30)

static bool ends_with(const char *text, const char *end) {
    size_t size = strlen(text), tail = strlen(end);
    return size >= tail && hs_str_equal_nocase((hs_str){text + size - tail, tail}, (hs_str){end, tail});
}

static bool ends_with_any(const char *text, const char *const *ends) {
    for (; *ends; ends++)
        if (ends_with(text, *ends)) return true;
    return false;
}

static bool is_text_table(const char *path) {
    return ends_with_any(path, (const char *const[]){".csv", ".tsv", ".psv", ".txt", ".csv.gz", ".tsv.gz",
                                                     ".psv.gz", ".txt.gz", NULL});
}

static bool is_data(const char *name) {
    static const char *const ends[] = {".shp", ".gpkg",   ".geojson", ".json", ".geojsonl", ".csv", ".tsv",
                                       ".fgb", ".kml",    ".gml",     ".tab",  ".mif",      ".osm", ".pbf",
                                       ".gpx", ".sqlite", ".dxf",     ".txt",  NULL};
    return ends_with_any(name, ends) && !strstr(name, "__MACOSX");
}

/* A file that unpacks to more than this, and to this many times its size, is made to fill disks. */
#define LARGEST_UNPACKED ((vsi_l_offset)1 << 30)
#define MOST_RATIO       100

static bool is_bomb(const char *inside, vsi_l_offset packed) {
    VSIStatBufL about;
    if (VSIStatL(inside, &about) != 0 || about.st_size < 0) return false;
    vsi_l_offset size = (vsi_l_offset)about.st_size;
    return size > LARGEST_UNPACKED && size / MOST_RATIO > packed;
}

/* The one file with data in a zip; several shapefiles are one source of several layers. */
static hs_status look_into_zip(const char *path, vsi_l_offset packed, hs_arena *arena, hs_error *error,
                               const char **inside) {
    const char *root = hs_arena_printf(arena, "/vsizip/%s", path);
    if (!root) return hs_error_set(error, HS_E_MEMORY, "out of memory");
    char **names = VSIReadDirRecursive(root);
    char list[200] = "";
    size_t used = 0;
    const char *found = NULL;
    int count = 0, shapefiles = 0;
    for (char **name = names; name && *name; name++) {
        if (!is_data(*name)) continue;
        count++;
        if (ends_with(*name, ".shp")) shapefiles++;
        if (used + strlen(*name) + 3 < sizeof list)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", used ? ", " : "", *name);
        found = *name;
    }
    hs_status status = HS_OK;
    /* No file that we know by name: GDAL may know the folder (a FileGDB). */
    const char *chosen = count == 1 ? hs_arena_printf(arena, "%s/%s", root, found) : root;
    if (!names)
        status = hs_error_set(error, HS_E_INPUT, "%s is no zip file that can be read", path);
    else if (count > 1 && shapefiles < count)
        status = hs_error_set(error, HS_E_INPUT, "%s has several files (%s); give one as /vsizip/%s/NAME",
                              path, list, path);
    else if (!chosen)
        status = hs_error_set(error, HS_E_MEMORY, "out of memory");
    else if (count == 1 && is_bomb(chosen, packed))
        status =
            hs_error_set(error, HS_E_INPUT,
                         "%s unpacks to more than a gigabyte and %d times its size; unpack it first if it is "
                         "what it should be",
                         path, MOST_RATIO);
    CSLDestroy(names);
    if (status == HS_OK) *inside = chosen;
    return status;
}

static hs_status read_start(const char *path, hs_arena *arena, hs_error *error, hs_str *start) {
    errno = 0;
    VSILFILE *file = VSIFOpenL(path, "rb");
    if (!file)
        return hs_error_set(error, HS_E_IO, "%s cannot be opened: %s", path,
                            errno ? strerror(errno) : "nothing of that name is in it");
    char *bytes = hs_arena_alloc(arena, SAMPLE_SIZE);
    size_t size = bytes ? VSIFReadL(bytes, 1, SAMPLE_SIZE, file) : 0;
    VSIFCloseL(file);
    if (!bytes) return hs_error_set(error, HS_E_MEMORY, "out of memory");
    *start = (hs_str){bytes, size};
    return HS_OK;
}

/* GDAL's CSV reader takes bytes: two-byte characters must be turned into UTF-8 before. */
static hs_status recode(const char *path, const char *encoding, hs_arena *arena, hs_error *error,
                        hs_location *location) {
    GByte *bytes = NULL;
    vsi_l_offset size = 0;
    if (!VSIIngestFile(NULL, path, &bytes, &size, (GIntBig)LARGEST_RECODED))
        return hs_error_set(error, HS_E_LIMIT,
                            "%s is in %s and larger than 1 GB; convert it to UTF-8 (iconv) first", path,
                            encoding);
    hs_decoder *decoder = NULL;
    hs_status status = hs_decoder_new(encoding, error, &decoder);
    hs_buffer text;
    hs_buffer_init(&text, 3 * LARGEST_RECODED);
    if (status == HS_OK) {
        hs_decoder_append(decoder, (hs_str){(const char *)bytes, (size_t)size}, &text);
        status = text.status == HS_OK ? HS_OK : hs_error_set(error, text.status, "%s is too large", path);
    }
    hs_decoder_free(decoder);
    VSIFree(bytes);
    /* The layer is named after the file. */
    const char *base = strrchr(path, '/');
    base = base ? base + 1 : path;
    bool tabs = ends_with(path, ".tsv") || ends_with(path, ".tsv.gz");
    char *name = hs_arena_printf(arena, "/vsimem/ingest-%p/%.*s%s", (void *)arena, (int)strcspn(base, "."),
                                 base, tabs ? ".tsv" : ".csv");
    if (status == HS_OK && !name) status = hs_error_set(error, HS_E_MEMORY, "out of memory");
    if (status == HS_OK) {
        /* GDAL takes the memory over and frees it in its own way. */
        size_t length = text.size;
        GByte *owned = VSIMalloc(length > 0 ? length : 1);
        VSILFILE *file = NULL;
        if (owned) {
            memcpy(owned, text.data ? text.data : "", length);
            file = VSIFileFromMemBuffer(name, owned, length, TRUE);
        }
        if (file) {
            VSIFCloseL(file);
            location->memory_file = name;
            location->path = hs_arena_printf(arena, "CSV:%s", name);
        } else {
            VSIFree(owned);
            status = hs_error_set(error, HS_E_MEMORY, "out of memory");
        }
    }
    hs_buffer_done(&text);
    return status;
}

static bool is_wide(const char *encoding) {
    return hs_str_starts(hs_str_of(encoding), HS_STR("UTF-16")) ||
           hs_str_starts(hs_str_of(encoding), HS_STR("UCS")) ||
           hs_str_starts(hs_str_of(encoding), HS_STR("UTF-32"));
}

static hs_status find_text_table(const char *file, const char *given, hs_arena *arena, hs_error *error,
                                 hs_location *location) {
    hs_str start = {0};
    hs_status status = read_start(file, arena, error, &start);
    if (status != HS_OK) return status;
    if (start.size == 0) return hs_error_set(error, HS_E_INPUT, "%s is empty", file);
    location->is_text_table = true;
    const char *encoding = given ? given : hs_encoding_detect(start, start.size == SAMPLE_SIZE);
    if (is_wide(encoding)) {
        location->encoding = encoding;
        return recode(file, encoding, arena, error, location);
    }
    location->encoding = encoding;
    location->path = hs_arena_printf(arena, "CSV:%s", file);
    return location->path ? HS_OK : hs_error_set(error, HS_E_MEMORY, "out of memory");
}

bool hs_location_is_database(const char *path) {
    static const char *const beginnings[] = {"PG:", "postgresql://", "postgres://"};
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
        if (strncmp(path, beginnings[i], strlen(beginnings[i])) == 0) return true;
    return false;
}

const char *hs_location_name(const char *path, hs_arena *arena) {
    const char *url = strstr(path, "://");
    const char *start = NULL;
    const char *ends = " '";
    if (url) {
        start = strchr(url + 3, '/');
        start = start ? start + 1 : NULL;
        ends = "?/";
    } else if ((start = strstr(path, "dbname="))) {
        start += strlen("dbname=");
        start += *start == '\'';
    }
    size_t size = start ? strcspn(start, ends) : 0;
    return hs_arena_printf(arena, "PostgreSQL database%s%.*s", size ? " " : "", (int)size,
                           start ? start : "");
}

static hs_status find_database(const char *path, hs_arena *arena, hs_error *error, hs_location *location) {
    static const char shorter[] = "postgres://";
    bool is_short = strncmp(path, shorter, strlen(shorter)) == 0;
    location->is_database = true;
    location->path = is_short ? hs_arena_printf(arena, "postgresql://%s", path + strlen(shorter))
                              : hs_arena_strndup(arena, path, strlen(path));
    return location->path ? HS_OK : hs_error_memory(error, "a database");
}

hs_status hs_location_find(const char *path, const char *given_encoding, hs_arena *arena, hs_error *error,
                           hs_location *location) {
    VSIStatBufL about;
    if (hs_location_is_database(path)) {
        *location = (hs_location){0};
        return find_database(path, arena, error, location);
    }
    if (VSIStatL(path, &about) != 0) return hs_error_set(error, HS_E_INPUT, "%s does not exist", path);
    if (!VSI_ISREG(about.st_mode) && !VSI_ISDIR(about.st_mode))
        return hs_error_set(error, HS_E_INPUT,
                            "%s is no file: it is read more than once, so save what comes from it first",
                            path);
    if (VSI_ISREG(about.st_mode) && about.st_size == 0)
        return hs_error_set(error, HS_E_INPUT, "%s is empty", path);
    hs_location found = {.path = hs_arena_strndup(arena, path, strlen(path))};
    if (!found.path) return hs_error_set(error, HS_E_MEMORY, "out of memory");
    hs_status status = HS_OK;
    if (strncmp(path, "/vsi", 4) != 0) {
        if (ends_with(path, ".zip"))
            status = look_into_zip(path, (vsi_l_offset)about.st_size, arena, error, &found.path);
        else if (ends_with(path, ".gz") && !ends_with(path, ".tar.gz"))
            found.path = hs_arena_printf(arena, "/vsigzip/%s", path);
        else if (ends_with(path, ".tar") || ends_with(path, ".tgz") || ends_with(path, ".tar.gz"))
            found.path = hs_arena_printf(arena, "/vsitar/%s", path);
    }
    if (status != HS_OK) return status;
    if (!found.path) return hs_error_set(error, HS_E_MEMORY, "out of memory");
    found.is_shapefile = ends_with_any(found.path, (const char *const[]){".shp", ".shx", ".dbf", NULL}) ||
                         (ends_with(path, ".zip") && ends_with(found.path, ".zip"));
    if (!VSI_ISDIR(about.st_mode) && is_text_table(found.path))
        status = find_text_table(found.path, given_encoding, arena, error, &found);
    if (status == HS_OK) *location = found;
    return status;
}

#include "ingest/source.h"

#include "base/text.h"
#include "ingest/archive.h"
#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_CEILING ((size_t)256 << 20)
/* GDAL leaves columns beyond its limit out without a word that counts as a failure. */
#define MOST_COLUMNS      10000
#define MOST_COLUMNS_TEXT "10000"
/* A proxy that nobody can be. */
#define NOWHERE         "http://127.0.0.1:0"
#define LONGEST_LINE    "268435456"
#define SAMPLE_SIZE     ((size_t)1 << 20)
#define LARGEST_RECODED ((size_t)2 << 30)

static void CPL_STDCALL keep_words(CPLErr class, CPLErrorNum number, const char *message) {
    (void)number;
    hs_gdal_words *words = CPLGetErrorHandlerUserData();
    if (!words || class < CE_Failure || words->failed) return;
    words->failed = true;
    snprintf(words->text, sizeof words->text, "%s", message);
}

void hs_gdal_listen(hs_gdal_words *words) {
    *words = (hs_gdal_words){0};
    CPLPushErrorHandlerEx(keep_words, words);
}

void hs_gdal_unlisten(void) {
    CPLPopErrorHandler();
}

static pthread_once_t registered = PTHREAD_ONCE_INIT;

static void register_drivers(void) {
    /* GDAL's own threads have no handler of ours. */
    CPLSetErrorHandler(CPLQuietErrorHandler);
    GDALAllRegister();
}

/* Drivers that read something else than the file itself: a foreign file must not make us open others. */
static bool reads_elsewhere(const char *name) {
    static const char *const names[] = {
        "OGR_VRT", "HTTP",       "WFS",  "OAPIF",         "CSW",       "EEDA",
        "GMLAS",   "PLSCENES",   "NGW",  "Elasticsearch", "Carto",     "AmigoCloud",
        "MySQL",   "PostgreSQL", "ODBC", "MSSQLSpatial",  "MongoDBv3", "GPSBabel"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0) return true;
    return false;
}

static char **allowed_drivers(bool database) {
    char **allowed = NULL;
    if (database) return CSLAddString(allowed, "PostgreSQL");
    for (int i = 0; i < GDALGetDriverCount(); i++) {
        GDALDriverH driver = GDALGetDriver(i);
        const char *name = GDALGetDriverShortName(driver);
        if (GDALGetMetadataItem(driver, GDAL_DCAP_VECTOR, NULL) && !reads_elsewhere(name))
            allowed = CSLAddString(allowed, name);
    }
    return allowed;
}

const char *hs_source_kind_word(hs_kind kind) {
    static const char *const words[HS_KIND_COUNT] = {"units",    "streets",   "addresses", "places",
                                                     "zones",    "incidents", "targets",   "population",
                                                     "taxonomy", "decisions"};
    return kind < HS_KIND_COUNT ? words[kind] : "rows";
}

void hs_source_use_thread(void) {
    /* A file does not make us ask other machines: neither for its schema nor for its reference system. */
    CPLSetThreadLocalConfigOption("GML_DOWNLOAD_SCHEMA", "NO");
    CPLSetThreadLocalConfigOption("GDAL_HTTP_PROXY", NOWHERE);
    CPLSetThreadLocalConfigOption("GDAL_HTTPS_PROXY", NOWHERE);
    CPLSetThreadLocalConfigOption("GDAL_HTTP_CONNECTTIMEOUT", "1");
    CPLSetThreadLocalConfigOption("GDAL_HTTP_TIMEOUT", "2");
    /* The first line of a sheet is its header, of texts alone too. */
    CPLSetThreadLocalConfigOption("OGR_XLSX_HEADERS", "FORCE");
    CPLSetThreadLocalConfigOption("OGR_ODS_HEADERS", "FORCE");
    /* GDAL's own index of OpenStreetMap nodes gives up on files that are not sorted. */
    CPLSetThreadLocalConfigOption("OSM_USE_CUSTOM_INDEXING", "NO");
    /* One long row must not stop the others. */
    CPLSetThreadLocalConfigOption("OGR_CSV_MAX_LINE_SIZE", LONGEST_LINE);
    CPLSetThreadLocalConfigOption("OGR_CSV_MAX_FIELD_COUNT", MOST_COLUMNS_TEXT);
}

static hs_status open_dataset(hs_source *source, const hs_location *location, hs_error *error) {
    char **options = NULL;
    if (location->is_text_table) {
        options = CSLSetNameValue(options, "AUTODETECT_TYPE", "NO");
        options = CSLSetNameValue(options, "HEADERS", "YES");
        options = CSLSetNameValue(options, "KEEP_GEOM_COLUMNS", "NO");
    } else if (location->is_shapefile) {
        options = CSLSetNameValue(options, "ENCODING", "");
    }
    char **drivers = allowed_drivers(location->is_database);
    hs_gdal_words words;
    hs_gdal_listen(&words);
    hs_source_use_thread();
    source->dataset = GDALOpenEx(location->path, GDAL_OF_VECTOR | GDAL_OF_READONLY,
                                 (const char *const *)drivers, (const char *const *)options, NULL);
    hs_gdal_unlisten();
    CSLDestroy(drivers);
    CSLDestroy(options);
    if (source->dataset) return HS_OK;
    if (words.failed)
        return hs_error_set(error, HS_E_INPUT, "%s cannot be read: %s", source->path, words.text);
    if (location->is_database)
        return hs_error_set(error, HS_E_INPUT, "%s cannot be reached, or GDAL has no PostgreSQL driver here",
                            source->path);
    return hs_error_set(
        error, HS_E_INPUT,
        "%s is in no format that can be read; CSV, GeoJSON, Shapefile, GeoPackage, FlatGeobuf, "
        "KML, GML and OSM can",
        source->path);
}

/* Letters and digits in lower case, without a plural's end. */
static void fold_name(const char *name, char folded[64]) {
    size_t size = 0;
    for (; *name && size < 63; name++) {
        char c = *name;
        if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
        if (c != '_' && c != ' ' && c != '-') folded[size++] = c;
    }
    folded[size] = '\0';
    if (size > 3 && strcmp(folded + size - 3, "ies") == 0)
        memcpy(folded + size - 3, "y", 2);
    else if (size > 4 && strcmp(folded + size - 4, "sses") == 0)
        folded[size - 2] = '\0';
    else if (size > 1 && folded[size - 1] == 's' && folded[size - 2] != 's')
        folded[size - 1] = '\0';
}

static bool alike(const char *a, const char *b) {
    char one[64], two[64];
    fold_name(a, one);
    fold_name(b, two);
    return strcmp(one, two) == 0;
}

static const char *osm_layer(hs_kind kind) {
    switch (kind) {
    case HS_KIND_STREETS:
        return "lines";
    case HS_KIND_PLACES:
    case HS_KIND_ADDRESSES:
    case HS_KIND_INCIDENTS:
        return "points";
    default:
        return "multipolygons";
    }
}

/* A file's name without folders and endings. */
static hs_str stem(const char *path) {
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    return (hs_str){name, strcspn(name, ".")};
}

/* What a layer is called: where that is its file's name, as the sender calls the file. NULL: out of memory.
 */
static const char *name_layer(const hs_source *source, OGRLayerH layer, const char *path,
                              const hs_ingest_options *options) {
    const char *name = OGR_L_GetName(layer);
    if (!options->name || GDALDatasetGetLayerCount(source->dataset) != 1) return name;
    hs_str sent = stem(options->name);
    if (sent.size == 0 || !hs_str_equal(stem(name), stem(path))) return name;
    return hs_arena_strndup(source->arena, sent.data, sent.size);
}

/* The layer that was asked for; of a single one its sender's name will do, and another file's is no matter.
 */
static OGRLayerH find_layer(const hs_source *source, const char *wanted, const char *path,
                            const hs_ingest_options *options) {
    OGRLayerH layer = GDALDatasetGetLayerByName(source->dataset, wanted);
    if (layer || GDALDatasetGetLayerCount(source->dataset) != 1) return layer;
    layer = GDALDatasetGetLayer(source->dataset, 0);
    const char *name = name_layer(source, layer, path, options);
    return options->layer_kept || (name && strcmp(name, wanted) == 0) ? layer : NULL;
}

static hs_status no_layer(hs_source *source, const char *wanted, hs_error *error) {
    char list[300] = "";
    size_t used = 0;
    for (int i = 0; i < GDALDatasetGetLayerCount(source->dataset) && used < sizeof list - 60; i++) {
        const char *name = OGR_L_GetName(GDALDatasetGetLayer(source->dataset, i));
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%.40s", i ? ", " : "", name);
    }
    if (wanted)
        return hs_error_set(error, HS_E_INPUT, "%s has no layer %.60s; it has: %s", source->path, wanted,
                            list);
    return hs_error_set(error, HS_E_INPUT, "%s has several layers; name one with --layer: %s", source->path,
                        list);
}

static hs_status choose_layer(hs_source *source, hs_kind kind, const char *path,
                              const hs_ingest_options *options, hs_error *error) {
    int count = GDALDatasetGetLayerCount(source->dataset);
    if (count == 0) return hs_error_set(error, HS_E_INPUT, "%s has no layer", source->path);
    const char *wanted = options->layer ? options->layer : source->is_osm ? osm_layer(kind) : NULL;
    if (wanted) {
        source->layer = find_layer(source, wanted, path, options);
        return source->layer ? HS_OK : no_layer(source, wanted, error);
    }
    int usable = 0;
    OGRLayerH only = NULL;
    for (int i = 0; i < count; i++) {
        OGRLayerH layer = GDALDatasetGetLayer(source->dataset, i);
        const char *name = OGR_L_GetName(layer);
        if (strcmp(name, "layer_styles") == 0) continue; /* QGIS keeps its styles there */
        bool of_level = kind == HS_KIND_UNITS && options->level < HS_LEVEL_COUNT &&
                        alike(name, hs_level_name(options->level));
        if (alike(name, hs_source_kind_word(kind)) || of_level) {
            source->layer = layer;
            return HS_OK;
        }
        usable++;
        only = layer;
    }
    if (usable != 1) return no_layer(source, NULL, error);
    source->layer = only;
    return HS_OK;
}

/* Bytes of the layer's texts and names, for guessing their encoding. */
static void sample_texts(hs_source *source, hs_buffer *sample) {
    OGRFeatureDefnH schema = OGR_L_GetLayerDefn(source->layer);
    int columns = OGR_FD_GetFieldCount(schema);
    for (int i = 0; i < columns; i++)
        hs_buffer_text(sample, OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(schema, i)));
    OGR_L_ResetReading(source->layer);
    OGRFeatureH feature;
    for (int row = 0; row < 2000 && (feature = OGR_L_GetNextFeature(source->layer)); row++) {
        for (int i = 0; i < columns; i++)
            if (OGR_Fld_GetType(OGR_FD_GetFieldDefn(schema, i)) == OFTString &&
                OGR_F_IsFieldSetAndNotNull(feature, i)) {
                hs_buffer_text(sample, OGR_F_GetFieldAsString(feature, i));
                hs_buffer_byte(sample, '\n');
            }
        OGR_F_Destroy(feature);
        if (sample->status != HS_OK) break;
    }
    OGR_L_ResetReading(source->layer);
}

/* What a shapefile says of its encoding; the code for "ANSI" is written by default and says nothing. */
static const char *declared_encoding(OGRLayerH layer) {
    const char *page = GDALGetMetadataItem(layer, "ENCODING_FROM_CPG", "SHAPEFILE");
    if (page && *page) return page;
    const char *code = GDALGetMetadataItem(layer, "LDID_VALUE", "SHAPEFILE");
    if (!code || strcmp(code, "87") == 0) return NULL;
    page = GDALGetMetadataItem(layer, "ENCODING_FROM_LDID", "SHAPEFILE");
    return page && *page ? page : NULL;
}

static hs_status settle_encoding(hs_source *source, const hs_location *location,
                                 const hs_ingest_options *options, hs_error *error) {
    source->encoding = "UTF-8";
    source->raw_texts = (location->is_text_table || location->is_shapefile) && !location->memory_file;
    if (location->memory_file) {
        source->encoding = location->encoding;
        source->encoding_given = options->encoding != NULL;
        return HS_OK;
    }
    if (options->encoding) {
        source->encoding_given = true;
        source->encoding = hs_arena_strndup(source->arena, options->encoding, strlen(options->encoding));
        return hs_decoder_new(options->encoding, error, &source->decoder);
    }
    if (location->is_text_table) {
        source->encoding = location->encoding;
    } else if (location->is_shapefile) {
        hs_buffer sample;
        hs_buffer_init(&sample, SAMPLE_SIZE);
        sample_texts(source, &sample);
        hs_str bytes = {sample.data, sample.size};
        const char *declared = declared_encoding(source->layer);
        source->encoding = hs_encoding_detect(bytes, true);
        /* Valid UTF-8 that is not ASCII is no accident, whatever was declared. */
        if (declared && (strcmp(source->encoding, "UTF-8") != 0 || hs_text_is_ascii(bytes)) &&
            !hs_str_equal_nocase(hs_str_of(declared), HS_STR("UTF-8")) &&
            hs_decoder_new(declared, NULL, &source->decoder) == HS_OK)
            source->encoding = hs_arena_strndup(source->arena, declared, strlen(declared));
        hs_buffer_done(&sample);
    }
    if (source->decoder || strcmp(source->encoding, "UTF-8") == 0) return HS_OK;
    return hs_decoder_new(source->encoding, error, &source->decoder);
}

hs_str hs_source_text(hs_source *source, hs_str raw, hs_arena *arena) {
    if (hs_text_is_ascii(raw)) return raw;
    bool all = source->raw_texts && source->decoder && strcmp(source->encoding, "UTF-8") != 0;
    if (!all && hs_utf8_valid(raw)) return raw;
    if (!source->decoder) {
        /* The sample was UTF-8 and this is not: what it is settles the rest of the file's strangers. */
        source->odd_encoding = hs_encoding_detect(raw, false);
        if (hs_decoder_new(source->odd_encoding, NULL, &source->decoder) != HS_OK) return (hs_str){0};
    }
    hs_buffer text;
    hs_buffer_init(&text, raw.size * 4 + 16);
    hs_decoder_append(source->decoder, raw, &text);
    hs_str copy = hs_arena_str(arena, (hs_str){text.data, text.size});
    hs_buffer_done(&text);
    return copy;
}

static hs_status read_columns(hs_source *source, hs_error *error) {
    OGRFeatureDefnH schema = OGR_L_GetLayerDefn(source->layer);
    int count = OGR_FD_GetFieldCount(schema);
    source->columns = hs_arena_array(source->arena, (size_t)count + 1, sizeof *source->columns);
    if (!source->columns) return hs_error_set(error, HS_E_MEMORY, "out of memory");
    for (int i = 0; i < count; i++) {
        OGRFieldDefnH field = OGR_FD_GetFieldDefn(schema, i);
        hs_str name =
            hs_str_trim(hs_source_text(source, hs_str_of(OGR_Fld_GetNameRef(field)), source->arena));
        source->columns[i] = (hs_column){.name = hs_arena_str(source->arena, name),
                                         .type = OGR_Fld_GetType(field),
                                         .subtype = OGR_Fld_GetSubType(field)};
        if (!source->columns[i].name.data) return hs_error_set(error, HS_E_MEMORY, "out of memory");
    }
    source->column_count = (size_t)count;
    if (source->is_csv && count >= MOST_COLUMNS)
        return hs_error_set(error, HS_E_INPUT,
                            "%s has " MOST_COLUMNS_TEXT
                            " columns or more, which no table of rows has; check its line ends, and leave "
                            "out the columns that are not needed",
                            source->path);
    source->has_geometry =
        OGR_FD_GetGeomFieldCount(schema) > 0 && OGR_L_GetGeomType(source->layer) != wkbNone;
    return HS_OK;
}

void hs_source_list_columns(const hs_source *source, char list[HS_COLUMN_LIST_SIZE]) {
    size_t used = 0;
    list[0] = '\0';
    for (size_t i = 0; i < source->column_count && used + 64 < HS_COLUMN_LIST_SIZE; i++) {
        hs_str column = source->columns[i].name;
        used += (size_t)snprintf(list + used, HS_COLUMN_LIST_SIZE - used, "%s%.*s", i ? ", " : "",
                                 (int)hs_utf8_cut(column, 48), column.data);
    }
}

/* Everything after the location is known. */
static hs_status open_layer(hs_source *source, hs_kind kind, const char *path,
                            const hs_ingest_options *options, const hs_location *location, hs_error *error) {
    hs_status status = open_dataset(source, location, error);
    if (status != HS_OK) return status;
    source->driver = GDALGetDriverShortName(GDALGetDatasetDriver(source->dataset));
    source->is_osm = strcmp(source->driver, "OSM") == 0;
    source->is_csv = strcmp(source->driver, "CSV") == 0;
    status = choose_layer(source, kind, path, options, error);
    if (status != HS_OK) return status;
    source->layer_name = name_layer(source, source->layer, path, options);
    if (!source->layer_name) return hs_error_set(error, HS_E_MEMORY, "out of memory");
    hs_gdal_words words;
    hs_gdal_listen(&words);
    status = settle_encoding(source, location, options, error);
    hs_gdal_unlisten();
    return status == HS_OK ? read_columns(source, error) : status;
}

hs_status hs_source_open(const char *path, hs_kind kind, const hs_ingest_options *options, hs_error *error,
                         hs_source **source) {
    pthread_once(&registered, register_drivers);
    hs_source *made = calloc(1, sizeof *made);
    if (!made) return hs_error_set(error, HS_E_MEMORY, "out of memory");
    made->arena = hs_arena_new(ARENA_CEILING);
    const char *name = options->name ? options->name : path;
    if (made->arena && !options->name && hs_location_is_database(path))
        name = hs_location_name(path, made->arena);
    made->path = name ? strdup(name) : NULL;
    if (!made->path || !made->arena) {
        hs_source_close(made);
        return hs_error_set(error, HS_E_MEMORY, "out of memory");
    }
    hs_location location;
    hs_gdal_words words;
    hs_gdal_listen(&words);
    hs_status status = hs_location_find(path, options->encoding, made->arena, error, &location);
    hs_gdal_unlisten();
    if (status == HS_OK) {
        made->memory_file = location.memory_file;
        made->location = location.path;
        status = open_layer(made, kind, path, options, &location, error);
    }
    if (status != HS_OK) {
        hs_source_close(made);
        return status;
    }
    *source = made;
    return HS_OK;
}

/* Line ends of a text table that is not compressed. */
static int64_t count_lines(const char *path) {
    enum { PIECE = 1 << 18 };
    VSILFILE *file = VSIFOpenL(path, "rb");
    char *piece = malloc(PIECE);
    int64_t lines = file && piece ? 0 : -1;
    while (lines >= 0) {
        size_t size = VSIFReadL(piece, 1, PIECE, file);
        for (const char *at = piece; size > 0 && (at = memchr(at, '\n', size - (size_t)(at - piece))); at++)
            lines++;
        if (size < PIECE) break;
    }
    free(piece);
    if (file) VSIFCloseL(file);
    return lines;
}

int64_t hs_source_row_count(const hs_source *source) {
    static const char table[] = "CSV:";
    const char *path = source->location;
    int64_t count = -1;
    hs_gdal_words words;
    hs_gdal_listen(&words);
    if (OGR_L_TestCapability(source->layer, OLCFastFeatureCount)) {
        count = (int64_t)OGR_L_GetFeatureCount(source->layer, FALSE);
    } else if (strncmp(path, table, strlen(table)) == 0 && strncmp(path + 4, "/vsi", 4) != 0) {
        count = count_lines(path + strlen(table)) - 1; /* the header's */
    }
    hs_gdal_unlisten();
    return count >= 0 ? count : -1;
}

void hs_source_close(hs_source *source) {
    if (!source) return;
    hs_gdal_words words;
    hs_gdal_listen(&words);
    if (source->dataset) GDALClose(source->dataset);
    if (source->memory_file) VSIUnlink(source->memory_file);
    hs_gdal_unlisten();
    hs_decoder_free(source->decoder);
    hs_arena_free(source->arena);
    free(source->path);
    free(source);
}

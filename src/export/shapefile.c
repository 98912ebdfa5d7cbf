#include "export/shapefile.h"

#include "base/buffer.h"
#include "base/text.h"
#include "export/xml.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIECE_BYTES (1 << 20)

hs_status hs_shapefile_describe(const char *path, const hs_field *fields, char (*names)[HS_DBF_NAME_SIZE],
                                uint32_t count, hs_error *error) {
    hs_buffer text, target;
    hs_buffer_init(&text, (size_t)1 << 20);
    hs_buffer_init(&target, 65536);
    hs_buffer_printf(&target, "%s.xml", path);
    hs_buffer_byte(&target, 0);
    hs_buffer_text(&text,
                   "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<metadata>\n <eainfo>\n  <detailed>\n");
    for (uint32_t f = 0; f < count; f++) {
        hs_buffer_text(&text, "   <attr><attrlabl>");
        hs_xml_text(&text, hs_str_of(names[f]));
        hs_buffer_text(&text, "</attrlabl><attrdef>");
        hs_xml_text(&text, hs_str_of(fields[f].name));
        hs_buffer_text(&text, "</attrdef></attr>\n");
    }
    hs_buffer_text(&text, "  </detailed>\n </eainfo>\n</metadata>\n");
    bool done = text.status == HS_OK && target.status == HS_OK;
    FILE *file = done ? fopen(target.data, "wb") : NULL;
    done = file && fwrite(text.data, 1, text.size, file) == text.size;
    if (file && fclose(file) != 0) done = false;
    hs_buffer_done(&text);
    hs_buffer_done(&target);
    return done ? HS_OK : hs_error_set(error, HS_E_IO, "the description of the columns could not be written");
}

enum { HEADER_BYTES = 32 };

/* The first bytes of a Shapefile's part, and its size. */
static bool read_header(const char *path, const char *extension, unsigned char header[HEADER_BYTES],
                        uint64_t *size) {
    FILE *file = fopen(CPLResetExtension(path, extension), "rb");
    if (!file) return false;
    bool done = fread(header, 1, HEADER_BYTES, file) == HEADER_BYTES && fseeko(file, 0, SEEK_END) == 0;
    off_t end = done ? ftello(file) : -1;
    (void)fclose(file);
    *size = end > 0 ? (uint64_t)end : 0;
    return end > 0;
}

/* The length stands in the header in words of 16 bits, the high byte first. */
static bool is_whole_index(const char *path, const char *extension) {
    unsigned char h[HEADER_BYTES];
    uint64_t size;
    if (!read_header(path, extension, h, &size)) return false;
    uint64_t words = (uint64_t)h[24] << 24 | (uint64_t)h[25] << 16 | (uint64_t)h[26] << 8 | h[27];
    return size == 2 * words;
}

static bool is_whole_table(const char *path, uint64_t rows) {
    unsigned char h[HEADER_BYTES];
    uint64_t size;
    if (!read_header(path, "dbf", h, &size)) return false;
    uint64_t records = (uint64_t)h[7] << 24 | (uint64_t)h[6] << 16 | (uint64_t)h[5] << 8 | h[4];
    uint64_t header = (uint64_t)h[9] << 8 | h[8], record = (uint64_t)h[11] << 8 | h[10];
    return header > HEADER_BYTES && record > 0 && records == rows && size >= header + records * record;
}

hs_status hs_shapefile_check(const char *path, const char *shown, uint64_t rows, hs_error *error) {
    if (is_whole_index(path, "shp") && is_whole_index(path, "shx") && is_whole_table(path, rows))
        return HS_OK;
    return hs_error_set(error, HS_E_IO, "%s: cannot be written whole; is there space left?", shown);
}

static bool zip_file(void *zip, const char *folder, const char *name, char *piece) {
    FILE *file = fopen(CPLFormFilename(folder, name, NULL), "rb");
    if (!file) return false;
    bool done = CPLCreateFileInZip(zip, name, NULL) == CE_None;
    size_t size;
    while (done && (size = fread(piece, 1, PIECE_BYTES, file)) > 0)
        done = CPLWriteFileInZip(zip, piece, (int)size) == CE_None;
    done = done && !ferror(file) && CPLCloseFileInZip(zip) == CE_None;
    fclose(file);
    return done;
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

hs_status hs_zip_folder(const char *folder, const char *path, const char *shown, hs_error *error) {
    char *piece = malloc(PIECE_BYTES);
    if (!piece) return hs_error_memory(error, "an archive");
    CPLPushErrorHandler(CPLQuietErrorHandler);
    char **names = VSIReadDir(folder);
    int count = CSLCount((CSLConstList)names);
    if (count > 1) qsort(names, (size_t)count, sizeof *names, by_name);
    void *zip = CPLCreateZip(path, NULL);
    bool done = zip && count > 0;
    for (int i = 0; done && i < count; i++)
        if (names[i][0] != '.') done = zip_file(zip, folder, names[i], piece);
    if (zip && CPLCloseZip(zip) != CE_None) done = false;
    CPLPopErrorHandler();
    CSLDestroy(names);
    free(piece);
    return done ? HS_OK : hs_error_set(error, HS_E_IO, "%s: the archive could not be written", shown);
}

#include "export/xlsx_writer.h"

#include "base/buffer.h"
#include "base/json_writer.h"
#include "base/text.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_vsi.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIECE_BYTES (256 << 10)
#define PIECE_MOST  ((size_t)512 << 20)
#define FIELDS_MOST 16384

struct hs_xlsx_writer {
    char *path, *shown;
    void *zip;
    hs_buffer piece; /* of the sheet */
    const hs_field *fields;
    uint32_t field_count;
    char (*column)[4]; /* A, B, ... */
    uint64_t row;
    char said[256];
};

static void CPL_STDCALL listen(CPLErr level, CPLErrorNum number, const char *message) {
    (void)number;
    hs_xlsx_writer *writer = CPLGetErrorHandlerUserData();
    if (level >= CE_Failure && message) (void)snprintf(writer->said, sizeof writer->said, "%s", message);
}

static hs_status fail(const hs_xlsx_writer *writer, hs_error *error) {
    return hs_error_set(error, HS_E_IO, "%s: cannot be written%s%s", writer->shown,
                        writer->said[0] ? ": " : "", writer->said);
}

static bool put(const hs_xlsx_writer *writer, const char *bytes, size_t size) {
    return CPLWriteFileInZip(writer->zip, bytes, (int)size) == CE_None;
}

static bool put_part(const hs_xlsx_writer *writer, const char *name, const char *text) {
    return CPLCreateFileInZip(writer->zip, name, NULL) == CE_None && put(writer, text, strlen(text)) &&
           CPLCloseFileInZip(writer->zip) == CE_None;
}

static bool flush(hs_xlsx_writer *writer) {
    bool done = writer->piece.status == HS_OK && put(writer, writer->piece.data, writer->piece.size);
    hs_buffer_clear(&writer->piece);
    return done;
}

/* Characters that XML has no place for, and texts that look like the escape of one, are escaped as
 * spreadsheets do it. */
static void put_text(hs_buffer *out, hs_str text) {
    while (text.size > 0) {
        hs_str before = text;
        uint32_t code = hs_utf8_next(&text);
        bool control = (code < 0x20 && code != '\t' && code != '\n') || code == 0xFFFE || code == 0xFFFF;
        bool escape = code == '_' && text.size >= 6 && text.data[0] == 'x' && text.data[5] == '_';
        if (control || escape)
            hs_buffer_printf(out, "_x%04X_", (unsigned)code);
        else if (code == '<')
            hs_buffer_text(out, "&lt;");
        else if (code == '>')
            hs_buffer_text(out, "&gt;");
        else if (code == '&')
            hs_buffer_text(out, "&amp;");
        else if (code == 0xFFFD)
            hs_buffer_text(out, "\xEF\xBF\xBD");
        else
            hs_buffer_append(out, before.data, before.size - text.size);
    }
}

/* UTF-16 units: one a character, two beyond the first plane. */
static bool fits_cell(hs_str text) {
    if (text.size <= HS_XLSX_CELL_MOST) return true;
    size_t units = 0;
    while (text.size > 0)
        units += hs_utf8_next(&text) > 0xFFFF ? 2 : 1;
    return units <= HS_XLSX_CELL_MOST;
}

static void open_cell(hs_xlsx_writer *writer, uint32_t f, const char *type) {
    hs_buffer_printf(&writer->piece, "<c r=\"%s%llu\"%s>", writer->column[f], (unsigned long long)writer->row,
                     type);
}

static void put_text_cell(hs_xlsx_writer *writer, uint32_t f, hs_str text) {
    open_cell(writer, f, " t=\"inlineStr\"");
    hs_buffer_text(&writer->piece, "<is><t xml:space=\"preserve\">");
    put_text(&writer->piece, text);
    hs_buffer_text(&writer->piece, "</t></is></c>");
}

static hs_status put_cell(hs_xlsx_writer *writer, uint32_t f, const hs_value *value, hs_error *error) {
    hs_json number;
    hs_json_init(&number, &writer->piece);
    switch (writer->fields[f].type) {
    case HS_FIELD_TEXT:
        if (value->absent || !value->text.data) return HS_OK;
        if (!fits_cell(value->text))
            return hs_error_set(error, HS_E_ARGUMENT,
                                "%s: row %llu, field %s: a text of more than the %d characters that a cell "
                                "of xlsx holds; use csv or gpkg",
                                writer->shown, (unsigned long long)writer->row, writer->fields[f].name,
                                HS_XLSX_CELL_MOST);
        put_text_cell(writer, f, value->text);
        return HS_OK;
    case HS_FIELD_INTEGER:
        if (value->absent) return HS_OK;
        open_cell(writer, f, "");
        hs_buffer_printf(&writer->piece, "<v>%lld</v></c>", (long long)value->integer);
        return HS_OK;
    case HS_FIELD_REAL:
        if (value->absent || !isfinite(value->real)) return HS_OK;
        open_cell(writer, f, "");
        hs_buffer_text(&writer->piece, "<v>");
        hs_json_double(&number, value->real);
        hs_buffer_text(&writer->piece, "</v></c>");
        return HS_OK;
    default:
        return hs_error_set(error, HS_E_UNSUPPORTED, "%s: times are written as texts", writer->shown);
    }
}

static void begin_row(hs_xlsx_writer *writer) {
    writer->row++;
    hs_buffer_printf(&writer->piece, "<row r=\"%llu\">", (unsigned long long)writer->row);
}

static bool end_row(hs_xlsx_writer *writer) {
    hs_buffer_text(&writer->piece, "</row>\n");
    return writer->piece.size < PIECE_BYTES || flush(writer);
}

hs_status hs_xlsx_writer_row(hs_xlsx_writer *writer, const hs_value *values, hs_error *error) {
    begin_row(writer);
    for (uint32_t f = 0; f < writer->field_count; f++) {
        hs_status status = put_cell(writer, f, &values[f], error);
        if (status != HS_OK) return status;
    }
    CPLPushErrorHandlerEx(listen, writer);
    bool done = end_row(writer);
    CPLPopErrorHandler();
    return done ? HS_OK : fail(writer, error);
}

#define XML       "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define PACKAGE   "http://schemas.openxmlformats.org/package/2006/"
#define DOCUMENT  "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define SHEETML   "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define SHEETMIME "application/vnd.openxmlformats-officedocument.spreadsheetml."

static bool put_workbook(const hs_xlsx_writer *writer, const char *sheet) {
    hs_buffer workbook;
    hs_buffer_init(&workbook, 65536);
    hs_buffer_text(&workbook,
                   XML "<workbook xmlns=\"" SHEETML "\" xmlns:r=\"" DOCUMENT "\"><sheets><sheet name=\"");
    put_text(&workbook, hs_str_of(sheet));
    hs_buffer_text(&workbook, "\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>\n");
    hs_buffer_byte(&workbook, 0);
    bool done = workbook.status == HS_OK && put_part(writer, "xl/workbook.xml", workbook.data);
    hs_buffer_done(&workbook);
    return done;
}

static bool put_parts(const hs_xlsx_writer *writer, const char *sheet) {
    return put_part(writer, "[Content_Types].xml",
                    XML "<Types xmlns=\"" PACKAGE "content-types\">"
                        "<Default Extension=\"rels\" ContentType=\"application/"
                        "vnd.openxmlformats-package.relationships+xml\"/>"
                        "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
                        "<Override PartName=\"/xl/workbook.xml\" ContentType=\"" SHEETMIME
                        "sheet.main+xml\"/>"
                        "<Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"" SHEETMIME
                        "worksheet+xml\"/></Types>\n") &&
           put_part(writer, "_rels/.rels",
                    XML "<Relationships xmlns=\"" PACKAGE
                        "relationships\"><Relationship Id=\"rId1\" Type=\"" DOCUMENT
                        "/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>\n") &&
           put_part(writer, "xl/_rels/workbook.xml.rels",
                    XML "<Relationships xmlns=\"" PACKAGE
                        "relationships\"><Relationship Id=\"rId1\" Type=\"" DOCUMENT
                        "/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>\n") &&
           put_workbook(writer, sheet);
}

static bool begin(hs_xlsx_writer *writer, const char *sheet) {
    writer->zip = CPLCreateZip(writer->path, NULL);
    if (!writer->zip || !put_parts(writer, sheet) ||
        CPLCreateFileInZip(writer->zip, "xl/worksheets/sheet1.xml", NULL) != CE_None)
        return false;
    hs_buffer_text(&writer->piece, XML "<worksheet xmlns=\"" SHEETML
                                       "\"><sheetViews><sheetView workbookViewId=\"0\"><pane ySplit=\"1\" "
                                       "topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/>"
                                       "</sheetView></sheetViews><sheetData>\n");
    begin_row(writer);
    for (uint32_t f = 0; f < writer->field_count; f++)
        put_text_cell(writer, f, hs_str_of(writer->fields[f].name));
    return end_row(writer);
}

/* A ... Z, AA ... ZZ, AAA ...: digits without a zero. */
static void name_column(uint32_t number, char name[4]) {
    char letters[4];
    int size = 0;
    for (uint32_t rest = number + 1; rest > 0; rest = (rest - 1) / 26)
        letters[size++] = (char)('A' + (rest - 1) % 26);
    for (int i = 0; i < size; i++)
        name[i] = letters[size - 1 - i];
    name[size] = 0;
}

static void end(hs_xlsx_writer *writer) {
    hs_buffer_done(&writer->piece);
    free(writer->column);
    free(writer->path);
    free(writer->shown);
    free(writer);
}

hs_status hs_xlsx_writer_new(const char *path, const char *shown, const char *sheet, const hs_field *fields,
                             uint32_t field_count, hs_error *error, hs_xlsx_writer **writer) {
    if (field_count > FIELDS_MOST)
        return hs_error_set(error, HS_E_ARGUMENT, "%s: a sheet of xlsx has at most %d columns", shown,
                            FIELDS_MOST);
    hs_xlsx_writer *made = calloc(1, sizeof *made);
    if (!made) return hs_error_memory(error, "a sheet");
    hs_buffer_init(&made->piece, PIECE_MOST);
    made->path = strdup(path);
    made->shown = strdup(shown);
    made->column = calloc((size_t)field_count + 1, sizeof *made->column);
    made->fields = fields;
    made->field_count = field_count;
    if (!made->path || !made->shown || !made->column) {
        end(made);
        return hs_error_memory(error, "a sheet");
    }
    for (uint32_t f = 0; f < field_count; f++)
        name_column(f, made->column[f]);
    CPLPushErrorHandlerEx(listen, made);
    bool done = begin(made, sheet);
    CPLPopErrorHandler();
    if (!done) {
        hs_status status = fail(made, error);
        hs_xlsx_writer_discard(made);
        return status;
    }
    *writer = made;
    return HS_OK;
}

hs_status hs_xlsx_writer_finish(hs_xlsx_writer *writer, hs_error *error) {
    CPLPushErrorHandlerEx(listen, writer);
    hs_buffer_text(&writer->piece, "</sheetData></worksheet>\n");
    bool done = flush(writer) && CPLCloseFileInZip(writer->zip) == CE_None;
    done = CPLCloseZip(writer->zip) == CE_None && done && !writer->said[0];
    writer->zip = NULL;
    if (!done) (void)VSIUnlink(writer->path);
    CPLPopErrorHandler();
    hs_status status = done ? HS_OK : fail(writer, error);
    end(writer);
    return status;
}

void hs_xlsx_writer_discard(hs_xlsx_writer *writer) {
    if (!writer) return;
    CPLPushErrorHandlerEx(listen, writer);
    if (writer->zip) {
        (void)CPLCloseZip(writer->zip);
        (void)VSIUnlink(writer->path);
    }
    CPLPopErrorHandler();
    end(writer);
}

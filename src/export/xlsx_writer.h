/* Writes one sheet of XLSX (ECMA-376) row by row: whatever its size, only a piece of it is in memory. Texts
 * are cells of type text, so that one that begins with = + - or @ is no formula. */
#ifndef EXPORT_XLSX_WRITER_H
#define EXPORT_XLSX_WRITER_H

#include "base/field.h"
#include <hotspot/error.h>

#define HS_XLSX_CELL_MOST 32767 /* UTF-16 units of a text */

typedef struct hs_xlsx_writer hs_xlsx_writer;

/* Creates the file with a first row of names, replacing one that is there; messages call it `shown`. The
 * fields must outlive the writer. At most 16,384 fields. */
hs_status hs_xlsx_writer_new(const char *path, const char *shown, const char *sheet, const hs_field *fields,
                             uint32_t field_count, hs_error *error, hs_xlsx_writer **writer);
/* Adds a row: one value a field. HS_E_ARGUMENT for a text longer than a cell holds; times are no cells of
 * their own (HS_FIELD_TIME is HS_E_UNSUPPORTED). */
hs_status hs_xlsx_writer_row(hs_xlsx_writer *writer, const hs_value *values, hs_error *error);
/* Completes the file and ends the writer's life, on failure too. */
hs_status hs_xlsx_writer_finish(hs_xlsx_writer *writer, hs_error *error);
/* Gives up and removes the file. Takes NULL. */
void hs_xlsx_writer_discard(hs_xlsx_writer *writer);

#endif

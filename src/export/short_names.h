/* Names and widths of DBF, the table of a Shapefile: names of at most 10 bytes, texts of at most 254. */
#ifndef EXPORT_SHORT_NAMES_H
#define EXPORT_SHORT_NAMES_H

#include "base/field.h"

#define HS_DBF_NAME_SIZE    11 /* NUL included */
#define HS_DBF_TEXT_MOST    254
#define HS_DBF_FIELDS_MOST  255
#define HS_DBF_NUMBER_WIDTH 24 /* the widest that is written */

/* A name for each field, unique in any case of its letters: whole where it fits, else cut at a character's
 * edge and, where that is taken, ended by a number. At most 10,000 fields. */
void hs_short_names(const hs_field *fields, uint32_t count, char (*names)[HS_DBF_NAME_SIZE]);

#endif

/* Columns that came along with features as JSON objects, each its own: seen once to learn their names and
 * types, then read row by row. One thread at a time. */
#ifndef EXPORT_ATTRIBUTE_COLUMNS_H
#define EXPORT_ATTRIBUTE_COLUMNS_H

#include "base/arena.h"
#include "base/field.h"
#include <hotspot/error.h>

typedef struct hs_attribute_columns hs_attribute_columns;

/* `first` are the fields that stand before; members of their names (in any case) are passed over. The array
 * must outlive the columns. */
hs_status hs_attribute_columns_new(const hs_field *first, uint32_t first_count, hs_error *error,
                                   hs_attribute_columns **columns);
void hs_attribute_columns_free(hs_attribute_columns *columns);
/* Learns from one object; an empty text is none. */
hs_status hs_attribute_columns_see(hs_attribute_columns *columns, hs_str attributes, hs_error *error);
/* All fields, those that stand before first. Names that differ in case only get a number. A column is of
 * integers or reals when all its values are (true and false count as 1 and 0), else of texts. */
hs_status hs_attribute_columns_fields(hs_attribute_columns *columns, hs_arena *arena, hs_error *error,
                                      hs_field **fields, uint32_t *count);
/* The values of one object in the order of the columns, alive until the next call. */
hs_status hs_attribute_columns_read(hs_attribute_columns *columns, hs_str attributes, hs_error *error,
                                    hs_value *values);

#endif

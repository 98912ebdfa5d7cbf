/* A named column of one type, as collections have them and tables are written. */
#ifndef BASE_FIELD_H
#define BASE_FIELD_H

#include <hotspot/types.h>

typedef enum hs_field_type { HS_FIELD_TEXT, HS_FIELD_INTEGER, HS_FIELD_REAL, HS_FIELD_TIME } hs_field_type;

typedef struct hs_field {
    const char *name;
    hs_field_type type;
} hs_field;

/* A value of the field's type: text (need not end with NUL), integer, real (NaN: none), or seconds UTC
 * (HS_NO_TIME: none). A text with data NULL and absent integers are none. */
typedef struct hs_value {
    bool absent;
    hs_str text;
    int64_t integer; /* also times */
    double real;
} hs_value;

#endif

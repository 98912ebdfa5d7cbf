/* A named column of one type, as collections have them and tables are written. */
#ifndef BASE_FIELD_H
#define BASE_FIELD_H

typedef enum hs_field_type { HS_FIELD_TEXT, HS_FIELD_INTEGER, HS_FIELD_REAL, HS_FIELD_TIME } hs_field_type;

typedef struct hs_field {
    const char *name;
    hs_field_type type;
} hs_field;

#endif

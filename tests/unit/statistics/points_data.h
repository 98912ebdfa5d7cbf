/* Columns of the files in tests/data/points. */
#ifndef TESTS_POINTS_DATA_H
#define TESTS_POINTS_DATA_H

#include "check.h"

#include <stdlib.h>

enum { MOST_ROWS = 1024, MOST_COLUMNS = 8 };

/* Numbers of a file below its header, column by column; NA, Inf and inf as strtod has them. */
static inline uint32_t read_columns(const char *name, double columns[MOST_COLUMNS][MOST_ROWS]) {
    char path[512];
    char line[1024];
    uint32_t rows = 0;
    (void)snprintf(path, sizeof path, "%s/points/%s", TEST_DATA, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    for (; fgets(line, sizeof line, file); rows++) {
        char *at = line;
        assert_true(rows < MOST_ROWS);
        for (int c = 0; c < MOST_COLUMNS && *at && *at != '\n'; c++) {
            columns[c][rows] = strtod(at, &at);
            at += *at == ',';
        }
    }
    (void)fclose(file);
    return rows;
}

#endif

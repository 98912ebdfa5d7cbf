#include "export/short_names.h"

#include "base/text.h"
#include <stdio.h>
#include <string.h>

static bool is_taken(char (*names)[HS_DBF_NAME_SIZE], uint32_t count, const char *name) {
    for (uint32_t f = 0; f < count; f++)
        if (hs_str_equal_nocase(hs_str_of(names[f]), hs_str_of(name))) return true;
    return false;
}

void hs_short_names(const hs_field *fields, uint32_t count, char (*names)[HS_DBF_NAME_SIZE]) {
    for (uint32_t f = 0; f < count; f++) {
        hs_str name = hs_str_of(fields[f].name);
        size_t kept = hs_utf8_cut(name, HS_DBF_NAME_SIZE - 1);
        (void)snprintf(names[f], HS_DBF_NAME_SIZE, "%.*s", (int)kept, name.data);
        for (unsigned number = 2; number < 10000 && is_taken(names, f, names[f]); number++) {
            char tail[16];
            int size = snprintf(tail, sizeof tail, "_%u", number);
            kept = hs_utf8_cut(name, (size_t)(HS_DBF_NAME_SIZE - 1 - size));
            (void)snprintf(names[f], HS_DBF_NAME_SIZE, "%.*s", (int)kept, name.data);
            (void)snprintf(names[f] + kept, HS_DBF_NAME_SIZE - kept, "%.*s", size, tail);
        }
    }
}

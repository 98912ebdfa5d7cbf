#include "base/asset.h"

#include <string.h>

/* Some dozens of entries: a linear search costs less than keeping their number. */
bool hs_asset_find(const char *name, hs_str *content) {
    for (const hs_asset_entry *entry = hs_asset_table; entry->name; entry++) {
        if (strcmp(entry->name, name) == 0) {
            *content = (hs_str){entry->begin, (size_t)(entry->end - entry->begin)};
            return true;
        }
    }
    return false;
}

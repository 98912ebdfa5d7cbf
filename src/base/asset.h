/* Files that travel inside the program: page (`web/...`), `styles/...`, `geodata/...`. The table is made by
 * the build (base/assets.cmake), sorted by name. */
#ifndef BASE_ASSET_H
#define BASE_ASSET_H

#include <hotspot/types.h>

typedef struct hs_asset_entry {
    const char *name;
    const char *begin;
    const char *end; /* one byte behind the last; *end is NUL */
} hs_asset_entry;

extern const hs_asset_entry hs_asset_table[]; /* ended by a NULL name */

/* The fonts, which few programs need. */
extern const hs_asset_entry hs_font_table[];

/* The content of an asset; false when there is none of that name. */
bool hs_asset_find(const char *name, hs_str *content);

#endif

#include "city/kind.h"

#include "base/text.h"

static const char *const kind_names[HS_KIND_COUNT] = {"units",    "streets",   "addresses", "places",
                                                      "zones",    "incidents", "targets",   "population",
                                                      "taxonomy", "decisions", "hotspots"};

const char *hs_kind_name(hs_kind kind) {
    return (unsigned)kind < HS_KIND_COUNT ? kind_names[kind] : NULL;
}

bool hs_kind_is_imported(hs_kind kind) {
    return (unsigned)kind < HS_KIND_COUNT && kind != HS_KIND_DECISIONS && kind != HS_KIND_HOTSPOTS;
}

hs_kind hs_kind_parse(hs_str name) {
    int kind = 0;
    while (kind < HS_KIND_COUNT && !hs_str_equal(name, hs_str_of(kind_names[kind])))
        kind++;
    return (hs_kind)kind;
}

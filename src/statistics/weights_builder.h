/* Links collected in any order, then made into rows. Private to src/statistics. */
#ifndef STATISTICS_WEIGHTS_BUILDER_H
#define STATISTICS_WEIGHTS_BUILDER_H

#include <hotspot/spatial_weights.h>

typedef struct hs_link {
    uint32_t from, to;
    double weight;
} hs_link;

typedef struct hs_link_list {
    hs_link *links;
    size_t count, capacity;
} hs_link_list;

#define HS_MOST_LINKS ((size_t)1 << 26)

hs_status hs_link_add(hs_link_list *list, uint32_t from, uint32_t to, double weight, hs_error *error);
void hs_link_list_done(hs_link_list *list);
/* Rows from the links, each given once. */
hs_status hs_weights_from_links(const hs_link_list *list, uint32_t count, double self, hs_weights_style style,
                                hs_error *error, hs_weights **weights);

/* How statistics use a row: the factor that its weights (and the unit's own, where `with_self`) are taken by;
 * 0 for a row without any. */
double hs_weights_row_factor(const hs_weights *weights, uint32_t row, bool with_self);

#endif

/* Static R-tree: boxes packed in Hilbert order, 16 to a node. Private to src/geo. */
#ifndef GEO_BOX_TREE_H
#define GEO_BOX_TREE_H

#include <hotspot/error.h>

#define HS_BOX_TREE_FAN    16
#define HS_BOX_TREE_LEVELS 9 /* 16^8 = 2^32 */

/* Level 0 holds the items' boxes; node n of level l > 0 spans boxes [16 n, 16 n + 16) of level l - 1. */
typedef struct hs_box_tree {
    uint32_t count;
    uint32_t levels; /* 0 when empty; the last one has a single box */
    uint32_t level_start[HS_BOX_TREE_LEVELS + 1];
    hs_box *box;
    uint32_t *item; /* [count] number of the item at each place of level 0 */
} hs_box_tree;

/* Items of equal Hilbert place keep their order, so equal input gives an equal tree. */
hs_status hs_box_tree_build(const hs_box *boxes, uint32_t count, hs_error *error, hs_box_tree *tree);
void hs_box_tree_done(hs_box_tree *tree);
/* Calls visit for the place (in level 0) of each item whose box meets `box`; stops when it returns false. */
void hs_box_tree_search(const hs_box_tree *tree, hs_box box, bool (*visit)(void *context, uint32_t place),
                        void *context);
size_t hs_box_tree_bytes(const hs_box_tree *tree);

#endif

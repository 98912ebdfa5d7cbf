#include "statistics/kd_tree.h"

#include <stdlib.h>

enum { LEAF = 8 };

typedef struct place {
    double x, y;
    uint32_t point;
} place;

static bool comes_before(const place *a, const place *b, bool by_y) {
    double left = by_y ? a->y : a->x, right = by_y ? b->y : b->x;
    return left < right || (left == right && a->point < b->point);
}

/* The one in the middle to the middle, lesser ones before it (Hoare's selection). */
static void select_middle(place *places, uint32_t count, bool by_y) {
    uint32_t low = 0, high = count - 1, wanted = count / 2;
    while (low < high) {
        place pivot = places[low + (high - low) / 2];
        uint32_t i = low, j = high;
        for (;;) {
            while (comes_before(&places[i], &pivot, by_y))
                i++;
            while (comes_before(&pivot, &places[j], by_y))
                j--;
            if (i >= j) break;
            place other = places[i];
            places[i++] = places[j];
            places[j--] = other;
        }
        if (wanted <= j)
            high = j;
        else
            low = j + 1;
    }
}

static uint32_t build(hs_kd_tree *tree, place *places, uint32_t begin, uint32_t end) {
    hs_kd_node node = {INFINITY, INFINITY, -INFINITY, -INFINITY, begin, end, 0};
    for (uint32_t i = begin; i < end; i++) {
        node.west = fmin(node.west, places[i].x);
        node.south = fmin(node.south, places[i].y);
        node.east = fmax(node.east, places[i].x);
        node.north = fmax(node.north, places[i].y);
    }
    uint32_t number = tree->node_count++;
    if (end - begin > LEAF) {
        uint32_t middle = begin + (end - begin) / 2;
        select_middle(places + begin, end - begin, node.north - node.south > node.east - node.west);
        (void)build(tree, places, begin, middle);
        node.right = build(tree, places, middle, end);
    }
    tree->node[number] = node;
    return number;
}

hs_status hs_kd_tree_new(const double *x_m, const double *y_m, uint32_t count, hs_error *error,
                         hs_kd_tree *tree) {
    size_t n = (size_t)count + 1;
    hs_kd_tree made = {.count = count,
                       .x = malloc(n * sizeof *made.x),
                       .y = malloc(n * sizeof *made.y),
                       .point = malloc(n * sizeof *made.point),
                       .node = malloc(n * sizeof *made.node)};
    place *places = malloc(n * sizeof *places);
    if (!made.x || !made.y || !made.point || !made.node || !places) {
        hs_kd_tree_done(&made);
        free(places);
        return hs_error_memory(error, "a tree of points");
    }
    for (uint32_t i = 0; i < count; i++)
        places[i] = (place){x_m[i], y_m[i], i};
    if (count > 0) (void)build(&made, places, 0, count);
    for (uint32_t i = 0; i < count; i++) {
        made.x[i] = places[i].x;
        made.y[i] = places[i].y;
        made.point[i] = places[i].point;
    }
    free(places);
    *tree = made;
    return HS_OK;
}

void hs_kd_tree_done(hs_kd_tree *tree) {
    free(tree->x);
    free(tree->y);
    free(tree->point);
    free(tree->node);
    *tree = (hs_kd_tree){0};
}

/* The minimum spanning tree of mutual reachability on a plane: Boruvka's rounds, in each of which every part
 * looks for its nearest neighbour of another part in a k-d tree. */
#include "statistics/hdbscan.h"
#include "statistics/kd_tree.h"
#include "statistics/union_find.h"

#include <stdlib.h>
#include <string.h>

typedef struct search {
    hs_kd_tree tree;
    uint32_t min_points;
    uint32_t *weight; /* of places in the tree's order, as all below */
    double *core2;
    double *node_core2;   /* [nodes] the least of the node */
    uint32_t *node_set;   /* [nodes] the part that holds all of it, or HS_NONE */
    uint32_t *set, *part; /* union-find, and its roots */
    double *lower2;       /* no nearer neighbour of another part */
    uint32_t *candidate;  /* the neighbour at lower2, or HS_NONE */
    hs_tree_edge *best;   /* of a part: a, b the places in the tree's order; distance squared */
} search;

typedef struct heavy {
    double distance2;
    uint32_t weight;
} heavy;

/* Keeps the nearest places that hold min_points points together, in order. */
typedef struct nearest {
    heavy *kept;
    uint32_t count;
    uint64_t inside;
} nearest;

static void consider(nearest *n, uint32_t min_points, heavy one) {
    if (n->inside >= min_points && one.distance2 >= n->kept[n->count - 1].distance2) return;
    uint32_t at = n->count++;
    for (; at > 0 && n->kept[at - 1].distance2 > one.distance2; at--)
        n->kept[at] = n->kept[at - 1];
    n->kept[at] = one;
    n->inside += one.weight;
    while (n->inside - n->kept[n->count - 1].weight >= min_points)
        n->inside -= n->kept[--n->count].weight;
}

static double core2_of(const search *s, uint32_t i, nearest *n) {
    const hs_kd_tree *t = &s->tree;
    uint32_t stack[HS_KD_DEPTH];
    uint32_t depth = 0;
    n->count = 0;
    n->inside = 0;
    stack[depth++] = 0;
    while (depth > 0) {
        uint32_t number = stack[--depth];
        const hs_kd_node *node = &t->node[number];
        if (n->inside >= s->min_points &&
            hs_kd_distance2(node, t->x[i], t->y[i]) >= n->kept[n->count - 1].distance2)
            continue;
        if (node->right > 0) {
            bool right_first = hs_kd_distance2(&t->node[node->right], t->x[i], t->y[i]) <
                               hs_kd_distance2(&t->node[number + 1], t->x[i], t->y[i]);
            stack[depth++] = right_first ? number + 1 : node->right;
            stack[depth++] = right_first ? node->right : number + 1;
            continue;
        }
        for (uint32_t j = node->begin; j < node->end; j++) {
            double dx = t->x[j] - t->x[i], dy = t->y[j] - t->y[i];
            consider(n, s->min_points, (heavy){dx * dx + dy * dy, s->weight[j]});
        }
    }
    return n->inside >= s->min_points ? n->kept[n->count - 1].distance2 : INFINITY;
}

static hs_status find_cores(search *s, hs_error *error) {
    nearest n = {.kept = calloc((size_t)s->min_points + 2, sizeof *n.kept)};
    if (!n.kept) return hs_error_memory(error, "core distances");
    for (uint32_t i = 0; i < s->tree.count; i++)
        s->core2[i] = core2_of(s, i, &n);
    free(n.kept);
    for (uint32_t k = 0; k < s->tree.node_count; k++) {
        s->node_core2[k] = INFINITY;
        for (uint32_t i = s->tree.node[k].begin; i < s->tree.node[k].end; i++)
            s->node_core2[k] = fmin(s->node_core2[k], s->core2[i]);
    }
    return HS_OK;
}

static hs_tree_edge edge_of(const search *s, double distance2, uint32_t i, uint32_t j) {
    return s->tree.point[i] < s->tree.point[j] ? (hs_tree_edge){distance2, i, j}
                                               : (hs_tree_edge){distance2, j, i};
}

static bool is_shorter(const search *s, const hs_tree_edge *one, const hs_tree_edge *other) {
    if (one->distance != other->distance) return one->distance < other->distance;
    const uint32_t *point = s->tree.point;
    if (other->a == HS_NONE) return true;
    if (one->a != other->a) return point[one->a] < point[other->a];
    return point[one->b] < point[other->b];
}

static void look_in_leaf(const search *s, const hs_kd_node *node, uint32_t i, hs_tree_edge *best) {
    const hs_kd_tree *t = &s->tree;
    for (uint32_t j = node->begin; j < node->end; j++) {
        if (s->part[j] == s->part[i]) continue;
        double dx = t->x[j] - t->x[i], dy = t->y[j] - t->y[i];
        double distance2 = fmax(dx * dx + dy * dy, fmax(s->core2[i], s->core2[j]));
        if (distance2 > best->distance) continue;
        hs_tree_edge edge = edge_of(s, distance2, i, j);
        if (is_shorter(s, &edge, best)) *best = edge;
    }
}

/* The shortest edge from i to another part, if it is not longer than `best`. */
static void look_around(const search *s, uint32_t i, hs_tree_edge *best) {
    const hs_kd_tree *t = &s->tree;
    uint32_t stack[HS_KD_DEPTH];
    uint32_t depth = 0;
    stack[depth++] = 0;
    while (depth > 0) {
        uint32_t number = stack[--depth];
        const hs_kd_node *node = &t->node[number];
        double bound = fmax(hs_kd_distance2(node, t->x[i], t->y[i]), s->node_core2[number]);
        if (bound > best->distance || s->node_set[number] == s->part[i]) continue;
        if (node->right == 0) {
            look_in_leaf(s, node, i, best);
            continue;
        }
        bool right_first = hs_kd_distance2(&t->node[node->right], t->x[i], t->y[i]) <
                           hs_kd_distance2(&t->node[number + 1], t->x[i], t->y[i]);
        stack[depth++] = right_first ? number + 1 : node->right;
        stack[depth++] = right_first ? node->right : number + 1;
    }
}

static void mark_nodes(search *s) {
    for (uint32_t k = s->tree.node_count; k-- > 0;) {
        const hs_kd_node *node = &s->tree.node[k];
        if (node->right > 0) {
            s->node_set[k] = s->node_set[k + 1] == s->node_set[node->right] ? s->node_set[k + 1] : HS_NONE;
            continue;
        }
        s->node_set[k] = s->part[node->begin];
        for (uint32_t i = node->begin; i < node->end; i++)
            if (s->part[i] != s->node_set[k]) s->node_set[k] = HS_NONE;
    }
}

static void offer(const search *s, uint32_t i, const hs_tree_edge *edge) {
    if (is_shorter(s, edge, &s->best[s->part[i]])) s->best[s->part[i]] = *edge;
}

static void find_shortest(search *s) {
    uint32_t count = s->tree.count;
    for (uint32_t i = 0; i < count; i++) {
        s->part[i] = hs_set_of(s->set, i);
        s->best[i] = (hs_tree_edge){INFINITY, HS_NONE, HS_NONE};
    }
    mark_nodes(s);
    for (uint32_t i = 0; i < count; i++) {
        if (s->candidate[i] == HS_NONE) continue;
        if (s->part[s->candidate[i]] == s->part[i]) {
            s->candidate[i] = HS_NONE;
            continue;
        }
        hs_tree_edge known = edge_of(s, s->lower2[i], i, s->candidate[i]);
        offer(s, i, &known);
    }
    for (uint32_t i = 0; i < count; i++) {
        hs_tree_edge best = s->best[s->part[i]];
        if (s->candidate[i] != HS_NONE || fmax(s->lower2[i], s->core2[i]) > best.distance) continue;
        hs_tree_edge found = {best.distance, HS_NONE, HS_NONE};
        look_around(s, i, &found);
        s->lower2[i] = found.distance;
        if (found.a == HS_NONE) continue;
        s->candidate[i] = found.a == i ? found.b : found.a;
        offer(s, i, &found);
    }
}

static void join_parts(search *s, hs_tree_edge *edges) {
    uint32_t made = 0;
    while (made + 1 < s->tree.count) {
        find_shortest(s);
        for (uint32_t c = 0; c < s->tree.count; c++) {
            hs_tree_edge best = s->best[c];
            if (s->part[c] != c || best.a == HS_NONE || !hs_set_join(s->set, best.a, best.b)) continue;
            uint32_t a = s->tree.point[best.a], b = s->tree.point[best.b];
            edges[made++] = (hs_tree_edge){sqrt(best.distance), a, b};
        }
    }
}

static bool room(search *s) {
    size_t n = (size_t)s->tree.count + 1;
    s->weight = malloc(n * sizeof *s->weight);
    s->core2 = malloc(n * sizeof *s->core2);
    s->node_core2 = malloc(n * sizeof *s->node_core2);
    s->node_set = malloc(n * sizeof *s->node_set);
    s->set = malloc(n * sizeof *s->set);
    s->part = malloc(n * sizeof *s->part);
    s->lower2 = calloc(n, sizeof *s->lower2);
    s->candidate = malloc(n * sizeof *s->candidate);
    s->best = malloc(n * sizeof *s->best);
    return s->weight && s->core2 && s->node_core2 && s->node_set && s->set && s->part && s->lower2 &&
           s->candidate && s->best;
}

static void release(search *s) {
    free(s->weight);
    free(s->core2);
    free(s->node_core2);
    free(s->node_set);
    free(s->set);
    free(s->part);
    free(s->lower2);
    free(s->candidate);
    free(s->best);
    hs_kd_tree_done(&s->tree);
}

hs_status hs_planar_density_tree(const double *x_m, const double *y_m, const uint32_t *weight, uint32_t count,
                                 uint32_t min_points, hs_error *error, double *core, hs_tree_edge *edges) {
    search s = {.min_points = min_points};
    hs_status status = hs_kd_tree_new(x_m, y_m, count, error, &s.tree);
    if (status == HS_OK && !room(&s)) status = hs_error_memory(error, "a spanning tree");
    for (uint32_t i = 0; i < count && status == HS_OK; i++) {
        s.weight[i] = weight[s.tree.point[i]];
        s.set[i] = i;
        s.candidate[i] = HS_NONE;
    }
    if (status == HS_OK) status = find_cores(&s, error);
    if (status == HS_OK) {
        join_parts(&s, edges);
        for (uint32_t i = 0; i < count; i++)
            core[s.tree.point[i]] = sqrt(s.core2[i]);
    }
    release(&s);
    return status;
}

/* HDBSCAN from a spanning tree: the dendrogram, condensed to clusters of at least min_points points, of which
 * those with the largest excess of mass are taken. */
#include "statistics/hdbscan.h"
#include "statistics/point_links.h"
#include "statistics/union_find.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of distances 0: densities stay finite. */
#define LEAST_M 1e-9

typedef struct join {
    uint32_t left, right; /* below count: a place; else a join */
    double lambda;
    uint32_t points;
} join;

typedef struct cluster {
    uint32_t parent, chosen; /* chosen: the one taken that holds it, or HS_NONE */
    double birth, death, deepest, stability, children;
    bool may_be_taken;
} cluster;

typedef struct visit {
    uint32_t node, cluster;
    double lambda; /* at which its points leave; 0: not yet */
} visit;

typedef struct making {
    const hs_density_tree *tree;
    uint32_t least_points;
    double least_m;
    join *joins;
    uint32_t *top; /* [count] the highest join of a set */
    uint32_t *set;
    cluster *clusters;
    uint32_t cluster_count;
    uint32_t *last;  /* [count] the cluster that a place leaves last, HS_NONE */
    double *lambda;  /* [count] where it does */
    uint32_t *parts; /* [count] */
    visit *stack;
    uint32_t depth;
} making;

static int by_length(const void *left, const void *right) {
    const hs_tree_edge *p = left;
    const hs_tree_edge *q = right;
    if (p->distance != q->distance) return p->distance < q->distance ? -1 : 1;
    if (p->a != q->a) return p->a < q->a ? -1 : 1;
    return (p->b > q->b) - (p->b < q->b);
}

void hs_sort_edges(hs_tree_edge *edges, size_t count) {
    qsort(edges, count, sizeof *edges, by_length);
}

static double lambda_of(const making *m, double distance_m) {
    return 1 / fmax(fmax(distance_m, m->least_m), LEAST_M);
}

static uint32_t points_of(const making *m, uint32_t node) {
    return node < m->tree->count ? m->tree->weight[node] : m->joins[node - m->tree->count].points;
}

static void build_joins(making *m) {
    for (uint32_t i = 0; i < m->tree->count; i++)
        m->top[i] = m->set[i] = i;
    for (uint32_t k = 0; k < m->tree->edge_count; k++) {
        const hs_tree_edge *e = &m->tree->edge[k];
        uint32_t left = m->top[hs_set_of(m->set, e->a)], right = m->top[hs_set_of(m->set, e->b)];
        m->joins[k] =
            (join){left, right, lambda_of(m, e->distance), points_of(m, left) + points_of(m, right)};
        (void)hs_set_join(m->set, e->a, e->b);
        m->top[hs_set_of(m->set, e->a)] = m->tree->count + k;
    }
}

static uint32_t add_cluster(making *m, uint32_t parent, double birth, bool may_be_taken) {
    m->clusters[m->cluster_count] =
        (cluster){.parent = parent, .chosen = HS_NONE, .birth = birth, .may_be_taken = may_be_taken};
    return m->cluster_count++;
}

static void push(making *m, uint32_t node, uint32_t in, double lambda) {
    m->stack[m->depth++] = (visit){node, in, lambda};
}

static void leave(making *m, uint32_t in, double lambda, uint32_t points) {
    cluster *c = &m->clusters[in];
    c->stability += points * (lambda - c->birth);
    c->death = fmax(c->death, lambda);
}

static void visit_place(making *m, visit v) {
    double lambda = v.lambda;
    if (!(lambda > 0) && v.cluster != HS_NONE) {
        lambda = lambda_of(m, m->tree->core[v.node]);
        leave(m, v.cluster, lambda, m->tree->weight[v.node]);
    }
    m->last[v.node] = v.cluster;
    m->lambda[v.node] = lambda;
}

/* What a join falls apart into at its level: joins of the same level come apart with it. */
static uint32_t find_parts(making *m, uint32_t node) {
    double lambda = m->joins[node - m->tree->count].lambda;
    uint32_t count = 1;
    m->parts[0] = node;
    for (uint32_t k = 0; k < count;) {
        uint32_t part = m->parts[k];
        const join *j = part < m->tree->count ? NULL : &m->joins[part - m->tree->count];
        if (!j || j->lambda > lambda) {
            k++;
            continue;
        }
        m->parts[k] = j->left;
        m->parts[count++] = j->right;
    }
    return count;
}

static void visit_join(making *m, visit v) {
    const join *j = &m->joins[v.node - m->tree->count];
    if (v.lambda > 0 || v.cluster == HS_NONE) {
        push(m, j->left, v.cluster, v.lambda);
        push(m, j->right, v.cluster, v.lambda);
        return;
    }
    uint32_t count = find_parts(m, v.node), large = 0;
    for (uint32_t k = 0; k < count; k++)
        large += points_of(m, m->parts[k]) >= m->least_points;
    for (uint32_t k = 0; k < count; k++) {
        bool is_large = points_of(m, m->parts[k]) >= m->least_points;
        if (is_large && large == 1) {
            push(m, m->parts[k], v.cluster, 0);
            continue;
        }
        leave(m, v.cluster, j->lambda, points_of(m, m->parts[k]));
        if (is_large)
            push(m, m->parts[k], add_cluster(m, v.cluster, j->lambda, true), 0);
        else
            push(m, m->parts[k], v.cluster, j->lambda);
    }
}

static void condense(making *m) {
    bool one = m->tree->edge_count + 1 == m->tree->count;
    for (uint32_t i = 0; i < m->tree->count; i++) {
        if (hs_set_of(m->set, i) != i) continue;
        bool large = points_of(m, m->top[i]) >= m->least_points;
        push(m, m->top[i], large ? add_cluster(m, HS_NONE, 0, !one) : HS_NONE, 0);
        while (m->depth > 0) {
            visit v = m->stack[--m->depth];
            if (v.node < m->tree->count)
                visit_place(m, v);
            else
                visit_join(m, v);
        }
    }
}

/* Parents come before their children. */
static void choose(making *m) {
    for (uint32_t k = m->cluster_count; k-- > 0;) {
        cluster *c = &m->clusters[k];
        bool taken = c->may_be_taken && c->stability >= c->children;
        if (taken) c->chosen = k;
        c->deepest = fmax(c->deepest, c->death);
        if (c->parent == HS_NONE) continue;
        cluster *parent = &m->clusters[c->parent];
        parent->children += taken ? c->stability : c->children;
        parent->deepest = fmax(parent->deepest, c->deepest);
    }
    for (uint32_t k = 0; k < m->cluster_count; k++) {
        cluster *c = &m->clusters[k];
        if (c->parent != HS_NONE && m->clusters[c->parent].chosen != HS_NONE)
            c->chosen = m->clusters[c->parent].chosen;
    }
}

static uint32_t chosen_at(const making *m, uint32_t place) {
    return m->last[place] == HS_NONE ? HS_NONE : m->clusters[m->last[place]].chosen;
}

static void write_columns(const making *m, hs_hdbscan_columns *columns) {
    for (uint32_t i = 0; i < m->tree->point_count; i++) {
        uint32_t place = m->tree->place[i], in = chosen_at(m, place);
        double lambda = m->lambda[place];
        if (columns->core_m) columns->core_m[i] = m->tree->core[place];
        if (columns->probability)
            columns->probability[i] = in == HS_NONE ? 0 : fmin(lambda / m->clusters[in].death, 1);
        if (columns->outlier)
            columns->outlier[i] =
                m->last[place] == HS_NONE ? 1 : 1 - lambda / m->clusters[m->last[place]].deepest;
    }
}

static hs_status write_clusters(making *m, hs_error *error, hs_hdbscan_columns *columns, uint32_t capacity,
                                double *stability, uint32_t *found) {
    uint32_t *of_place = malloc(((size_t)m->tree->count + 1) * sizeof *of_place);
    uint32_t *number = malloc(((size_t)m->cluster_count + 1) * sizeof *number);
    hs_status status = of_place && number ? HS_OK : hs_error_memory(error, "clusters");
    if (status == HS_OK) {
        for (uint32_t i = 0; i < m->tree->count; i++)
            of_place[i] = chosen_at(m, i);
        *found = hs_number_clusters(m->tree->place, m->tree->point_count, of_place, number, columns->cluster);
        for (uint32_t i = 0; i < m->tree->count && stability; i++)
            if (of_place[i] != HS_NONE && number[of_place[i]] < capacity)
                stability[number[of_place[i]]] = m->clusters[of_place[i]].stability;
        write_columns(m, columns);
    }
    free(of_place);
    free(number);
    return status;
}

static bool room(making *m) {
    size_t n = (size_t)m->tree->count + 1;
    m->joins = calloc(n, sizeof *m->joins);
    m->top = malloc(n * sizeof *m->top);
    m->set = malloc(n * sizeof *m->set);
    m->clusters = calloc(2 * n, sizeof *m->clusters);
    m->last = calloc(n, sizeof *m->last);
    m->lambda = calloc(n, sizeof *m->lambda);
    m->parts = malloc(n * sizeof *m->parts);
    m->stack = malloc(2 * n * sizeof *m->stack);
    return m->joins && m->top && m->set && m->clusters && m->last && m->lambda && m->parts && m->stack;
}

hs_status hs_hdbscan_of_tree(const hs_density_tree *tree, const hs_hdbscan_request *request, hs_error *error,
                             hs_hdbscan_columns *columns, uint32_t capacity, double *stability,
                             uint32_t *found) {
    making m = {.tree = tree, .least_points = request->min_points, .least_m = request->least_m};
    hs_status status = room(&m) ? HS_OK : hs_error_memory(error, "a tree of clusters");
    if (status == HS_OK) {
        build_joins(&m);
        condense(&m);
        choose(&m);
        status = write_clusters(&m, error, columns, capacity, stability, found);
    }
    free(m.joins);
    free(m.top);
    free(m.set);
    free(m.clusters);
    free(m.last);
    free(m.lambda);
    free(m.parts);
    free(m.stack);
    return status;
}

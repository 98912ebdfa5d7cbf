/* Clusters from the order of OPTICS by its steep slopes (Ankerst and others 1999, section 4.3). */
#include <hotspot/point_clusters.h>
#include <math.h>
#include <stdlib.h>

typedef struct slope {
    uint32_t start, end;
    double between; /* the largest reachability since its end */
} slope;

typedef struct plot {
    double *reach; /* [count + 1] in order, and INFINITY */
    uint32_t count, min_points;
    double less; /* 1 - xi */
    slope *down; /* steep slopes downward that may begin a cluster */
    uint32_t down_count;
    uint32_t *cluster; /* [count] in order */
    uint32_t found;
} plot;

static bool is_down(const plot *p, uint32_t i, double factor) {
    return p->reach[i] * factor >= p->reach[i + 1] && !(isinf(p->reach[i]) && isinf(p->reach[i + 1]));
}

static bool is_up(const plot *p, uint32_t i, double factor) {
    return p->reach[i] <= p->reach[i + 1] * factor && !(isinf(p->reach[i]) && isinf(p->reach[i + 1]));
}

/* Neither ends a slope: a step that is not steep counts against it only when more than min_points follow one
 * another, one the other way at once. */
static uint32_t end_of_slope(const plot *p, uint32_t start, bool down) {
    uint32_t end = start;
    uint32_t flat = 0;
    for (uint32_t i = start; i < p->count; i++) {
        double here = p->reach[i], next = p->reach[i + 1];
        if (down ? is_down(p, i, p->less) : is_up(p, i, p->less)) {
            flat = 0;
            end = i;
        } else if (down ? here < next : here > next) {
            return end;
        } else if (++flat > p->min_points) {
            break;
        }
    }
    return end;
}

static void keep_open(plot *p, double between) {
    uint32_t kept = 0;
    for (uint32_t k = 0; k < p->down_count && !isinf(between); k++) {
        slope one = p->down[k];
        if (!(between <= p->reach[one.start] * p->less)) continue;
        one.between = fmax(one.between, between);
        p->down[kept++] = one;
    }
    p->down_count = kept;
}

/* A cluster between two slopes ends where both are about equally high. */
static bool meet(const plot *p, const slope *down, uint32_t up_start, uint32_t up_end, uint32_t *first,
                 uint32_t *last) {
    uint32_t begin = down->start, end = up_end;
    double after = p->reach[end + 1], top = p->reach[down->start];
    if (after * p->less < down->between) return false;
    if (top * p->less >= after) {
        while (begin < down->end && p->reach[begin + 1] > after)
            begin++;
    } else if (after * p->less >= top) {
        while (end > up_start && p->reach[end - 1] > top)
            end--;
    }
    *first = begin;
    *last = end;
    return end - begin + 1 >= p->min_points;
}

/* The innermost cluster first: those around it find its points taken. */
static void take_clusters(plot *p, uint32_t up_start, uint32_t up_end) {
    for (uint32_t k = p->down_count; k-- > 0;) {
        uint32_t first;
        uint32_t last;
        if (!meet(p, &p->down[k], up_start, up_end, &first, &last)) continue;
        bool fresh = true;
        for (uint32_t i = first; i <= last && fresh; i++)
            fresh = p->cluster[i] == HS_NONE;
        for (uint32_t i = first; i <= last && fresh; i++)
            p->cluster[i] = p->found;
        p->found += fresh;
    }
}

static void find_clusters(plot *p) {
    double between = 0;
    uint32_t index = 0;
    for (uint32_t at = 0; at < p->count; at++) {
        bool down = is_down(p, at, p->less);
        if (at < index || (!down && !is_up(p, at, p->less))) continue;
        for (uint32_t i = index; i <= at; i++)
            between = fmax(between, p->reach[i]);
        keep_open(p, between);
        uint32_t end = end_of_slope(p, at, down);
        if (down)
            p->down[p->down_count++] = (slope){at, end, 0};
        else
            take_clusters(p, at, end);
        index = end + 1;
        between = p->reach[index];
    }
}

hs_status hs_optics_xi(const uint32_t *order, const double *reachability_m, uint32_t count, double xi,
                       uint32_t min_points, hs_error *error, uint32_t *cluster, uint32_t *found) {
    if (!(xi > 0 && xi < 1) || min_points < 2)
        return hs_error_set(error, HS_E_ARGUMENT, "optics: xi lies between 0 and 1, min-points is 2 or more");
    size_t n = (size_t)count + 1;
    plot p = {.reach = malloc(n * sizeof *p.reach),
              .count = count,
              .min_points = min_points,
              .less = 1 - xi,
              .down = malloc(n * sizeof *p.down),
              .cluster = malloc(n * sizeof *p.cluster)};
    hs_status status = p.reach && p.down && p.cluster ? HS_OK : hs_error_memory(error, "clusters by slopes");
    if (status == HS_OK) {
        for (uint32_t k = 0; k < count; k++) {
            p.reach[k] = reachability_m[order[k]];
            p.cluster[k] = HS_NONE;
        }
        p.reach[count] = INFINITY;
        find_clusters(&p);
        for (uint32_t k = 0; k < count; k++)
            cluster[order[k]] = p.cluster[k];
        *found = p.found;
    }
    free(p.reach);
    free(p.down);
    free(p.cluster);
    return status;
}

#include "statistics/point_links.h"

#include "statistics/point_cells.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

hs_status hs_point_links_full(hs_error *error) {
    return hs_error_set(error, HS_E_LIMIT,
                        "over %zu pairs of places lie within reach: take a shorter distance or fewer points",
                        HS_MOST_POINT_LINKS / 2);
}

void hs_point_links_free(hs_point_links *links) {
    if (!links) return;
    free(links->place);
    free(links->member_first);
    free(links->member);
    free(links->first);
    free(links->neighbour);
    free(links->distance_m);
    free(links);
}

uint32_t hs_point_links_places(const hs_point_links *links) {
    return links->count;
}

size_t hs_point_links_count(const hs_point_links *links) {
    return links->first[links->count];
}

static void number_places(uint32_t *class, uint32_t *number, hs_point_links *links) {
    for (uint32_t i = 0; i < links->point_count; i++)
        number[i] = HS_NONE;
    for (uint32_t i = 0; i < links->point_count; i++) {
        if (number[class[i]] == HS_NONE) number[class[i]] = links->count++;
        links->place[i] = number[class[i]];
    }
    for (uint32_t i = 0; i < links->point_count; i++)
        links->member_first[links->place[i] + 1]++;
    for (uint32_t p = 0; p < links->count; p++)
        links->member_first[p + 1] += links->member_first[p];
    memcpy(number, links->member_first, links->count * sizeof *number);
    for (uint32_t i = 0; i < links->point_count; i++)
        links->member[number[links->place[i]]++] = i;
}

hs_status hs_point_links_new(uint32_t *class, uint32_t point_count, double reach_m, hs_error *error,
                             hs_point_links **links) {
    hs_point_links *made = calloc(1, sizeof *made);
    uint32_t *number = malloc(((size_t)point_count + 1) * sizeof *number);
    if (made) {
        size_t n = (size_t)point_count + 1;
        made->reach_m = reach_m;
        made->point_count = point_count;
        made->place = malloc(n * sizeof *made->place);
        made->member_first = calloc(n + 1, sizeof *made->member_first);
        made->member = malloc(n * sizeof *made->member);
        made->first = calloc(n + 1, sizeof *made->first);
    }
    if (!made || !number || !made->place || !made->member_first || !made->member || !made->first) {
        free(number);
        hs_point_links_free(made);
        return hs_error_memory(error, "places of points");
    }
    number_places(class, number, made);
    free(number);
    *links = made;
    return HS_OK;
}

hs_status hs_point_links_room(hs_point_links *links, size_t count, hs_error *error) {
    if (count > HS_MOST_POINT_LINKS) return hs_point_links_full(error);
    links->neighbour = malloc((count + 1) * sizeof *links->neighbour);
    links->distance_m = malloc((count + 1) * sizeof *links->distance_m);
    return links->neighbour && links->distance_m ? HS_OK : hs_error_memory(error, "pairs of places");
}

typedef struct placed {
    double x, y;
    uint32_t at;
} placed;

static int by_place(const void *left, const void *right) {
    const placed *a = left;
    const placed *b = right;
    if (a->x != b->x) return a->x < b->x ? -1 : 1;
    if (a->y != b->y) return a->y < b->y ? -1 : 1;
    return (a->at > b->at) - (a->at < b->at);
}

/* class[point] is the first of those at its place. */
static void find_equal(placed *order, uint32_t count, uint32_t *class) {
    qsort(order, count, sizeof *order, by_place);
    for (uint32_t i = 0; i < count; i++) {
        bool same = i > 0 && order[i].x == order[i - 1].x && order[i].y == order[i - 1].y;
        class[order[i].at] = same ? class[order[i - 1].at] : order[i].at;
    }
}

hs_status hs_point_places(const double *x_m, const double *y_m, uint32_t count, hs_error *error,
                          hs_point_links **links) {
    for (uint32_t i = 0; i < count; i++)
        if (!isfinite(x_m[i]) || !isfinite(y_m[i]))
            return hs_error_set(error, HS_E_ARGUMENT, "point %u has no finite position", (unsigned)i);
    placed *order = malloc(((size_t)count + 1) * sizeof *order);
    uint32_t *class = malloc(((size_t)count + 1) * sizeof *class);
    hs_status status = order && class ? HS_OK : hs_error_memory(error, "places of points");
    if (status == HS_OK) {
        for (uint32_t i = 0; i < count; i++)
            order[i] = (placed){x_m[i], y_m[i], i};
        find_equal(order, count, class);
        status = hs_point_links_new(class, count, 0, error, links);
    }
    free(order);
    free(class);
    return status;
}

/* Links of the places in cells, which hold one point each; the same walk counts and fills. */
static void walk(const hs_point_cells *cells, const double reach2, hs_point_links *links, bool fill) {
    hs_cell_window window;
    hs_cell_window_start(&window, cells, 1);
    for (uint32_t c = 0; c < cells->cell_count; c++) {
        hs_cell_window_move(&window, c);
        for (uint32_t i = cells->first[c]; i < cells->first[c + 1]; i++) {
            uint32_t place = cells->point[i];
            size_t at = links->first[place];
            for (uint32_t k = 0; k < 3; k++) {
                for (uint32_t j = cells->first[window.begin[k]]; j < cells->first[window.end[k]]; j++) {
                    double dx = cells->x[j] - cells->x[i], dy = cells->y[j] - cells->y[i];
                    double distance2 = dx * dx + dy * dy;
                    if (distance2 > reach2 || j == i) continue;
                    if (fill) {
                        links->neighbour[at] = cells->point[j];
                        links->distance_m[at] = sqrt(distance2);
                    }
                    at++;
                }
            }
            links->first[place] = at;
        }
    }
}

static bool to_starts(hs_point_links *links) {
    size_t sum = 0;
    for (uint32_t p = 0; p <= links->count; p++) {
        size_t size = links->first[p];
        links->first[p] = sum;
        sum += size;
    }
    return sum <= HS_MOST_POINT_LINKS;
}

static hs_status link_places(const double *x_m, const double *y_m, hs_point_links *links, hs_error *error) {
    double *x = malloc(((size_t)links->count + 1) * sizeof *x);
    double *y = malloc(((size_t)links->count + 1) * sizeof *y);
    hs_point_cells cells = {0};
    hs_status status = x && y ? HS_OK : hs_error_memory(error, "pairs of places");
    for (uint32_t p = 0; p < links->count && status == HS_OK; p++) {
        x[p] = x_m[links->member[links->member_first[p]]];
        y[p] = y_m[links->member[links->member_first[p]]];
    }
    if (status == HS_OK)
        status = hs_point_cells_new(x, y, links->count, links->reach_m * (1 + 1e-6), "pairs of places", error,
                                    &cells);
    if (status == HS_OK) {
        double reach2 = links->reach_m * links->reach_m;
        walk(&cells, reach2, links, false);
        if (!to_starts(links)) status = hs_point_links_full(error);
        if (status == HS_OK) status = hs_point_links_room(links, links->first[links->count], error);
        if (status == HS_OK) {
            walk(&cells, reach2, links, true);
            /* Each start has become its end, that is the next one's start. */
            memmove(links->first + 1, links->first, links->count * sizeof *links->first);
            links->first[0] = 0;
        }
    }
    hs_point_cells_done(&cells);
    free(x);
    free(y);
    return status;
}

hs_status hs_point_links_planar(const double *x_m, const double *y_m, uint32_t count, double reach_m,
                                hs_error *error, hs_point_links **links) {
    if (!(reach_m > 0 && isfinite(reach_m)))
        return hs_error_set(error, HS_E_ARGUMENT, "pairs of places: a distance is above 0 m");
    hs_point_links *made = NULL;
    hs_status status = hs_point_places(x_m, y_m, count, error, &made);
    if (made) made->reach_m = reach_m;
    if (status == HS_OK && made) status = link_places(x_m, y_m, made, error);
    if (status == HS_OK)
        *links = made;
    else
        hs_point_links_free(made);
    return status;
}

typedef struct weighed {
    double distance;
    uint32_t weight;
} weighed;

static int nearest_first(const void *left, const void *right) {
    double a = ((const weighed *)left)->distance, b = ((const weighed *)right)->distance;
    return (a > b) - (a < b);
}

hs_status hs_core_distances(const hs_point_links *links, uint32_t min_points, hs_error *error,
                            double *core_m) {
    size_t most = 0;
    for (uint32_t p = 0; p < links->count; p++) {
        size_t size = links->first[p + 1] - links->first[p];
        if (size > most) most = size;
    }
    weighed *near = malloc((most + 1) * sizeof *near);
    if (!near) return hs_error_memory(error, "core distances");
    for (uint32_t p = 0; p < links->count; p++) {
        size_t count = 0;
        for (size_t k = links->first[p]; k < links->first[p + 1]; k++)
            near[count++] = (weighed){links->distance_m[k], hs_place_weight(links, links->neighbour[k])};
        uint64_t inside = hs_place_weight(links, p);
        core_m[p] = inside >= min_points ? 0 : INFINITY;
        if (inside >= min_points) continue;
        qsort(near, count, sizeof *near, nearest_first);
        for (size_t k = 0; k < count; k++) {
            inside += near[k].weight;
            if (inside < min_points) continue;
            core_m[p] = near[k].distance;
            break;
        }
    }
    free(near);
    return HS_OK;
}

uint32_t hs_number_clusters(const uint32_t *place, uint32_t point_count, const uint32_t *of_place,
                            uint32_t *number, uint32_t *cluster) {
    uint32_t found = 0;
    for (uint32_t i = 0; i < point_count; i++)
        if (of_place[place[i]] != HS_NONE) number[of_place[place[i]]] = HS_NONE;
    for (uint32_t i = 0; i < point_count; i++) {
        uint32_t one = of_place[place[i]];
        if (one != HS_NONE && number[one] == HS_NONE) number[one] = found++;
        cluster[i] = one == HS_NONE ? HS_NONE : number[one];
    }
    return found;
}

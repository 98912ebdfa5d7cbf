#include "statistics/weights_builder.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void hs_weights_free(hs_weights *weights) {
    free(weights);
}

/* One allocation: the struct, weights, first, neighbours. */
static hs_weights *allocate(uint32_t count, size_t links, double **weight, uint32_t **first,
                            uint32_t **neighbour) {
    size_t head = (sizeof(hs_weights) + 15) / 16 * 16;
    size_t bytes =
        head + links * (sizeof **weight + sizeof **neighbour) + ((size_t)count + 1) * sizeof **first;
    hs_weights *made = malloc(bytes);
    if (!made) return NULL;
    *weight = (double *)(void *)((char *)made + head);
    *first = (uint32_t *)(void *)(*weight + links);
    *neighbour = *first + count + 1;
    *made = (hs_weights){.count = count, .first = *first, .neighbour = *neighbour, .weight = *weight};
    return made;
}

static bool rows_are_uniform(const hs_weights *weights) {
    for (uint32_t i = 0; i < weights->count; i++)
        for (uint32_t k = weights->first[i]; k < weights->first[i + 1]; k++)
            if (weights->weight[k] != weights->weight[weights->first[i]]) return false;
    return true;
}

static hs_status check_row(uint32_t count, uint32_t row, const uint32_t *neighbour, const double *weight,
                           uint32_t size, hs_error *error) {
    for (uint32_t k = 0; k < size; k++) {
        if (neighbour[k] >= count || neighbour[k] == row)
            return hs_error_set(error, HS_E_ARGUMENT, "weights: unit %u has %u as a neighbour", (unsigned)row,
                                (unsigned)neighbour[k]);
        if (k > 0 && neighbour[k] <= neighbour[k - 1])
            return hs_error_set(error, HS_E_ARGUMENT, "weights: the neighbours of unit %u are not ascending",
                                (unsigned)row);
        if (weight && !(weight[k] > 0 && isfinite(weight[k])))
            return hs_error_set(error, HS_E_ARGUMENT, "weights: unit %u has a weight that is not above 0",
                                (unsigned)row);
    }
    return HS_OK;
}

hs_status hs_weights_new(uint32_t count, const uint32_t *first, const uint32_t *neighbour,
                         const double *weight, double self, hs_weights_style style, hs_error *error,
                         hs_weights **weights) {
    if (!(self >= 0 && isfinite(self)))
        return hs_error_set(error, HS_E_ARGUMENT, "weights: a unit's own weight is below 0");
    for (uint32_t i = 0; i < count; i++) {
        if (first[i + 1] < first[i])
            return hs_error_set(error, HS_E_ARGUMENT, "weights: row %u ends before it begins", (unsigned)i);
        hs_status status = check_row(count, i, neighbour + first[i], weight ? weight + first[i] : NULL,
                                     first[i + 1] - first[i], error);
        if (status != HS_OK) return status;
    }
    size_t links = count > 0 ? first[count] - first[0] : 0;
    double *made_weight;
    uint32_t *made_first;
    uint32_t *made_neighbour;
    hs_weights *made = allocate(count, links, &made_weight, &made_first, &made_neighbour);
    if (!made) return hs_error_memory(error, "spatial weights");
    made_first[0] = 0;
    for (uint32_t i = 0; i < count; i++)
        made_first[i + 1] = first[i + 1] - first[0];
    for (size_t k = 0; k < links; k++) {
        made_neighbour[k] = neighbour[first[0] + k];
        made_weight[k] = weight ? weight[first[0] + k] : 1.0;
    }
    made->self = self;
    made->style = style;
    made->uniform = rows_are_uniform(made);
    *weights = made;
    return HS_OK;
}

hs_status hs_link_add(hs_link_list *list, uint32_t from, uint32_t to, double weight, hs_error *error) {
    if (list->count == list->capacity) {
        if (list->count >= HS_MOST_LINKS)
            return hs_error_set(error, HS_E_LIMIT, "weights: over 2^26 links; take a shorter distance");
        size_t capacity = list->capacity > 0 ? 2 * list->capacity : 1024;
        hs_link *links = realloc(list->links, capacity * sizeof *links);
        if (!links) return hs_error_memory(error, "spatial weights");
        list->links = links;
        list->capacity = capacity;
    }
    list->links[list->count++] = (hs_link){from, to, weight};
    return HS_OK;
}

void hs_link_list_done(hs_link_list *list) {
    free(list->links);
    *list = (hs_link_list){0};
}

/* A stable counting sort by one end. */
static void sort_links(const hs_link *from, size_t links, uint32_t count, bool by_to, uint32_t *start,
                       hs_link *sorted) {
    memset(start, 0, ((size_t)count + 1) * sizeof *start);
    for (size_t k = 0; k < links; k++)
        start[(by_to ? from[k].to : from[k].from) + 1]++;
    for (uint32_t i = 0; i < count; i++)
        start[i + 1] += start[i];
    for (size_t k = 0; k < links; k++)
        sorted[start[by_to ? from[k].to : from[k].from]++] = from[k];
}

hs_status hs_weights_from_links(const hs_link_list *list, uint32_t count, double self, hs_weights_style style,
                                hs_error *error, hs_weights **weights) {
    double *weight;
    uint32_t *first;
    uint32_t *neighbour;
    hs_link *sorted = calloc(2 * list->count + 1, sizeof *sorted);
    hs_weights *made = allocate(count, list->count, &weight, &first, &neighbour);
    if (!sorted || !made) {
        free(sorted);
        free(made);
        return hs_error_memory(error, "spatial weights");
    }
    sort_links(list->links, list->count, count, true, first, sorted);
    sort_links(sorted, list->count, count, false, first, sorted + list->count);
    for (uint32_t i = count; i > 0; i--) /* the sort moved each row's start to its end */
        first[i] = first[i - 1];
    first[0] = 0;
    for (size_t k = 0; k < list->count; k++) {
        neighbour[k] = sorted[list->count + k].to;
        weight[k] = sorted[list->count + k].weight;
    }
    free(sorted);
    made->self = self;
    made->style = style;
    made->uniform = rows_are_uniform(made);
    *weights = made;
    return HS_OK;
}

uint32_t hs_weights_islands(const hs_weights *weights, uint32_t capacity, uint32_t *islands) {
    uint32_t found = 0;
    for (uint32_t i = 0; i < weights->count; i++) {
        if (weights->first[i] < weights->first[i + 1]) continue;
        if (islands && found < capacity) islands[found] = i;
        found++;
    }
    return found;
}

double hs_weights_row_factor(const hs_weights *weights, uint32_t row, bool with_self) {
    double sum = with_self ? weights->self : 0.0;
    for (uint32_t k = weights->first[row]; k < weights->first[row + 1]; k++)
        sum += weights->weight[k];
    if (!(sum > 0)) return 0.0;
    return weights->style == HS_WEIGHTS_STANDARDISED ? 1.0 / sum : 1.0;
}

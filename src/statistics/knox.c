/* The Knox test: close pairs are listed once; permutations of the times only look their intervals up. */
#include "base/pool.h"
#include "base/progress.h"
#include "base/random.h"
#include "statistics/point_links.h"

#include <hotspot/near_repeat.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { PERMUTATIONS_A_PIECE = 8, MOST_ROWS = HS_KNOX_MOST_BANDS + 2 };

typedef struct pair {
    uint32_t a, b;
} pair;

typedef struct knox {
    const hs_point_links *links;
    const int64_t *time_s;
    const hs_knox_request *request;
    uint32_t rows, columns, n;
    pair *pairs;                     /* close in space, row by row */
    size_t row_first[MOST_ROWS + 1]; /* into pairs; the last row, of those beyond, has none */
    uint64_t row_total[MOST_ROWS], column_total[MOST_ROWS];
    double row_paths[MOST_ROWS], column_paths[MOST_ROWS]; /* ordered pairs of pairs with a common point */
    uint64_t *counts;                                     /* [permutations][rows * columns] */
    atomic_bool failed;
    hs_progress_steps steps;
} knox;

uint32_t hs_knox_rows(const hs_knox_request *request) {
    return request->distance_count + request->same_place + 1;
}

uint32_t hs_knox_columns(const hs_knox_request *request) {
    return request->interval_count + 1;
}

static uint32_t row_of(const hs_knox_request *r, double distance_m) {
    if (r->same_place && !(distance_m > 0)) return 0;
    uint32_t band = 0;
    while (band < r->distance_count && distance_m > r->distance_m[band])
        band++;
    return band + r->same_place;
}

typedef struct listing {
    knox *k;
    size_t at[MOST_ROWS];
    bool fill;
} listing;

static void list_pair(listing *l, uint32_t row, uint32_t a, uint32_t b) {
    if (l->fill) l->k->pairs[l->at[row]] = (pair){a, b};
    l->at[row]++;
}

static void list_place(listing *l, uint32_t place) {
    const hs_point_links *links = l->k->links;
    const uint32_t *member = links->member;
    uint32_t begin = links->member_first[place], end = links->member_first[place + 1];
    uint32_t here = row_of(l->k->request, 0);
    for (uint32_t i = begin; i < end; i++)
        for (uint32_t j = i + 1; j < end; j++)
            list_pair(l, here, member[i], member[j]);
    for (size_t k = links->first[place]; k < links->first[place + 1]; k++) {
        uint32_t other = links->neighbour[k];
        uint32_t row = row_of(l->k->request, links->distance_m[k]);
        if (other < place || row + 1 == l->k->rows) continue;
        for (uint32_t i = begin; i < end; i++)
            for (uint32_t j = links->member_first[other]; j < links->member_first[other + 1]; j++)
                list_pair(l, row, member[i], member[j]);
    }
}

/* How many pairs there are, without walking through them. */
static double count_close(const knox *k) {
    const hs_point_links *links = k->links;
    double sum = 0;
    for (uint32_t p = 0; p < links->count; p++) {
        double here = hs_place_weight(links, p);
        sum += here * (here - 1) / 2;
        for (size_t at = links->first[p]; at < links->first[p + 1]; at++)
            if (row_of(k->request, links->distance_m[at]) + 1 < k->rows)
                sum += here * hs_place_weight(links, links->neighbour[at]) / 2;
    }
    return sum;
}

static hs_status list_pairs(knox *k, hs_error *error) {
    if (count_close(k) > (double)HS_KNOX_MOST_PAIRS)
        return hs_error_set(error, HS_E_LIMIT,
                            "near-repeat: %.3g close pairs, at most %.3g are taken: take shorter distances "
                            "or fewer incidents",
                            count_close(k), (double)HS_KNOX_MOST_PAIRS);
    listing l = {.k = k};
    for (uint32_t p = 0; p < k->links->count; p++)
        list_place(&l, p);
    for (uint32_t r = 0; r < k->rows; r++) {
        k->row_total[r] = l.at[r];
        k->row_first[r + 1] = k->row_first[r] + l.at[r];
        l.at[r] = k->row_first[r];
    }
    k->pairs = malloc((k->row_first[k->rows] + 1) * sizeof *k->pairs);
    if (!k->pairs) return hs_error_memory(error, "close pairs");
    l.fill = true;
    for (uint32_t p = 0; p < k->links->count; p++)
        list_place(&l, p);
    uint64_t all = (uint64_t)k->n * (k->n - 1) / 2;
    k->row_total[k->rows - 1] = all - k->row_first[k->rows];
    return HS_OK;
}

/* Pairs of pairs with a common point, from how many each point is in: `near` by point and band. */
static void count_paths(const uint32_t *near, uint32_t n, uint32_t bands, double *paths) {
    for (uint32_t b = 0; b < bands; b++)
        paths[b] = 0;
    for (uint32_t i = 0; i < n; i++) {
        double others = n - 1.0;
        for (uint32_t b = 0; b + 1 < bands; b++) {
            double d = near[(size_t)i * bands + b];
            others -= d;
            paths[b] += d * (d - 1);
        }
        paths[bands - 1] += others * (others - 1);
    }
}

static hs_status measure_rows(knox *k, hs_error *error) {
    uint32_t *near = calloc((size_t)k->n * k->rows + 1, sizeof *near);
    if (!near) return hs_error_memory(error, "close pairs");
    for (uint32_t r = 0; r + 1 < k->rows; r++) {
        for (size_t at = k->row_first[r]; at < k->row_first[r + 1]; at++) {
            near[(size_t)k->pairs[at].a * k->rows + r]++;
            near[(size_t)k->pairs[at].b * k->rows + r]++;
        }
    }
    count_paths(near, k->n, k->rows, k->row_paths);
    free(near);
    return HS_OK;
}

static int ascending(const void *left, const void *right) {
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

/* How many times of sorted[] lie within `apart` of each, all bands at once by moving ends. */
static hs_status measure_columns(knox *k, hs_error *error) {
    int64_t *sorted = malloc(((size_t)k->n + 1) * sizeof *sorted);
    uint32_t *near = calloc((size_t)k->n * k->columns + 1, sizeof *near);
    hs_status status = sorted && near ? HS_OK : hs_error_memory(error, "close pairs");
    if (status == HS_OK) {
        memcpy(sorted, k->time_s, k->n * sizeof *sorted);
        qsort(sorted, k->n, sizeof *sorted, ascending);
        uint64_t before = 0;
        for (uint32_t b = 0; b + 1 < k->columns; b++) {
            uint64_t apart = (uint64_t)k->request->interval_s[b];
            uint64_t ordered = 0;
            uint32_t begin = 0, end = 0;
            for (uint32_t i = 0; i < k->n; i++) {
                while ((uint64_t)sorted[i] - (uint64_t)sorted[begin] > apart)
                    begin++;
                while (end < k->n &&
                       (sorted[end] <= sorted[i] || (uint64_t)sorted[end] - (uint64_t)sorted[i] <= apart))
                    end++;
                uint32_t within = end - begin - 1;
                ordered += within;
                uint32_t *row = near + (size_t)i * k->columns;
                for (uint32_t c = 0; c < b; c++)
                    within -= row[c];
                row[b] = within;
            }
            k->column_total[b] = ordered / 2 - before;
            before = ordered / 2;
        }
        k->column_total[k->columns - 1] = (uint64_t)k->n * (k->n - 1) / 2 - before;
        count_paths(near, k->n, k->columns, k->column_paths);
    }
    free(sorted);
    free(near);
    return status;
}

/* Pairs of one row within each interval, into cells[columns]: of a block of them first how long they lie
 * apart, then how many of these are within each bound. */
static void count_row(const knox *k, const int64_t *time_s, uint32_t row, uint64_t *cells) {
    enum { BLOCK = 512 };
    uint64_t apart[BLOCK];
    uint64_t before = 0;
    for (size_t at = k->row_first[row]; at < k->row_first[row + 1]; at += BLOCK) {
        size_t size = k->row_first[row + 1] - at < BLOCK ? k->row_first[row + 1] - at : BLOCK;
        for (size_t i = 0; i < size; i++) {
            int64_t a = time_s[k->pairs[at + i].a], b = time_s[k->pairs[at + i].b];
            apart[i] = a > b ? (uint64_t)a - (uint64_t)b : (uint64_t)b - (uint64_t)a;
        }
        for (uint32_t c = 0; c + 1 < k->columns; c++) {
            uint64_t bound = (uint64_t)k->request->interval_s[c], within = 0;
            for (size_t i = 0; i < size; i++)
                within += apart[i] <= bound;
            cells[c] += within;
        }
        cells[k->columns - 1] += size;
    }
    for (uint32_t c = 0; c < k->columns; c++) {
        uint64_t within = cells[c];
        cells[c] -= before;
        before = within;
    }
}

static void count_cells(const knox *k, const int64_t *time_s, uint64_t *cells) {
    uint64_t far[MOST_ROWS];
    memset(cells, 0, sizeof *cells * k->rows * k->columns);
    memcpy(far, k->column_total, sizeof far);
    for (uint32_t r = 0; r + 1 < k->rows; r++) {
        uint64_t *row = cells + (size_t)r * k->columns;
        count_row(k, time_s, r, row);
        for (uint32_t c = 0; c < k->columns; c++)
            far[c] -= row[c];
    }
    memcpy(cells + (size_t)(k->rows - 1) * k->columns, far, k->columns * sizeof *far);
}

static void permute(void *context, size_t begin, size_t end) {
    knox *k = context;
    int64_t *time_s = malloc((size_t)k->n * sizeof *time_s);
    if (!time_s) atomic_store(&k->failed, true);
    for (size_t p = begin; p < end && time_s; p++) {
        hs_random random;
        if (!hs_progress_step(&k->steps, 1)) break;
        hs_random_seed_stream(&random, k->request->seed, p);
        memcpy(time_s, k->time_s, k->n * sizeof *time_s);
        for (uint32_t i = k->n - 1; i > 0; i--) {
            uint32_t j = hs_random_below(&random, i + 1);
            int64_t other = time_s[i];
            time_s[i] = time_s[j];
            time_s[j] = other;
        }
        count_cells(k, time_s, k->counts + p * k->rows * k->columns);
    }
    free(time_s);
}

double hs_poisson_upper(uint64_t observed, double mean) {
    uint64_t k = observed + 1;
    double sum = 0;
    if ((double)k > mean) {
        double term = exp((double)k * log(mean) - mean - lgamma((double)k + 1));
        for (uint64_t i = k; term > sum * 1e-17 && i < k + 10000000; i++) {
            sum += term;
            term *= mean / ((double)i + 1);
        }
        return sum;
    }
    double term = exp((double)observed * log(mean) - mean - lgamma((double)k));
    for (uint64_t i = k; i-- > 0 && term > sum * 1e-17;) {
        sum += term;
        term *= (double)i / mean;
    }
    return 1 - sum;
}

/* Exactly, over all permutations: pairs of pairs are the same one, have a point in common, or none. */
static double variance_of(const knox *k, uint32_t row, uint32_t column) {
    double n = k->n, s = (double)k->row_total[row], t = (double)k->column_total[column];
    double all = n * (n - 1) / 2, mean = s * t / all;
    double s2 = k->row_paths[row], t2 = k->column_paths[column];
    double shared = n > 2 ? s2 * t2 / (n * (n - 1) * (n - 2)) : 0;
    double apart =
        n > 3 ? 4 * (s * (s - 1) - s2) * (t * (t - 1) - t2) / (n * (n - 1) * (n - 2) * (n - 3)) : 0;
    return fmax(mean + shared + apart - mean * mean, 0);
}

static hs_knox_cell cell_of(const knox *k, uint32_t row, uint32_t column, uint64_t observed) {
    double all = (double)k->n * (k->n - 1.0) / 2;
    double mean = (double)k->row_total[row] * (double)k->column_total[column] / all;
    double variance = variance_of(k, row, column);
    hs_knox_cell cell = {.observed = observed, .expected = mean, .variance = variance};
    cell.ratio = mean > 0 ? (double)observed / mean : (double)NAN;
    cell.z = variance > 0 ? ((double)observed - mean) / sqrt(variance) : (double)NAN;
    cell.normal_p = 0.5 * erfc(cell.z / sqrt(2));
    cell.poisson_p = mean > 0 ? hs_poisson_upper(observed, mean) : (double)NAN;
    cell.simulated_mean = cell.permuted_p = (double)NAN;
    uint32_t permutations = k->request->permutations;
    if (permutations == 0) return cell;
    uint64_t sum = 0, least = 1;
    for (uint32_t p = 0; p < permutations; p++) {
        uint64_t count = k->counts[((size_t)p * k->rows + row) * k->columns + column];
        sum += count;
        least += count >= observed;
    }
    cell.simulated_mean = (double)sum / permutations;
    cell.permuted_p = (double)least / (permutations + 1.0);
    return cell;
}

static hs_status check(const hs_point_links *links, const hs_knox_request *r, hs_error *error) {
    bool good = r->distance_count >= 1 && r->distance_count <= HS_KNOX_MOST_BANDS && r->interval_count >= 1 &&
                r->interval_count <= HS_KNOX_MOST_BANDS && r->permutations <= HS_KNOX_MOST_PERMUTATIONS;
    for (uint32_t b = 0; good && b < r->distance_count; b++)
        good = r->distance_m[b] > (b > 0 ? r->distance_m[b - 1] : 0) && r->distance_m[b] <= links->reach_m;
    for (uint32_t b = 0; good && b < r->interval_count; b++)
        good = r->interval_s[b] > (b > 0 ? r->interval_s[b - 1] : -1);
    if (!good)
        return hs_error_set(error, HS_E_ARGUMENT,
                            "near-repeat: takes 1 to %u distances up to %g m and 1 to %u intervals, each "
                            "above the one before, and at most %u permutations",
                            HS_KNOX_MOST_BANDS, links->reach_m, HS_KNOX_MOST_BANDS,
                            HS_KNOX_MOST_PERMUTATIONS);
    if (links->point_count < 2)
        return hs_error_set(error, HS_E_ARGUMENT, "near-repeat: takes 2 points or more");
    return HS_OK;
}

hs_status hs_knox(const hs_point_links *links, const int64_t *time_s, const hs_knox_request *request,
                  struct hs_pool *pool, hs_error *error, hs_knox_cell *cells) {
    hs_status status = check(links, request, error);
    if (status != HS_OK) return status;
    knox k = {.links = links,
              .time_s = time_s,
              .request = request,
              .rows = hs_knox_rows(request),
              .columns = hs_knox_columns(request),
              .n = links->point_count};
    size_t table = (size_t)k.rows * k.columns;
    k.counts = malloc(((size_t)request->permutations + 1) * table * sizeof *k.counts);
    if (!k.counts) status = hs_error_memory(error, "permutations");
    if (status == HS_OK) status = list_pairs(&k, error);
    if (status == HS_OK) status = measure_rows(&k, error);
    if (status == HS_OK) status = measure_columns(&k, error);
    if (status == HS_OK) {
        hs_progress_steps_init(&k.steps, &request->progress, request->permutations);
        hs_pool_for(pool, request->permutations, PERMUTATIONS_A_PIECE, permute, &k);
        if (hs_progress_ended(&k.steps))
            status = hs_error_set(error, HS_E_CANCELLED, "permutations were stopped");
        else if (atomic_load(&k.failed))
            status = hs_error_memory(error, "permutations");
    }
    if (status == HS_OK) {
        uint64_t *observed = k.counts + request->permutations * table;
        count_cells(&k, time_s, observed);
        for (uint32_t r = 0; r < k.rows; r++)
            for (uint32_t c = 0; c < k.columns; c++)
                cells[(size_t)r * k.columns + c] = cell_of(&k, r, c, observed[(size_t)r * k.columns + c]);
    }
    free(k.pairs);
    free(k.counts);
    return status;
}

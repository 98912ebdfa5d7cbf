#include <hotspot/labelling.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct hs_labelling {
    uint32_t draws;
    size_t sums;      /* 0 .. sums - 1 */
    double *at_least; /* [draws + 1][sums] */
    double *at_most;
};

typedef struct distinct {
    double value;
    uint64_t times;
} distinct;

/* The values by how often they occur, ascending, and what their distribution takes. */
typedef struct plan {
    distinct *values;
    size_t count;
    size_t sums;
    double work;
} plan;

static int ascending(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static bool are_whole(const double *values, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (!(values[i] >= 0 && values[i] <= 1e9 && values[i] == floor(values[i]))) return false;
    return true;
}

/* False when memory is out. `sorted` is the plan's own. */
static bool make_plan(const double *values, size_t count, uint32_t draws, plan *p) {
    *p = (plan){0};
    double *sorted = malloc((count + 1) * sizeof *sorted);
    p->values = calloc(count + 1, sizeof *p->values);
    if (!sorted || !p->values) {
        free(sorted);
        free(p->values);
        return false;
    }
    memcpy(sorted, values, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, ascending);
    double largest = 0;
    for (size_t k = 0; k < draws && k < count; k++)
        largest += sorted[count - 1 - k];
    p->sums = (size_t)fmin(largest, 1e12) + 1;
    for (size_t i = 0; i < count; i++) {
        if (p->count == 0 || p->values[p->count - 1].value != sorted[i])
            p->values[p->count++] = (distinct){sorted[i], 0};
        p->values[p->count - 1].times++;
    }
    for (size_t v = 0; v < p->count; v++) {
        double most = fmin((double)p->values[v].times, draws);
        double reach = fmin((double)p->sums, draws * p->values[v].value + 1);
        p->work += (most + 1) * draws * reach / 2;
    }
    free(sorted);
    return true;
}

static bool is_within(const plan *p, uint32_t draws) {
    return (double)p->sums * (draws + 1.0) <= (double)HS_LABELLING_MOST_CELLS &&
           p->work <= (double)HS_LABELLING_MOST_WORK;
}

bool hs_labelling_is_feasible(const double *values, size_t count, uint32_t most_draws) {
    plan p;
    if (most_draws == 0 || most_draws > count || !are_whole(values, count)) return false;
    if (!make_plan(values, count, most_draws, &p)) return false;
    bool feasible = is_within(&p, most_draws);
    free(p.values);
    return feasible;
}

/* The chance of each number of draws among `times` that each are drawn by `chance`. */
static void binomial(uint64_t times, double chance, uint32_t most, double *probability) {
    double odds = chance / (1 - chance);
    probability[0] = exp((double)times * log1p(-chance));
    for (uint32_t c = 0; c < most; c++)
        probability[c + 1] = probability[c] * ((double)times - c) / (c + 1.0) * odds;
}

/* Adds a distinct value to the joint distribution of draws and sum. Those of more draws come of those of
 * fewer, so that they go first. */
static void add_value(double *joint, size_t sums, uint32_t draws, const distinct *v,
                      const double *probability) {
    size_t value = (size_t)v->value;
    uint32_t most = v->times < draws ? (uint32_t)v->times : draws;
    for (uint32_t d = draws + 1; d-- > 0;) {
        double *row = joint + d * sums;
        size_t reach = d * value + 1 < sums ? d * value + 1 : sums;
        for (size_t s = 0; s < reach; s++)
            row[s] *= probability[0];
        for (uint32_t c = 1; c <= most && c <= d; c++) {
            const double *from = joint + (d - c) * sums;
            size_t shift = c * value, below = (d - c) * value + 1;
            double weight = probability[c];
            for (size_t s = 0; s < below && s + shift < sums; s++)
                row[s + shift] += weight * from[s];
        }
    }
}

/* Rows of the joint distribution to their tails. */
static void take_tails(hs_labelling *l) {
    for (uint32_t d = 0; d <= l->draws; d++) {
        double *row = l->at_least + d * l->sums, *below = l->at_most + d * l->sums;
        double total = 0;
        for (size_t s = 0; s < l->sums; s++) {
            total += row[s];
            below[s] = total;
        }
        double above = 0;
        for (size_t s = l->sums; s-- > 0;) {
            above += row[s];
            row[s] = above / total;
            below[s] /= total;
        }
    }
}

static hs_labelling *allocate(uint32_t draws, size_t sums) {
    hs_labelling *l = calloc(1, sizeof *l);
    if (!l) return NULL;
    *l = (hs_labelling){draws, sums, calloc((draws + (size_t)1) * sums, sizeof *l->at_least),
                        calloc((draws + (size_t)1) * sums, sizeof *l->at_most)};
    if (l->at_least && l->at_most) return l;
    hs_labelling_free(l);
    return NULL;
}

static hs_status distribute(const plan *p, size_t count, uint32_t draws, hs_error *error,
                            hs_labelling **labelling) {
    hs_labelling *l = allocate(draws, p->sums);
    double *probability = malloc((draws + (size_t)1) * sizeof *probability);
    if (!l || !probability) {
        hs_labelling_free(l);
        free(probability);
        return hs_error_memory(error, "a distribution of sums");
    }
    double chance = fmin(0.5, (draws + 1) / (2.0 * (double)count));
    l->at_least[0] = 1;
    for (size_t v = 0; v < p->count; v++) {
        uint32_t most = p->values[v].times < draws ? (uint32_t)p->values[v].times : draws;
        binomial(p->values[v].times, chance, most, probability);
        add_value(l->at_least, p->sums, draws, &p->values[v], probability);
    }
    free(probability);
    take_tails(l);
    *labelling = l;
    return HS_OK;
}

hs_status hs_labelling_new(const double *values, size_t count, uint32_t most_draws, hs_error *error,
                           hs_labelling **labelling) {
    plan p;
    if (!are_whole(values, count))
        return hs_error_set(error, HS_E_ARGUMENT, "a value is not a whole number from 0 to 1e9");
    if (most_draws == 0 || most_draws > count)
        return hs_error_set(error, HS_E_ARGUMENT, "draws: takes 1 to the %zu values that there are", count);
    if (!make_plan(values, count, most_draws, &p)) return hs_error_memory(error, "a distribution of sums");
    hs_status status = is_within(&p, most_draws)
                           ? distribute(&p, count, most_draws, error, labelling)
                           : hs_error_set(error, HS_E_LIMIT, "%zu sums of %u draws are too many", p.sums,
                                          (unsigned)most_draws);
    free(p.values);
    return status;
}

void hs_labelling_free(hs_labelling *labelling) {
    if (!labelling) return;
    free(labelling->at_least);
    free(labelling->at_most);
    free(labelling);
}

double hs_labelling_p(const hs_labelling *labelling, uint32_t draws, double sum) {
    if (draws == 0 || draws > labelling->draws || !(sum >= 0)) return NAN;
    if (sum >= (double)labelling->sums) return 0;
    size_t at = draws * labelling->sums + (size_t)sum;
    double p = 2 * fmin(labelling->at_least[at], labelling->at_most[at]);
    return p < 1 ? p : 1;
}

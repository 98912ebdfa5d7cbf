#include "city/duplicates_private.h"

#include "base/hash.h"
#include "geo/plane.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SECONDS_OF_HOUR 3600.0
#define LEAST_M         0.1

static double within(double value, double least, double most) {
    if (!(value > least)) return least;
    return value < most ? value : most;
}

/* The class with a rule of its own, from a row up. */
static const hs_category_record *find_rule(const hs_taxonomy *taxonomy, uint32_t row) {
    for (int steps = 0; row != HS_NONE && steps < 8; steps++) {
        const hs_category_record *category = &taxonomy->category[row];
        if (category->duplicate_m >= 0) return category;
        row = category->parent.size ? hs_taxonomy_find(taxonomy, category->parent) : HS_NONE;
    }
    return NULL;
}

void hs_duplicate_rules(const hs_incidents *incidents, const hs_taxonomy *taxonomy,
                        hs_duplicate_rule *rules) {
    for (uint32_t i = 0; i < incidents->category_count; i++) {
        rules[i] = (hs_duplicate_rule){0};
        const hs_category_record *found =
            find_rule(taxonomy, hs_taxonomy_find(taxonomy, incidents->category_code[i]));
        if (!found || found->duplicate_m <= 0 || found->duplicate_hours <= 0) continue;
        rules[i].distance_m = within(found->duplicate_m, LEAST_M, HS_MOST_DUPLICATE_M);
        rules[i].window_s = (int64_t)within(found->duplicate_hours * SECONDS_OF_HOUR, 1,
                                            HS_MOST_DUPLICATE_HOURS * SECONDS_OF_HOUR);
    }
}

uint64_t hs_duplicate_rules_hash(const hs_taxonomy *taxonomy) {
    uint64_t hash = 0;
    for (uint32_t i = 0; i < taxonomy->count; i++) {
        const hs_category_record *category = &taxonomy->category[i];
        const double rule[2] = {category->duplicate_m, category->duplicate_hours};
        hash = hs_hash_str(category->code, hash);
        hash = hs_hash_str(category->parent, hash);
        hash = hs_hash(rule, sizeof rule, hash);
    }
    return hash;
}

bool hs_duplicate_candidate_at(const hs_incident_chunk *chunk, uint32_t i, const hs_duplicate_rule *rules,
                               hs_duplicate_candidate *candidate) {
    uint32_t category = hs_incident_category(chunk, i);
    const hs_duplicate_rule *rule = &rules[category];
    if (rule->distance_m <= 0 || hs_incident_attributes_of(chunk, i)->accuracy_m > rule->distance_m)
        return false;
    int64_t time_s = hs_incident_time(chunk, i, HS_TIME_DEFAULT);
    if (time_s == HS_NO_TIME) return false;
    *candidate = (hs_duplicate_candidate){.row = hs_incident_row(chunk, i),
                                          .time_s = time_s,
                                          .position = hs_incident_position(chunk, i),
                                          .category = category};
    return true;
}

double hs_duplicate_distance_m(const hs_duplicate_candidate *later, const hs_duplicate_candidate *before,
                               const hs_duplicate_rule *rule) {
    int64_t apart_s =
        later->time_s > before->time_s ? later->time_s - before->time_s : before->time_s - later->time_s;
    if (apart_s > rule->window_s) return HUGE_VAL;
    double metres_x, metres_y;
    hs_ground_scale_m(later->position.lat_e7, &metres_x, &metres_y);
    double x = ((double)later->position.lon_e7 - before->position.lon_e7) * metres_x;
    double y = ((double)later->position.lat_e7 - before->position.lat_e7) * metres_y;
    double distance_m = sqrt(x * x + y * y);
    return distance_m <= rule->distance_m ? distance_m : HUGE_VAL;
}

/* Pages. */

static void page_unref(hs_duplicate_page *page) {
    if (atomic_fetch_sub(&page->refs, 1) != 1) return;
    free(page->row);
    free(page->of);
    free(page);
}

hs_duplicates *hs_duplicates_ref(const hs_duplicates *duplicates) {
    hs_duplicates *held = (hs_duplicates *)duplicates;
    atomic_fetch_add(&held->refs, 1);
    return held;
}

void hs_duplicates_unref(hs_duplicates *duplicates) {
    if (!duplicates || atomic_fetch_sub(&duplicates->refs, 1) != 1) return;
    for (uint32_t i = 0; i < duplicates->page_count; i++)
        page_unref(duplicates->page[i]);
    free(duplicates->page);
    free(duplicates);
}

hs_duplicates *hs_duplicates_new(const hs_duplicates *base) {
    hs_duplicates *made = calloc(1, sizeof *made);
    if (!made) return NULL;
    atomic_init(&made->refs, 1);
    made->last_row = INT64_MIN;
    if (!base) return made;
    made->last_row = base->last_row;
    made->count = base->count;
    made->page_capacity = base->page_count + 4;
    made->page = calloc(made->page_capacity, sizeof(void *));
    if (!made->page) {
        free(made);
        return NULL;
    }
    for (uint32_t i = 0; i < base->page_count; i++) {
        made->page[i] = base->page[i];
        atomic_fetch_add(&made->page[i]->refs, 1);
    }
    made->page_count = base->page_count;
    return made;
}

static hs_duplicate_page *page_new(int64_t number) {
    hs_duplicate_page *page = calloc(1, sizeof *page);
    if (!page) return NULL;
    atomic_init(&page->refs, 1);
    page->number = number;
    return page;
}

static bool page_reserve(hs_duplicate_page *page, uint32_t capacity) {
    if (capacity <= page->capacity) return true;
    uint16_t *row = realloc(page->row, capacity * sizeof *row);
    if (row) page->row = row;
    int64_t *of = realloc(page->of, capacity * sizeof *of);
    if (of) page->of = of;
    if (!row || !of) return false;
    page->capacity = capacity;
    return true;
}

static hs_duplicate_page *page_copy(const hs_duplicate_page *page) {
    hs_duplicate_page *copy = page_new(page->number);
    if (!copy) return NULL;
    if (!page_reserve(copy, page->count + 8)) {
        page_unref(copy);
        return NULL;
    }
    memcpy(copy->bits, page->bits, sizeof copy->bits);
    memcpy(copy->row, page->row, page->count * sizeof *page->row);
    memcpy(copy->of, page->of, page->count * sizeof *page->of);
    copy->count = page->count;
    return copy;
}

static bool append_page(hs_duplicates *duplicates, hs_duplicate_page *page) {
    if (!page) return false;
    if (duplicates->page_count == duplicates->page_capacity) {
        uint32_t capacity = duplicates->page_capacity ? 2 * duplicates->page_capacity : 16;
        hs_duplicate_page **pages = realloc(duplicates->page, capacity * sizeof(void *));
        if (!pages) {
            page_unref(page);
            return false;
        }
        duplicates->page = pages;
        duplicates->page_capacity = capacity;
    }
    duplicates->page[duplicates->page_count++] = page;
    return true;
}

/* The page that a row goes to, nobody else's: the last one, or a new one behind it. */
static hs_duplicate_page *own_page(hs_duplicates *duplicates, int64_t number) {
    uint32_t count = duplicates->page_count;
    hs_duplicate_page *last = count ? duplicates->page[count - 1] : NULL;
    if (!last || last->number != number)
        return append_page(duplicates, page_new(number)) ? duplicates->page[count] : NULL;
    if (atomic_load(&last->refs) == 1) return last;
    hs_duplicate_page *copy = page_copy(last);
    if (!copy) return NULL;
    page_unref(last);
    duplicates->page[count - 1] = copy;
    return copy;
}

static int64_t page_number(int64_t row) {
    return row >= 0 ? row / HS_PAGE_ROWS : -((-(row + 1)) / HS_PAGE_ROWS) - 1;
}

bool hs_duplicates_add(hs_duplicates *duplicates, int64_t row, int64_t of) {
    int64_t number = page_number(row);
    hs_duplicate_page *page = own_page(duplicates, number);
    if (!page ||
        (page->count == page->capacity && !page_reserve(page, page->capacity ? 2 * page->capacity : 16)))
        return false;
    uint16_t within = (uint16_t)(row - number * HS_PAGE_ROWS);
    page->bits[within / 64] |= UINT64_C(1) << (within % 64);
    page->row[page->count] = within;
    page->of[page->count++] = of;
    duplicates->count++;
    return true;
}

static const hs_duplicate_page *find_page(const hs_duplicates *duplicates, int64_t number) {
    uint32_t low = 0, high = duplicates->page_count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (duplicates->page[middle]->number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < duplicates->page_count && duplicates->page[low]->number == number ? duplicates->page[low]
                                                                                   : NULL;
}

int64_t hs_duplicates_last_row(const hs_duplicates *duplicates) {
    return duplicates->last_row;
}

uint64_t hs_duplicates_count(const hs_duplicates *duplicates) {
    return duplicates->count;
}

static bool has_row(const hs_duplicate_page *page, int64_t row) {
    uint16_t within = (uint16_t)(row - page->number * HS_PAGE_ROWS);
    return page->bits[within / 64] >> (within % 64) & 1;
}

bool hs_duplicates_find(const hs_duplicates *duplicates, int64_t row, int64_t *of) {
    const hs_duplicate_page *page = find_page(duplicates, page_number(row));
    if (!page || !has_row(page, row)) return false;
    uint16_t within = (uint16_t)(row - page->number * HS_PAGE_ROWS);
    uint32_t low = 0, high = page->count - 1;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (page->row[middle] < within)
            low = middle + 1;
        else
            high = middle;
    }
    if (of) *of = page->of[low];
    return true;
}

uint32_t hs_duplicates_mask(const hs_duplicates *duplicates, const hs_incident_chunk *chunk, bool only,
                            uint64_t *bits) {
    const hs_duplicate_page *page = NULL;
    int64_t number = INT64_MIN; /* of no row */
    uint32_t left = 0;
    for (uint32_t w = 0; w < (chunk->count + 63) / 64; w++) {
        for (uint64_t rest = bits[w]; rest; rest &= rest - 1) {
            uint32_t bit = (uint32_t)__builtin_ctzll(rest);
            int64_t row = hs_incident_row(chunk, w * 64 + bit);
            if (page_number(row) != number) {
                number = page_number(row);
                page = find_page(duplicates, number);
            }
            if ((page && has_row(page, row)) != only) bits[w] &= ~(UINT64_C(1) << bit);
        }
        left += (uint32_t)__builtin_popcountll(bits[w]);
    }
    return left;
}

#include "geocode/interpolate.h"

#include "geo/box.h"
#include "geo/plane.h"
#include "geocode/number_field.h"
#include <math.h>

/* Rows of one block lie together. */
#define MAX_GROUND_GAP_M 600.0
/* Streets of one name farther apart than this are in different towns. */
#define TOWN_M     3000.0
#define STEPS_MOST 400
/* How far off a block's middle is by the field, and by one house of unknown place in it. */
#define BLOCK_FIELD_M  30.0
#define BLOCK_HOUSES_M 60.0
/* Longest block, and how near the two must come to be averaged. */
#define BLOCK_MOST_M   1000.0
#define BLOCK_AGREE_M  150.0
#define LONG_RANGE     300
#define LONG_RANGE_FIT 0.85
/* Known houses nearby say more than a range. */
#define RANGE_FIT 0.97
/* The first and last houses keep this far from the crossings, at most this share of the length. */
#define END_M     20.0
#define END_SHARE 0.25

double hs_feature_length_m(const hs_geometry *lines) {
    double length_m = 0;
    for (uint32_t r = 0; r < lines->ring_count; r++)
        length_m += hs_ground_length_m(lines->positions + lines->ring_start[r],
                                       lines->ring_start[r + 1] - lines->ring_start[r]);
    return length_m;
}

/* `share` of the way from a to b, moved to the right. */
static hs_position on_piece(hs_position a, hs_position b, double share, double offset_m) {
    double kx, ky;
    hs_ground_scale_m(a.lat_e7, &kx, &ky);
    double dx = ((double)b.lon_e7 - a.lon_e7) * kx, dy = ((double)b.lat_e7 - a.lat_e7) * ky;
    double length_m = sqrt(dx * dx + dy * dy);
    double right_x = length_m > 0 ? dy / length_m * offset_m : 0;
    double right_y = length_m > 0 ? -dx / length_m * offset_m : 0;
    return (hs_position){(int32_t)(a.lon_e7 + (int64_t)round((share * dx + right_x) / kx)),
                         (int32_t)(a.lat_e7 + (int64_t)round((share * dy + right_y) / ky))};
}

hs_position hs_feature_at(const hs_geometry *lines, double share, double offset_m) {
    double goal_m = share * hs_feature_length_m(lines), at_m = 0;
    hs_position a = lines->positions[0], b = a;
    for (uint32_t r = 0; r < lines->ring_count; r++) {
        for (uint32_t i = lines->ring_start[r]; i + 1 < lines->ring_start[r + 1]; i++) {
            double piece_m = hs_ground_length_m(lines->positions + i, 2);
            a = lines->positions[i];
            b = lines->positions[i + 1];
            if (at_m + piece_m >= goal_m && piece_m > 0)
                return on_piece(a, b, (goal_m - at_m) / piece_m, offset_m);
            at_m += piece_m;
        }
    }
    return on_piece(a, b, 1, offset_m);
}

bool hs_range_known(hs_number_range range) {
    /* Sources write 0 to 0 where a side has no houses. */
    return range.from != HS_NO_NUMBER && range.to != HS_NO_NUMBER && range.from >= 0 && range.to >= 0 &&
           (range.from > 0 || range.to > 0);
}

static int32_t lower_of(hs_number_range range) {
    return range.from < range.to ? range.from : range.to;
}

static int32_t upper_of(hs_number_range range) {
    return range.from < range.to ? range.to : range.from;
}

/* A side with numbers of one parity has houses of that parity only. */
static bool parity_fits(hs_number_range range, int32_t number) {
    return (range.from ^ range.to) & 1 || !((range.from ^ number) & 1);
}

/* Ranges much longer than a block are often a source's stopgap. */
static double range_fit(hs_number_range range, int32_t number) {
    double fit = parity_fits(range, number) ? RANGE_FIT : 0.8;
    return (int64_t)upper_of(range) - lower_of(range) > LONG_RANGE ? fit * LONG_RANGE_FIT : fit;
}

static double share_of(hs_number_range range, int32_t number) {
    return range.from == range.to ? 0.5 : ((double)number - range.from) / ((double)range.to - range.from);
}

hs_number_range hs_street_range(const hs_streets *streets, uint32_t row, int side) {
    return side < 0 ? (hs_number_range){streets->left_from[row], streets->left_to[row], -1}
                    : (hs_number_range){streets->right_from[row], streets->right_to[row], 1};
}

hs_position hs_range_position(const hs_streets *streets, uint32_t row, hs_number_range range,
                              int32_t number) {
    double end = fmin(END_M / fmax(hs_feature_length_m(&streets->geometry[row]), 1), END_SHARE);
    double share = end + (1 - 2 * end) * share_of(range, number);
    return hs_feature_at(&streets->geometry[row], share, range.side * HS_HOUSE_OFFSET_M);
}

static hs_box box_of(hs_position a, hs_position b) {
    return (hs_box){a.lon_e7 < b.lon_e7 ? a.lon_e7 : b.lon_e7, a.lat_e7 < b.lat_e7 ? a.lat_e7 : b.lat_e7,
                    a.lon_e7 > b.lon_e7 ? a.lon_e7 : b.lon_e7, a.lat_e7 > b.lat_e7 ? a.lat_e7 : b.lat_e7};
}

static uint32_t add_found(hs_interpolated *found, uint32_t count, hs_interpolated candidate) {
    uint32_t place = count < HS_INTERPOLATED_MAX ? count : HS_INTERPOLATED_MAX - 1;
    if (count == HS_INTERPOLATED_MAX && found[place].fit >= candidate.fit) return count;
    while (place > 0 && found[place - 1].fit < candidate.fit) {
        found[place] = found[place - 1];
        place--;
    }
    found[place] = candidate;
    return count < HS_INTERPOLATED_MAX ? count + 1 : count;
}

uint32_t hs_interpolate_ranges(const hs_gazetteer *gazetteer, uint32_t group, int32_t number,
                               hs_interpolated found[HS_INTERPOLATED_MAX]) {
    const hs_streets *streets = &gazetteer->geography->streets;
    uint32_t count = 0;
    for (uint32_t i = gazetteer->street_first[group]; i < gazetteer->street_first[group + 1]; i++) {
        uint32_t row = gazetteer->group_street[i];
        for (int side = -1; side <= 1; side += 2) {
            hs_number_range range = hs_street_range(streets, row, side);
            if (!hs_range_known(range) || number < lower_of(range) || number > upper_of(range)) continue;
            const hs_geometry *lines = &streets->geometry[row];
            double length_m = hs_feature_length_m(lines);
            hs_interpolated candidate = {.position = hs_range_position(streets, row, range, number),
                                         .accuracy_m = fmax(30, fmin(length_m / 4, 200)),
                                         .fit = range_fit(range, number),
                                         .street = row,
                                         .unit = HS_NONE};
            count = add_found(found, count, candidate);
        }
    }
    /* The other side's numbers are meant only when the right side has none. */
    while (count > 1 && found[0].fit > 0.8 && found[count - 1].fit <= 0.8)
        count--;
    return count;
}

static double apart_m(hs_position a, hs_position b) {
    return hs_ground_length_m((hs_position[]){a, b}, 2);
}

static double fit_of(const hs_field_point *point) {
    switch (point->basis) {
    case HS_FIELD_BETWEEN:
        return 1 - fmin(point->spread_m / 600, 0.1);
    case HS_FIELD_PARALLEL:
        return 0.93 - fmin(point->spread_m / 1000, 0.13);
    default:
        return 0.8;
    }
}

static hs_interpolated by_field(const hs_field_point *point, hs_position position) {
    double least_m = point->basis == HS_FIELD_BETWEEN ? 15 : 30;
    return (hs_interpolated){.position = position,
                             .accuracy_m = fmax(least_m, 2 * point->spread_m),
                             .fit = fit_of(point),
                             .street = point->street,
                             .unit = HS_NONE};
}

/* The group's anchors from the nearest in number outwards. */
typedef struct outward {
    const hs_anchors *anchors;
    uint32_t low, high, begin, end; /* [begin, low) and [high, end) are to come */
    int32_t number;
} outward;

static bool next_outward(outward *o, uint32_t *anchor) {
    if (o->low == o->begin && o->high == o->end) return false;
    bool down = o->high == o->end ||
                (o->low > o->begin && (int64_t)o->number - o->anchors->anchor[o->low - 1].number <=
                                          (int64_t)o->anchors->anchor[o->high].number - o->number);
    *anchor = down ? --o->low : o->high++;
    return true;
}

static bool is_in_town(const hs_anchors *anchors, const hs_anchor *anchor, const hs_interpolated *found,
                       uint32_t count) {
    hs_position at = hs_anchors_position(anchors, anchor->x_m, anchor->y_m);
    for (uint32_t i = 0; i < count; i++)
        if (apart_m(found[i].position, at) < TOWN_M) return true;
    return false;
}

/* Each town that has the street gives a place of its own. */
static uint32_t each_town(const hs_gazetteer *gazetteer, uint32_t group, int32_t number,
                          const hs_place_filter *filter, bool middle, hs_interpolated *found) {
    const hs_anchors *anchors = &gazetteer->anchors;
    uint32_t at = hs_anchors_bound(anchors, group, number), count = 0, anchor;
    outward o = {anchors, at, at, anchors->first[group], anchors->first[group + 1], number};
    for (uint32_t steps = 0; steps < STEPS_MOST && count < HS_INTERPOLATED_MAX && next_outward(&o, &anchor);
         steps++) {
        const hs_anchor *seed = &anchors->anchor[anchor];
        hs_field_point point;
        if (is_in_town(anchors, seed, found, count)) continue;
        if (filter && seed->address != HS_NONE &&
            !hs_filter_fits(gazetteer, filter, &gazetteer->address[seed->address]))
            continue;
        if (hs_field_at(gazetteer, anchor, number, filter, &point))
            found[count++] = by_field(&point, middle ? point.middle : point.position);
    }
    return count;
}

uint32_t hs_interpolate_known(const hs_gazetteer *gazetteer, uint32_t group, int32_t number,
                              const hs_place_filter *filter, hs_interpolated found[HS_INTERPOLATED_MAX]) {
    hs_interpolated places[HS_INTERPOLATED_MAX];
    uint32_t count = 0, towns = each_town(gazetteer, group, number, filter, false, places);
    for (uint32_t i = 0; i < towns; i++)
        count = add_found(found, count, places[i]);
    hs_field_point point;
    if (count == 0 && gazetteer->anchors.first[group] == gazetteer->anchors.first[group + 1] &&
        hs_field_on_lines(gazetteer, group, number, &point))
        found[count++] = by_field(&point, point.position);
    return count;
}

/* The block by the numbers that a street's sides cover. */
static bool block_on_row(const hs_streets *streets, uint32_t row, int32_t low, int32_t high,
                         hs_interpolated *candidate) {
    double first = 1, last = 0;
    for (int side = -1; side <= 1; side += 2) {
        hs_number_range range = hs_street_range(streets, row, side);
        if (!hs_range_known(range) || upper_of(range) < low || lower_of(range) > high) continue;
        int32_t from = lower_of(range) < low ? low : lower_of(range);
        int32_t to = upper_of(range) > high ? high : upper_of(range);
        double a = share_of(range, from), b = share_of(range, to);
        first = fmin(first, fmin(a, b));
        last = fmax(last, fmax(a, b));
    }
    if (first > last) return false;
    const hs_geometry *lines = &streets->geometry[row];
    double covered_m = (last - first) * hs_feature_length_m(lines);
    *candidate =
        (hs_interpolated){.position = hs_feature_at(lines, (first + last) / 2, 0),
                          .accuracy_m = fmax(30, covered_m / 2),
                          .fit = 1,
                          .street = row,
                          .unit = HS_NONE,
                          .wide = true,
                          .extent = box_of(hs_feature_at(lines, first, 0), hs_feature_at(lines, last, 0))};
    return true;
}

/* Several rows that together make the block: the middle of their middles. */
static uint32_t merge_rows(hs_interpolated *rows, uint32_t count, hs_interpolated *found) {
    double lon = 0, lat = 0, reach_m = 0;
    for (uint32_t i = 0; i < count; i++) {
        lon += rows[i].position.lon_e7;
        lat += rows[i].position.lat_e7;
    }
    hs_position middle = {(int32_t)round(lon / count), (int32_t)round(lat / count)};
    for (uint32_t i = 0; i < count; i++)
        reach_m = fmax(reach_m,
                       rows[i].accuracy_m + hs_ground_length_m((hs_position[]){middle, rows[i].position}, 2));
    if (reach_m > MAX_GROUND_GAP_M && count > 1) {
        for (uint32_t i = 0; i < count; i++)
            found[i] = rows[i];
        return count;
    }
    found[0] = rows[0];
    for (uint32_t i = 1; i < count; i++)
        hs_box_union(&found[0].extent, rows[i].extent);
    if (count > 1) found[0].position = middle;
    found[0].accuracy_m = reach_m;
    return 1;
}

/* A block by what is known of it. */
typedef struct block {
    const hs_gazetteer *gazetteer;
    const hs_place_filter *filter;
    uint32_t group;
    int32_t low, high;
    hs_interpolated from[HS_INTERPOLATED_MAX], to[HS_INTERPOLATED_MAX];
    uint32_t froms, tos;
} block;

static hs_position weighted(hs_position a, double a_weight, hs_position b, double b_weight) {
    double share = b_weight / (a_weight + b_weight);
    return (hs_position){(int32_t)(a.lon_e7 + lround(share * ((double)b.lon_e7 - a.lon_e7))),
                         (int32_t)(a.lat_e7 + lround(share * ((double)b.lat_e7 - a.lat_e7)))};
}

/* From where the first number would lie to where the next block's would, nearest to `town`; false when the
 * numbers do not tell. */
static bool block_by_field(const block *b, hs_position town, double most_m, hs_interpolated *found) {
    const hs_interpolated *from = NULL, *to = NULL;
    for (uint32_t i = 0; i < b->froms; i++)
        if (apart_m(b->from[i].position, town) < most_m && !from) from = &b->from[i];
    for (uint32_t i = 0; i < b->tos; i++)
        if (apart_m(b->to[i].position, town) < most_m && !to) to = &b->to[i];
    if (!from || !to) return false;
    *found = *from;
    found->position = weighted(from->position, 1, to->position, 1);
    found->wide = true;
    found->extent = box_of(from->position, to->position);
    found->accuracy_m = fmax(30, apart_m(from->position, to->position) / 2);
    found->fit = fmin(from->fit, to->fit);
    return true;
}

/* The known houses from anchor `first` on that lie in its town: the middle between the first and the last. */
static uint32_t block_houses(const block *b, uint32_t first, hs_position *middle) {
    const hs_anchors *anchors = &b->gazetteer->anchors;
    const hs_anchor *one = &anchors->anchor[first], *last = one;
    hs_position town = hs_anchors_position(anchors, one->x_m, one->y_m);
    uint32_t count = 0;
    for (uint32_t i = first; i < anchors->first[b->group + 1] && anchors->anchor[i].number <= b->high; i++) {
        const hs_anchor *next = &anchors->anchor[i];
        if (apart_m(town, hs_anchors_position(anchors, next->x_m, next->y_m)) > BLOCK_MOST_M) continue;
        last = next;
        count++;
    }
    *middle = hs_anchors_middle(anchors, one, last);
    return count;
}

/* Where houses of the block are known, with what the field says about its ends when that agrees. */
static hs_interpolated block_with_houses(const block *b, uint32_t first) {
    hs_position houses;
    uint32_t known = block_houses(b, first, &houses);
    hs_interpolated found;
    double houses_m = BLOCK_HOUSES_M / (known + 1);
    if (block_by_field(b, houses, BLOCK_MOST_M, &found) && apart_m(found.position, houses) < BLOCK_AGREE_M)
        found.position =
            weighted(found.position, 1 / (BLOCK_FIELD_M * BLOCK_FIELD_M), houses, 1 / (houses_m * houses_m));
    else
        found = (hs_interpolated){
            .position = houses, .accuracy_m = BLOCK_HOUSES_M, .street = HS_NONE, .unit = HS_NONE};
    found.fit = 0.97;
    return found;
}

static bool is_new_town(const hs_interpolated *found, uint32_t count, hs_position at) {
    for (uint32_t i = 0; i < count; i++)
        if (apart_m(found[i].position, at) < BLOCK_MOST_M) return false;
    return true;
}

static uint32_t block_by_numbers(const hs_gazetteer *gazetteer, uint32_t group, int32_t low, int32_t high,
                                 const hs_place_filter *filter, hs_interpolated *found) {
    const hs_anchors *anchors = &gazetteer->anchors;
    block b = {.gazetteer = gazetteer, .filter = filter, .group = group, .low = low, .high = high};
    uint32_t count = 0;
    b.froms = each_town(gazetteer, group, low, filter, true, b.from);
    b.tos = each_town(gazetteer, group, high + 1, filter, true, b.to);
    for (uint32_t i = hs_anchors_bound(anchors, group, low);
         i < anchors->first[group + 1] && anchors->anchor[i].number <= high && count < HS_INTERPOLATED_MAX;
         i++) {
        const hs_anchor *one = &anchors->anchor[i];
        if (filter && one->address != HS_NONE &&
            !hs_filter_fits(gazetteer, filter, &gazetteer->address[one->address]))
            continue;
        if (is_new_town(found, count, hs_anchors_position(anchors, one->x_m, one->y_m)))
            found[count++] = block_with_houses(&b, i);
    }
    for (uint32_t i = 0; i < b.froms && count < HS_INTERPOLATED_MAX; i++)
        if (is_new_town(found, count, b.from[i].position) &&
            block_by_field(&b, b.from[i].position, TOWN_M, &found[count]))
            count++;
    return count;
}

uint32_t hs_interpolate_block(const hs_gazetteer *gazetteer, uint32_t group, int32_t low, int32_t high,
                              const hs_place_filter *filter, hs_interpolated found[HS_INTERPOLATED_MAX]) {
    const hs_streets *streets = &gazetteer->geography->streets;
    hs_interpolated rows[HS_INTERPOLATED_MAX];
    uint32_t count = 0, end = gazetteer->street_first[group + 1];
    for (uint32_t i = gazetteer->street_first[group]; i < end && count < HS_INTERPOLATED_MAX; i++)
        count += block_on_row(streets, gazetteer->group_street[i], low, high, &rows[count]);
    return count ? merge_rows(rows, count, found)
                 : block_by_numbers(gazetteer, group, low, high, filter, found);
}

static hs_position house_at(const hs_gazetteer *gazetteer, uint32_t address) {
    return gazetteer->geography->addresses.position[gazetteer->address[address].row];
}

hs_street_middle hs_street_middle_find(const hs_gazetteer *gazetteer, uint32_t group) {
    const hs_geography *geography = gazetteer->geography;
    double whole_m = 0, at_m = 0;
    uint32_t first = gazetteer->street_first[group], end = gazetteer->street_first[group + 1];
    for (uint32_t i = first; i < end; i++)
        whole_m += hs_feature_length_m(&geography->streets.geometry[gazetteer->group_street[i]]);
    for (uint32_t i = first; i < end; i++) {
        uint32_t row = gazetteer->group_street[i];
        const hs_geometry *lines = &geography->streets.geometry[row];
        double length_m = hs_feature_length_m(lines);
        if (at_m + length_m >= whole_m / 2 && length_m > 0)
            return (hs_street_middle){.position = hs_feature_at(lines, (whole_m / 2 - at_m) / length_m, 0),
                                      .reach_m = fmax(50, whole_m / 2),
                                      .street = row,
                                      .known = true};
        at_m += length_m;
    }
    uint32_t address = gazetteer->address_first[group], address_end = gazetteer->address_first[group + 1];
    if (address == address_end) return (hs_street_middle){.street = HS_NONE};
    hs_position at = house_at(gazetteer, address + (address_end - address) / 2);
    double reach_m = 50;
    for (uint32_t i = address; i < address_end; i++)
        reach_m = fmax(reach_m, apart_m(at, house_at(gazetteer, i)));
    return (hs_street_middle){.position = at, .reach_m = reach_m, .street = HS_NONE, .known = true};
}

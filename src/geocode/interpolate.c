#include "geocode/interpolate.h"

#include "geo/plane.h"
#include <math.h>

/* Known neighbours farther apart than this, in numbers or on the ground, say little. */
#define MAX_NUMBER_GAP   60
#define MAX_GROUND_GAP_M 600.0
/* A number this close behind the last known one is placed at that one. */
#define MAX_NUMBERS_BEYOND 6
#define LONG_RANGE         300
/* Interpolated houses keep this share of the length away from the crossings at its ends. */
#define END_SHARE 0.05

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

/* A side's range of numbers; from may exceed to. */
typedef struct number_range {
    int32_t from, to;
    int side; /* -1 left, 1 right */
} number_range;

static bool range_known(number_range range) {
    /* Sources write 0 to 0 where a side has no houses. */
    return range.from != HS_NO_NUMBER && range.to != HS_NO_NUMBER && range.from >= 0 && range.to >= 0 &&
           (range.from > 0 || range.to > 0);
}

static int32_t lower_of(number_range range) {
    return range.from < range.to ? range.from : range.to;
}

static int32_t upper_of(number_range range) {
    return range.from < range.to ? range.to : range.from;
}

/* A side with numbers of one parity has houses of that parity only. */
static bool parity_fits(number_range range, int32_t number) {
    return (range.from ^ range.to) & 1 || !((range.from ^ number) & 1);
}

/* Ranges much longer than a block are often a source's stopgap. */
static double range_fit(number_range range, int32_t number) {
    double fit = parity_fits(range, number) ? 1 : 0.8;
    return (int64_t)upper_of(range) - lower_of(range) > LONG_RANGE ? fit * 0.95 : fit;
}

static double share_of(number_range range, int32_t number) {
    return range.from == range.to ? 0.5 : ((double)number - range.from) / ((double)range.to - range.from);
}

static number_range range_of(const hs_streets *streets, uint32_t row, int side) {
    return side < 0 ? (number_range){streets->left_from[row], streets->left_to[row], -1}
                    : (number_range){streets->right_from[row], streets->right_to[row], 1};
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
            number_range range = range_of(streets, row, side);
            if (!range_known(range) || number < lower_of(range) || number > upper_of(range)) continue;
            const hs_geometry *lines = &streets->geometry[row];
            double share = END_SHARE + (1 - 2 * END_SHARE) * share_of(range, number);
            double length_m = hs_feature_length_m(lines);
            hs_interpolated candidate = {.position = hs_feature_at(lines, share, side * HS_HOUSE_OFFSET_M),
                                         .accuracy_m = fmax(30, fmin(length_m / 4, 200)),
                                         .fit = range_fit(range, number),
                                         .street = row,
                                         .unit = HS_NONE};
            count = add_found(found, count, candidate);
        }
    }
    /* The other side's numbers are meant only when the right side has none. */
    while (count > 1 && found[0].fit == 1 && found[count - 1].fit < 1)
        count--;
    return count;
}

static hs_position position_of(const hs_gazetteer *gazetteer, uint32_t address) {
    return gazetteer->geography->addresses.position[gazetteer->address[address].row];
}

static double apart_m(hs_position a, hs_position b) {
    return hs_ground_length_m((hs_position[]){a, b}, 2);
}

/* A number sought among the known ones of a group. */
typedef struct known_search {
    const hs_gazetteer *gazetteer;
    const hs_place_filter *filter;
    uint32_t group;
    int32_t number;
    hs_interpolated *found;
    uint32_t count;
} known_search;

/* Numbers of the other parity stand on the other side. */
static bool is_neighbour(const known_search *search, uint32_t address) {
    const hs_numbered_address *known = &search->gazetteer->address[address];
    return !((known->base ^ search->number) & 1) && hs_filter_fits(search->gazetteer, search->filter, known);
}

/* Pairs a known number below with the first above it that is near on the ground: one name may be borne by
 * streets in several towns. */
static bool pair_above(const known_search *search, uint32_t below, uint32_t above,
                       hs_interpolated *candidate) {
    const hs_gazetteer *gazetteer = search->gazetteer;
    int32_t low = gazetteer->address[below].base;
    hs_position a = position_of(gazetteer, below);
    for (uint32_t i = above; i < gazetteer->address_first[search->group + 1]; i++) {
        int32_t high = gazetteer->address[i].base;
        if ((int64_t)high - low > MAX_NUMBER_GAP) return false;
        if (!is_neighbour(search, i)) continue;
        hs_position b = position_of(gazetteer, i);
        if (apart_m(a, b) > MAX_GROUND_GAP_M) continue;
        double share = ((double)search->number - low) / ((double)high - low);
        *candidate = (hs_interpolated){.position = on_piece(a, b, share, 0),
                                       .accuracy_m = fmax(30, apart_m(a, b) / 2),
                                       .fit = 1,
                                       .street = HS_NONE,
                                       .unit = HS_NONE};
        return true;
    }
    return false;
}

/* The narrowest pair comes first; a wider one around it adds nothing. */
static bool is_new_place(const known_search *search, hs_position position) {
    for (uint32_t i = 0; i < search->count; i++)
        if (apart_m(search->found[i].position, position) < MAX_GROUND_GAP_M) return false;
    return true;
}

static void find_between(known_search *search, uint32_t lower_end, uint32_t upper) {
    const hs_gazetteer *gazetteer = search->gazetteer;
    for (uint32_t i = lower_end; i > gazetteer->address_first[search->group]; i--) {
        if ((int64_t)search->number - gazetteer->address[i - 1].base > MAX_NUMBER_GAP ||
            search->count == HS_INTERPOLATED_MAX)
            return;
        hs_interpolated candidate;
        if (is_neighbour(search, i - 1) && pair_above(search, i - 1, upper, &candidate) &&
            is_new_place(search, candidate.position))
            search->count = add_found(search->found, search->count, candidate);
    }
}

/* Beyond the last known number: at that one. */
static void find_beside(known_search *search, uint32_t first) {
    const hs_gazetteer *gazetteer = search->gazetteer;
    uint32_t end = gazetteer->address_first[search->group + 1];
    for (uint32_t i = first; i < end && search->count < HS_INTERPOLATED_MAX; i++) {
        const hs_numbered_address *near = &gazetteer->address[i];
        int64_t off = (int64_t)near->base - search->number;
        if (off > MAX_NUMBERS_BEYOND) return;
        if (!hs_filter_fits(gazetteer, search->filter, near)) continue;
        hs_interpolated candidate = {.position = position_of(gazetteer, i),
                                     .accuracy_m = 60,
                                     .fit = 0.9 - 0.01 * fabs((double)off),
                                     .street = HS_NONE,
                                     .unit = near->unit};
        search->count = add_found(search->found, search->count, candidate);
    }
}

uint32_t hs_interpolate_known(const hs_gazetteer *gazetteer, uint32_t group, int32_t number,
                              const hs_place_filter *filter, hs_interpolated found[HS_INTERPOLATED_MAX]) {
    known_search search = {gazetteer, filter, group, number, found, 0};
    uint32_t at = hs_address_bound(gazetteer, group, number), end = gazetteer->address_first[group + 1];
    uint32_t upper = at;
    while (upper < end && gazetteer->address[upper].base == number)
        upper++;
    find_between(&search, at, upper);
    if (search.count == 0 && number > INT32_MIN + MAX_NUMBERS_BEYOND)
        find_beside(&search, hs_address_bound(gazetteer, group, number - MAX_NUMBERS_BEYOND));
    return search.count;
}

/* The block by the numbers that a street's sides cover. */
static bool block_on_row(const hs_streets *streets, uint32_t row, int32_t low, int32_t high,
                         hs_interpolated *candidate) {
    double first = 1, last = 0;
    for (int side = -1; side <= 1; side += 2) {
        number_range range = range_of(streets, row, side);
        if (!range_known(range) || upper_of(range) < low || lower_of(range) > high) continue;
        int32_t from = lower_of(range) < low ? low : lower_of(range);
        int32_t to = upper_of(range) > high ? high : upper_of(range);
        double a = share_of(range, from), b = share_of(range, to);
        first = fmin(first, fmin(a, b));
        last = fmax(last, fmax(a, b));
    }
    if (first > last) return false;
    const hs_geometry *lines = &streets->geometry[row];
    double covered_m = (last - first) * hs_feature_length_m(lines);
    *candidate = (hs_interpolated){.position = hs_feature_at(lines, (first + last) / 2, 0),
                                   .accuracy_m = fmax(30, covered_m / 2),
                                   .fit = 1,
                                   .street = row,
                                   .unit = HS_NONE};
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
    if (count > 1) found[0].position = middle;
    found[0].accuracy_m = reach_m;
    return 1;
}

/* The block by the known houses in it. */
static uint32_t block_of_houses(const hs_gazetteer *gazetteer, uint32_t group, int32_t low, int32_t high,
                                const hs_place_filter *filter, hs_interpolated *rows) {
    uint32_t count = 0;
    for (uint32_t i = hs_address_bound(gazetteer, group, low);
         i < gazetteer->address_first[group + 1] && count < HS_INTERPOLATED_MAX; i++) {
        if (gazetteer->address[i].base > high) break;
        if (hs_filter_fits(gazetteer, filter, &gazetteer->address[i]))
            rows[count++] = (hs_interpolated){.position = position_of(gazetteer, i),
                                              .accuracy_m = 20,
                                              .fit = 1,
                                              .street = HS_NONE,
                                              .unit = HS_NONE};
    }
    return count;
}

uint32_t hs_interpolate_block(const hs_gazetteer *gazetteer, uint32_t group, int32_t low, int32_t high,
                              const hs_place_filter *filter, hs_interpolated found[HS_INTERPOLATED_MAX]) {
    const hs_streets *streets = &gazetteer->geography->streets;
    hs_interpolated rows[HS_INTERPOLATED_MAX];
    uint32_t count = 0, end = gazetteer->street_first[group + 1];
    for (uint32_t i = gazetteer->street_first[group]; i < end && count < HS_INTERPOLATED_MAX; i++)
        count += block_on_row(streets, gazetteer->group_street[i], low, high, &rows[count]);
    if (count == 0) count = block_of_houses(gazetteer, group, low, high, filter, rows);
    return count ? merge_rows(rows, count, found) : 0;
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
    hs_position at = position_of(gazetteer, address + (address_end - address) / 2);
    double reach_m = 50;
    for (uint32_t i = address; i < address_end; i++)
        reach_m = fmax(reach_m, apart_m(at, position_of(gazetteer, i)));
    return (hs_street_middle){.position = at, .reach_m = reach_m, .street = HS_NONE, .known = true};
}

#include "geocode/gazetteer.h"

#include "base/text.h"
#include "geocode/gazetteer_names.h"
#include "geocode/house_number.h"
#include "geocode/interpolate.h"
#include "geocode/relations.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct group_pair {
    uint32_t group, value;
} group_pair;

typedef struct gazetteer_builder {
    hs_gazetteer *g;
    hs_dictionary *keys;    /* of street names, in any language */
    uint32_t *group_of_key; /* by number in keys */
    uint32_t key_capacity;
    hs_str *group_name;
    uint32_t name_capacity;
    hs_numbered_address *address;
    uint32_t address_count;
    hs_dictionary *localities; /* what stands before streets' names */
    hs_parts *parts;           /* by number in localities */
    uint32_t parts_capacity;
    hs_tokens tokens, text_tokens;
} gazetteer_builder;

static hs_status out_of_memory(hs_error *error) {
    return hs_error_set(error, HS_E_MEMORY, "out of memory for the gazetteer");
}

static bool remember_key(gazetteer_builder *b, uint32_t key, uint32_t group) {
    if (key >= b->key_capacity) {
        uint32_t capacity = 2 * key + 256;
        uint32_t *grown = realloc(b->group_of_key, capacity * sizeof *grown);
        if (!grown) return false;
        b->group_of_key = grown;
        b->key_capacity = capacity;
    }
    b->group_of_key[key] = group;
    return true;
}

static uint32_t new_group(gazetteer_builder *b, hs_str name) {
    if (b->g->group_count == b->name_capacity) {
        uint32_t capacity = 2 * b->name_capacity + 256;
        hs_str *grown = realloc(b->group_name, capacity * sizeof *grown);
        if (!grown) return HS_NONE;
        b->group_name = grown;
        b->name_capacity = capacity;
    }
    b->group_name[b->g->group_count] = hs_arena_str(b->g->arena, name);
    return b->group_name[b->g->group_count].data ? b->g->group_count++ : HS_NONE;
}

/* The group of a whole key, made when new; the name of a new one is `name`, and *is_new tells of it. */
static hs_status group_of_key(gazetteer_builder *b, const hs_street_key *key, hs_str name, hs_error *error,
                              uint32_t *group, bool *is_new) {
    uint32_t known = hs_dictionary_count(b->keys);
    uint32_t number = hs_dictionary_put(b->keys, (hs_str){key->text, key->size});
    if (number == HS_NONE) return out_of_memory(error);
    *is_new = number >= known;
    if (!*is_new) {
        *group = b->group_of_key[number];
        return HS_OK;
    }
    uint32_t made = new_group(b, name);
    if (made == HS_NONE || !remember_key(b, number, made)) return out_of_memory(error);
    *group = made;
    return HS_OK;
}

/* A second name leads to a group that exists. */
static hs_status add_second_name(gazetteer_builder *b, hs_str name, uint32_t group, hs_error *error) {
    hs_street_key key;
    hs_tokens_read(b->g->words, name, &b->tokens);
    if (!hs_street_key_make(&b->tokens, 0, b->tokens.count, 0, &key)) return HS_OK;
    hs_add_street_names(b->g, &b->tokens, 0, b->tokens.count, group);
    uint32_t known = hs_dictionary_count(b->keys);
    uint32_t number = hs_dictionary_put(b->keys, (hs_str){key.text, key.size});
    if (number == HS_NONE || (number >= known && !remember_key(b, number, group)))
        return out_of_memory(error);
    return HS_OK;
}

static hs_status add_streets(gazetteer_builder *b, hs_error *error) {
    const hs_streets *streets = &b->g->geography->streets;
    hs_status status = HS_OK;
    for (uint32_t row = 0; row < streets->count && status == HS_OK; row++) {
        hs_str name = streets->name[row], second = streets->name_en[row];
        hs_street_key key;
        b->g->street_group[row] = HS_NONE;
        hs_tokens_read(b->g->words, name, &b->tokens);
        if (!hs_street_key_make(&b->tokens, 0, b->tokens.count, 0, &key)) {
            name = second;
            second = (hs_str){0};
            hs_tokens_read(b->g->words, name, &b->tokens);
            if (!hs_street_key_make(&b->tokens, 0, b->tokens.count, 0, &key)) continue;
        }
        bool is_new = false;
        status = group_of_key(b, &key, name, error, &b->g->street_group[row], &is_new);
        if (status != HS_OK) return status;
        if (is_new) hs_add_street_names(b->g, &b->tokens, 0, b->tokens.count, b->g->street_group[row]);
        if (second.size > 0) status = add_second_name(b, second, b->g->street_group[row], error);
    }
    return status;
}

static void add_name(gazetteer_builder *b, hs_name_kind kind, hs_str name, uint32_t id) {
    hs_tokens_read(b->g->words, name, &b->tokens);
    if (b->tokens.count > 0)
        hs_lexicon_add(&b->g->lexicon, kind, hs_tokens_slice(&b->tokens, 0, b->tokens.count), b->tokens.count,
                       id, 0);
}

static void add_place_name(gazetteer_builder *b, hs_str name, uint32_t row) {
    add_name(b, HS_NAME_PLACE, name, row);
    if (b->tokens.count == 0) return;
    hs_edit_index_add(&b->g->place_edits, hs_tokens_slice(&b->tokens, 0, b->tokens.count), 0, row, 0);
    hs_add_sounds(b->g, &b->tokens, 0, b->tokens.count, row, &b->g->place_edits);
}

static void add_units_and_places(gazetteer_builder *b) {
    const hs_units *units = &b->g->geography->units;
    for (uint32_t row = 0; row < units->count; row++) {
        if (units->level[row] == HS_LEVEL_CELL) continue; /* nobody writes the names of grid cells */
        add_name(b, HS_NAME_UNIT, units->name[row], row);
        add_name(b, HS_NAME_UNIT, units->name_en[row], row);
    }
    const hs_places *places = &b->g->geography->places;
    for (uint32_t row = 0; row < places->count; row++) {
        add_place_name(b, places->name[row], row);
        add_place_name(b, places->name_en[row], row);
    }
}

/* The locality that tokens [0, first) name, HS_NONE when none. */
static hs_status locality_of(gazetteer_builder *b, const hs_tokens *tokens, uint32_t first, hs_error *error,
                             uint32_t *locality) {
    *locality = HS_NONE;
    hs_parts parts = hs_parts_read(tokens, 0, first);
    if (parts.count == 0) return HS_OK;
    uint32_t number = hs_dictionary_put(b->localities, hs_tokens_slice(tokens, 0, first));
    if (number == HS_NONE) return out_of_memory(error);
    if (number >= b->parts_capacity) {
        uint32_t capacity = 2 * number + 64;
        hs_parts *grown = realloc(b->parts, capacity * sizeof *grown);
        if (!grown) return out_of_memory(error);
        b->parts = grown;
        b->parts_capacity = capacity;
    }
    b->parts[number] = parts;
    *locality = number;
    return HS_OK;
}

/* Where a street's name that is known stands in a whole address; 0 when it does not. */
static uint32_t find_in_text(const hs_tokens *text, hs_str street) {
    for (uint32_t first = 1; first < text->count; first++) {
        hs_str rest = hs_tokens_slice(text, first, text->count);
        if (rest.size >= street.size && memcmp(rest.data, street.data, street.size) == 0) return first;
    }
    return 0;
}

/* The address whose street's name is tokens [first, end); `before` holds what stands before it, in
 * [0, before_end). */
static hs_status put_address(gazetteer_builder *b, uint32_t first, uint32_t end, hs_str name, uint32_t row,
                             hs_house_number number, const hs_tokens *before, uint32_t before_end,
                             hs_error *error) {
    hs_street_key key;
    uint32_t group;
    if (number.base == HS_NO_NUMBER || !hs_street_key_make(&b->tokens, first, end, 0, &key)) return HS_OK;
    bool is_new = false;
    hs_status status = group_of_key(b, &key, name, error, &group, &is_new);
    if (status != HS_OK) return status;
    if (is_new) hs_add_street_names(b->g, &b->tokens, first, end, group);
    const hs_geography *geography = b->g->geography;
    uint32_t locality = HS_NONE;
    if (before->has_han) status = locality_of(b, before, before_end, error, &locality);
    if (status != HS_OK) return status;
    b->address[b->address_count++] =
        (hs_numbered_address){.group = group,
                              .base = number.base,
                              .sub = number.sub,
                              .row = row,
                              .unit = hs_deepest_unit(geography, geography->addresses.position[row]),
                              .locality = locality};
    return HS_OK;
}

/* A lane in the column of numbers (100巷5弄3号) belongs to the street's name. */
static hs_status add_lane_address(gazetteer_builder *b, uint32_t row, hs_error *error) {
    const hs_addresses *addresses = &b->g->geography->addresses;
    hs_str street = addresses->street[row], number = addresses->number[row];
    hs_number_place place;
    char *joined = hs_arena_printf(b->g->arena, "%.*s%.*s", (int)street.size, street.data, (int)number.size,
                                   number.data);
    if (!joined) return out_of_memory(error);
    hs_str text = hs_str_of(joined);
    hs_tokens_read(b->g->words, text, &b->tokens);
    if (!hs_number_chinese(&b->tokens, &place)) return HS_OK;
    return put_address(b, 0, place.first, hs_tokens_source(&b->tokens, text, 0, place.first), row,
                       place.number, &b->tokens, 0, error);
}

/* Addresses in parts. */
static hs_status add_parted_address(gazetteer_builder *b, uint32_t row, hs_error *error) {
    const hs_addresses *addresses = &b->g->geography->addresses;
    hs_house_number number = {.base = HS_NO_NUMBER};
    hs_tokens_read(b->g->words, addresses->number[row], &b->tokens);
    if (hs_has_lane(&b->tokens)) return add_lane_address(b, row, error);
    if (!hs_number_whole(&b->tokens, &number)) return HS_OK;
    hs_str street = addresses->street[row];
    hs_tokens_read(b->g->words, street, &b->tokens);
    hs_tokens_read(b->g->words, addresses->text[row], &b->text_tokens);
    uint32_t before = 0;
    if (b->tokens.count > 0)
        before = find_in_text(&b->text_tokens, hs_tokens_slice(&b->tokens, 0, b->tokens.count));
    return put_address(b, 0, b->tokens.count, street, row, number, &b->text_tokens, before, error);
}

/* Addresses in one text: the number is found, then the street's name beside it. */
static hs_status add_whole_address(gazetteer_builder *b, uint32_t row, hs_error *error) {
    const hs_gazetteer *g = b->g;
    hs_number_place place;
    hs_tokens *tokens = &b->tokens;
    hs_str text = g->geography->addresses.text[row];
    hs_tokens_read(g->words, text, tokens);
    uint32_t first, end;
    if (tokens->has_han) {
        if (!hs_number_chinese(tokens, &place)) return HS_OK;
        end = place.first;
        first = hs_street_start(g, tokens, end);
    } else {
        if (!hs_number_western(tokens, 0, &place)) return HS_OK;
        first = place.end;
        end = hs_street_end(g, tokens, first);
    }
    if (first >= end) return HS_OK;
    return put_address(b, first, end, hs_tokens_source(tokens, text, first, end), row, place.number, tokens,
                       first, error);
}

static hs_status add_addresses(gazetteer_builder *b, hs_error *error) {
    const hs_addresses *addresses = &b->g->geography->addresses;
    hs_status status = HS_OK;
    bool whole = false;
    for (uint32_t row = 0; row < addresses->count && status == HS_OK; row++) {
        if (addresses->text[row].size > 0) add_name(b, HS_NAME_ADDRESS, addresses->text[row], row);
        if (addresses->street[row].size > 0)
            status = add_parted_address(b, row, error);
        else
            whole |= addresses->text[row].size > 0;
    }
    if (status != HS_OK || !whole) return status;
    /* Whole texts are read by the names known so far. */
    status = hs_lexicon_build(&b->g->lexicon, error);
    for (uint32_t row = 0; row < addresses->count && status == HS_OK; row++)
        if (addresses->street[row].size == 0 && addresses->text[row].size > 0)
            status = add_whole_address(b, row, error);
    return status;
}

static int compare_addresses(const void *left, const void *right) {
    const hs_numbered_address *a = left, *b = right;
    if (a->group != b->group) return a->group < b->group ? -1 : 1;
    if (a->base != b->base) return a->base < b->base ? -1 : 1;
    if (a->sub != b->sub) return a->sub < b->sub ? -1 : 1;
    return (a->row > b->row) - (a->row < b->row);
}

static int compare_pairs(const void *left, const void *right) {
    const group_pair *a = left, *b = right;
    if (a->group != b->group) return a->group < b->group ? -1 : 1;
    return (a->value > b->value) - (a->value < b->value);
}

/* Sorts the pairs and lays their values out by group, each once. */
static hs_status lay_out(hs_gazetteer *g, group_pair *pairs, size_t count, hs_error *error, uint32_t **first,
                         uint32_t **values) {
    *first = hs_arena_array(g->arena, (size_t)g->group_count + 1, sizeof(uint32_t));
    *values = hs_arena_array(g->arena, count + 1, sizeof(uint32_t));
    if (!*first || !*values) return out_of_memory(error);
    if (count) qsort(pairs, count, sizeof *pairs, compare_pairs);
    uint32_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && compare_pairs(&pairs[i - 1], &pairs[i]) == 0) continue;
        (*first)[pairs[i].group + 1]++;
        (*values)[n++] = pairs[i].value;
    }
    for (uint32_t group = 0; group < g->group_count; group++)
        (*first)[group + 1] += (*first)[group];
    return HS_OK;
}

static hs_status lay_out_streets(gazetteer_builder *b, hs_error *error) {
    const hs_geography *geography = b->g->geography;
    const hs_segments *segments = &geography->segments;
    size_t most = 2 * (size_t)segments->count + geography->streets.count + 1;
    group_pair *pairs = malloc(most * sizeof *pairs);
    if (!pairs) return out_of_memory(error);
    size_t count = 0;
    for (uint32_t row = 0; row < geography->streets.count; row++)
        if (b->g->street_group[row] != HS_NONE) pairs[count++] = (group_pair){b->g->street_group[row], row};
    hs_status status = lay_out(b->g, pairs, count, error, &b->g->street_first, &b->g->group_street);
    count = 0;
    for (uint32_t s = 0; s < segments->count; s++) {
        uint32_t group = b->g->street_group[segments->street[s]];
        if (group == HS_NONE) continue;
        pairs[count++] = (group_pair){group, segments->from_node[s]};
        pairs[count++] = (group_pair){group, segments->to_node[s]};
    }
    if (status == HS_OK) status = lay_out(b->g, pairs, count, error, &b->g->node_first, &b->g->group_node);
    free(pairs);
    return status;
}

static hs_status lay_out_addresses(gazetteer_builder *b, hs_error *error) {
    hs_gazetteer *g = b->g;
    g->address_first = hs_arena_array(g->arena, (size_t)g->group_count + 1, sizeof(uint32_t));
    g->address = hs_arena_array(g->arena, (size_t)b->address_count + 1, sizeof *g->address);
    g->group_name = hs_arena_array(g->arena, (size_t)g->group_count + 1, sizeof *g->group_name);
    g->locality_count = hs_dictionary_count(b->localities);
    g->locality = hs_arena_array(g->arena, (size_t)g->locality_count + 1, sizeof *g->locality);
    if (!g->address_first || !g->address || !g->group_name || !g->locality) return out_of_memory(error);
    if (b->parts) memcpy(g->locality, b->parts, g->locality_count * sizeof *g->locality);
    if (b->address_count) {
        qsort(b->address, b->address_count, sizeof *b->address, compare_addresses);
        memcpy(g->address, b->address, b->address_count * sizeof *g->address);
    }
    g->address_count = b->address_count;
    for (uint32_t i = 0; i < b->address_count; i++)
        g->address_first[b->address[i].group + 1]++;
    for (uint32_t group = 0; group < g->group_count; group++)
        g->address_first[group + 1] += g->address_first[group];
    if (b->group_name) memcpy(g->group_name, b->group_name, g->group_count * sizeof *g->group_name);
    return HS_OK;
}

/* The ends of the ranges of a street's two sides. */
static uint32_t put_range_seeds(const hs_gazetteer *g, uint32_t group, uint32_t row, hs_anchor_seed *seeds) {
    const hs_streets *streets = &g->geography->streets;
    uint32_t count = 0;
    for (int side = -1; side <= 1; side += 2) {
        hs_number_range range = hs_street_range(streets, row, side);
        if (!hs_range_known(range)) continue;
        for (int end = 0; end < 2; end++) {
            if (end && range.from == range.to) break;
            int32_t number = end ? range.to : range.from;
            seeds[count++] =
                (hs_anchor_seed){hs_range_position(streets, row, range, number), number, group, HS_NONE, row};
        }
    }
    return count;
}

static hs_status find_anchors(hs_gazetteer *g, hs_error *error) {
    const hs_geography *geography = g->geography;
    uint32_t count = 0, streets = g->street_first[g->group_count];
    hs_anchor_seed *seeds = malloc(((size_t)g->address_count + 4 * (size_t)streets + 1) * sizeof *seeds);
    if (!seeds) return out_of_memory(error);
    for (uint32_t i = 0; i < g->address_count; i++)
        seeds[count++] = (hs_anchor_seed){geography->addresses.position[g->address[i].row],
                                          g->address[i].base, g->address[i].group, i, HS_NONE};
    for (uint32_t group = 0; group < g->group_count; group++)
        for (uint32_t i = g->street_first[group]; i < g->street_first[group + 1]; i++)
            count += put_range_seeds(g, group, g->group_street[i], seeds + count);
    hs_position origin = {(int32_t)lround(geography->center_lon_deg * 1e7),
                          (int32_t)lround(geography->center_lat_deg * 1e7)};
    hs_status status = hs_anchors_build(&g->anchors, seeds, count, g->group_count, origin, error);
    free(seeds);
    return status;
}

static hs_status find_middles(hs_gazetteer *g, hs_error *error) {
    g->middle = hs_arena_array(g->arena, (size_t)g->group_count + 1, sizeof *g->middle);
    if (!g->middle) return out_of_memory(error);
    for (uint32_t group = 0; group < g->group_count; group++)
        g->middle[group] = hs_street_middle_find(g, group);
    return HS_OK;
}

static hs_status build(gazetteer_builder *b, hs_error *error) {
    hs_status status = hs_street_words_new(error, &b->g->words);
    if (status != HS_OK) return status;
    b->g->edits.words = b->g->words;
    b->g->place_edits.words = b->g->words;
    status = hs_pinyin_new(error, &b->g->pinyin);
    if (status != HS_OK) return status;
    status = hs_relation_words_new(b->g->words, error, &b->g->relations);
    if (status != HS_OK) return status;
    add_units_and_places(b);
    status = add_streets(b, error);
    if (status == HS_OK) status = add_addresses(b, error);
    if (status == HS_OK) status = hs_lexicon_build(&b->g->lexicon, error);
    if (status == HS_OK) status = hs_edit_index_build(&b->g->edits, error);
    if (status == HS_OK) status = hs_edit_index_build(&b->g->place_edits, error);
    if (status == HS_OK) status = lay_out_streets(b, error);
    if (status == HS_OK) status = lay_out_addresses(b, error);
    if (status == HS_OK) status = find_anchors(b->g, error);
    if (status == HS_OK) status = find_middles(b->g, error);
    return status;
}

static void builder_done(gazetteer_builder *b) {
    hs_dictionary_free(b->keys);
    hs_dictionary_free(b->localities);
    free(b->parts);
    free(b->group_of_key);
    free(b->group_name);
    free(b->address);
    free(b);
}

hs_status hs_gazetteer_build(const hs_geography *geography, hs_error *error, hs_gazetteer *gazetteer) {
    gazetteer_builder *b = calloc(1, sizeof *b);
    if (!b) return out_of_memory(error);
    hs_gazetteer made = {.geography = geography, .arena = hs_arena_new(SIZE_MAX)};
    b->g = &made;
    b->keys = hs_dictionary_new();
    b->localities = hs_dictionary_new();
    if (made.arena)
        made.street_group =
            hs_arena_array(made.arena, (size_t)geography->streets.count + 1, sizeof(uint32_t));
    b->address = calloc((size_t)geography->addresses.count + 1, sizeof *b->address);
    bool ready = made.arena && b->keys && b->localities && made.street_group && b->address;
    hs_status status = ready ? build(b, error) : out_of_memory(error);
    builder_done(b);
    if (status != HS_OK) {
        hs_gazetteer_done(&made);
        return status;
    }
    *gazetteer = made;
    return HS_OK;
}

void hs_gazetteer_done(hs_gazetteer *gazetteer) {
    hs_relation_words_free(gazetteer->relations);
    hs_street_words_free(gazetteer->words);
    hs_lexicon_done(&gazetteer->lexicon);
    hs_edit_index_done(&gazetteer->edits);
    hs_edit_index_done(&gazetteer->place_edits);
    hs_pinyin_free(gazetteer->pinyin);
    hs_anchors_done(&gazetteer->anchors);
    hs_arena_free(gazetteer->arena);
    memset(gazetteer, 0, sizeof *gazetteer);
}

uint32_t hs_address_bound(const hs_gazetteer *gazetteer, uint32_t group, int32_t number) {
    uint32_t low = gazetteer->address_first[group], high = gazetteer->address_first[group + 1];
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (gazetteer->address[middle].base < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t hs_deepest_unit(const hs_geography *geography, hs_position position) {
    hs_placement placement;
    hs_geography_place(geography, position, &placement);
    for (int level = HS_LEVEL_COUNT - 1; level >= 0; level--)
        if (placement.unit[level] != HS_NONE) return placement.unit[level];
    return HS_NONE;
}

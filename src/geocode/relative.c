/* Relative places: an object that is looked for by itself, and where the place lies by it. */
#include "geo/plane.h"
#include "geocode/parse.h"
#include "geocode/relations.h"
#include "geocode/walk.h"
#include <math.h>

/* A text of relation words alone would be looked through once for each of them: so many objects are sought.
 */
#define DEPTH_MOST 2
/* Of what the object's score is kept. */
#define RELATIVE_FIT 0.95
/* Objects with text behind them that was not understood. */
#define LOOSE_FIT 0.9
#define CORNER_M  15.0
#define SIDE_M    15.0
#define BEHIND_M  20.0
/* The other side of the street is at least and at most this far from its middle. */
#define ACROSS_LEAST_M 10.0
#define ACROSS_MOST_M  40.0
#define STREET_REACH_M 60.0
#define WALK_MOST_M    5000.0

/* Where a place lies by its object. */
typedef struct relation {
    hs_relation kind;
    double bearing_deg, distance_m; /* of HS_RELATION_TOWARD */
    double accuracy_m;              /* at least */
} relation;

typedef struct search {
    const hs_gazetteer *gazetteer;
    const hs_tokens *tokens;
    unsigned depth;
    unsigned *left;     /* how many objects may still be looked for */
    hs_reading reading; /* of the relation */
    hs_candidates *out;
} search;

static const relation relations[] = {
    {HS_RELATION_AT, 0, 0, 20},    {HS_RELATION_OPPOSITE, 0, 0, 40}, {HS_RELATION_BESIDE, 0, 0, 40},
    {HS_RELATION_NEAR, 0, 0, 150}, {HS_RELATION_BEHIND, 0, 0, 50},   {HS_RELATION_ALONG, 0, 0, 0},
};

static hs_position across(const hs_geography *geography, hs_position at) {
    hs_position middle;
    if (!hs_nearest_street(geography, at, STREET_REACH_M, &middle)) return at;
    double off_m = hs_ground_distance_m(at, middle);
    double reach_m = fmin(fmax(off_m, ACROSS_LEAST_M), ACROSS_MOST_M);
    if (off_m < 1) return at;
    double share = 1 + reach_m / off_m;
    return (hs_position){at.lon_e7 + (int32_t)lround(share * ((double)middle.lon_e7 - at.lon_e7)),
                         at.lat_e7 + (int32_t)lround(share * ((double)middle.lat_e7 - at.lat_e7))};
}

static hs_position behind(const hs_geography *geography, hs_position at) {
    hs_position middle;
    if (!hs_nearest_street(geography, at, STREET_REACH_M, &middle)) return at;
    double off_m = hs_ground_distance_m(at, middle);
    if (off_m < 1) return at;
    return (hs_position){at.lon_e7 + (int32_t)lround(BEHIND_M / off_m * ((double)at.lon_e7 - middle.lon_e7)),
                         at.lat_e7 + (int32_t)lround(BEHIND_M / off_m * ((double)at.lat_e7 - middle.lat_e7))};
}

/* Along the object's street when it lies on one that leads there, straight otherwise. */
static hs_position toward(const hs_gazetteer *gazetteer, const hs_candidate *object, const relation *how) {
    hs_position at = object->position;
    bool on_street = object->group != HS_NONE && object->place == HS_NONE;
    if (on_street && hs_walk_street(gazetteer, object->group, how->bearing_deg, how->distance_m, &at))
        return at;
    if (on_street && object->second_group != HS_NONE &&
        hs_walk_street(gazetteer, object->second_group, how->bearing_deg, how->distance_m, &at))
        return at;
    return hs_ground_move(object->position, how->bearing_deg, how->distance_m);
}

static hs_position apply(const hs_gazetteer *gazetteer, const hs_candidate *object, const relation *how) {
    const hs_geography *geography = gazetteer->geography;
    switch (how->kind) {
    case HS_RELATION_OPPOSITE:
        return across(geography, object->position);
    case HS_RELATION_BEHIND:
        return behind(geography, object->position);
    case HS_RELATION_CORNER:
    case HS_RELATION_SIDE:
        return hs_ground_move(object->position, how->bearing_deg, how->distance_m);
    case HS_RELATION_TOWARD:
        return toward(gazetteer, object, how);
    default:
        return object->position;
    }
}

static void add_part(hs_reading *reading, const hs_reading *more) {
    for (int kind = 0; kind < HS_PART_KIND_COUNT; kind++)
        if (more->part[kind].end > more->part[kind].start) reading->part[kind] = more->part[kind];
}

static void add_related(const search *s, const hs_candidate *object, const relation *how, double fit) {
    hs_candidate candidate = *object;
    candidate.position = apply(s->gazetteer, object, how);
    candidate.score *= fit;
    /* What lies at a corner is an intersection still. */
    if (how->kind != HS_RELATION_CORNER && how->kind != HS_RELATION_ALONG)
        candidate.match_type = HS_MATCH_RELATIVE;
    candidate.accuracy_m = fmax(candidate.accuracy_m, how->accuracy_m);
    candidate.unit = HS_NONE;
    candidate.related = true;
    if (how->kind != HS_RELATION_ALONG) candidate.wide = false;
    add_part(&candidate.reading, &s->reading);
    hs_candidates_add(s->out, candidate);
}

/* Tokens [first, end) without what only joins them to the relation. */
static void trim(const search *s, uint32_t *first, uint32_t *end) {
    const hs_relation_words *words = s->gazetteer->relations;
    for (uint32_t e; (e = hs_relation_at(words, HS_RELATION_ON, s->tokens, *first, *end, NULL)) > 0;)
        *first = e;
    while (*first < *end && s->tokens->token[*first].word_class == HS_WORD_FILLER)
        ++*first;
    for (uint32_t start;
         *end > *first &&
         ((start = hs_relation_until(words, HS_RELATION_ON, s->tokens, *end, NULL)) != HS_NONE ||
          (start = hs_relation_until(words, HS_RELATION_HERE, s->tokens, *end, NULL)) != HS_NONE) &&
         start >= *first;)
        *end = start;
}

/* The object in tokens [first, end), each of its candidates moved as the relation says; whether one was good.
 */
static bool match_object(const search *s, uint32_t first, uint32_t end, const relation *how, double fit) {
    trim(s, &first, &end);
    if (first >= end || *s->left == 0) return false;
    --*s->left;
    hs_tokens object;
    hs_candidates found;
    hs_tokens_copy(s->tokens, first, end, &object);
    hs_match(s->gazetteer, &object, s->depth + 1, &found);
    if (found.count == 0) return false;
    double least = how->kind == HS_RELATION_ALONG ? 0.4 : HS_GOOD_SCORE;
    bool street_is_enough = how->kind == HS_RELATION_NEAR || how->kind == HS_RELATION_ALONG;
    if (found.candidate[0].score < least &&
        !(street_is_enough && found.candidate[0].match_type == HS_MATCH_STREET))
        return false;
    for (uint32_t i = 0; i < found.count; i++)
        add_related(s, &found.candidate[i], how, fit);
    return true;
}

/* A length at token `first`: `50 m`, `50m`; where it ends, 0 for none. */
static uint32_t read_length(const search *s, uint32_t first, double *length_m) {
    const hs_token *token = &s->tokens->token[first];
    if (first >= s->tokens->count || token->value == HS_NO_NUMBER) return 0;
    double metres = 0;
    uint32_t end = 0;
    if (token->word_class == HS_WORD_NUMBER) {
        end = hs_relation_at(s->gazetteer->relations, HS_RELATION_LENGTH, s->tokens, first + 1,
                             s->tokens->count, &metres);
    } else {
        hs_tokens unit;
        hs_str text = {s->tokens->text + token->start, token->size};
        while (text.size > 0 && text.data[0] >= '0' && text.data[0] <= '9')
            text = (hs_str){text.data + 1, text.size - 1};
        hs_tokens_read(s->gazetteer->words, text, &unit);
        if (unit.count == 1 &&
            hs_relation_at(s->gazetteer->relations, HS_RELATION_LENGTH, &unit, 0, 1, &metres) == 1)
            end = first + 1;
    }
    *length_m = token->value * metres;
    return end > 0 && *length_m > 0 && *length_m <= WALK_MOST_M ? end : 0;
}

static uint32_t read_bearing(const search *s, uint32_t first, double *bearing_deg) {
    uint32_t end = hs_relation_at(s->gazetteer->relations, HS_RELATION_BEARING, s->tokens, first,
                                  s->tokens->count, bearing_deg);
    uint32_t side = end ? hs_relation_at(s->gazetteer->relations, HS_RELATION_SIDE, s->tokens, end,
                                         s->tokens->count, NULL)
                        : 0;
    return side ? side : end;
}

/* Behind words that only say that a length follows: 往南走约200米, about 50 m. */
static uint32_t skip_roughly(const search *s, uint32_t at) {
    uint32_t end;
    while ((end = hs_relation_at(s->gazetteer->relations, HS_RELATION_ROUGHLY, s->tokens, at,
                                 s->tokens->count, NULL)) > 0)
        at = end;
    return at;
}

static relation displacement(double bearing_deg, double distance_m) {
    return (relation){HS_RELATION_TOWARD, bearing_deg, distance_m, fmax(30, distance_m / 5)};
}

/* X往北50米, X以北50米, X北侧50米. */
static bool match_displaced(search *s) {
    const hs_relation_words *words = s->gazetteer->relations;
    for (uint32_t i = 1; i < s->tokens->count; i++) {
        double bearing_deg, length_m;
        uint32_t at = hs_relation_at(words, HS_RELATION_TOWARD, s->tokens, i, s->tokens->count, NULL);
        uint32_t bearing_end = read_bearing(s, at ? at : i, &bearing_deg);
        uint32_t length_at = bearing_end ? skip_roughly(s, bearing_end) : 0;
        uint32_t end = bearing_end ? read_length(s, length_at, &length_m) : 0;
        if (!end) continue;
        hs_reading_put(&s->reading, HS_PART_RELATION, s->tokens, i, bearing_end);
        hs_reading_put(&s->reading, HS_PART_DISTANCE, s->tokens, length_at, end);
        relation how = displacement(bearing_deg, length_m);
        if (match_object(s, 0, i, &how, RELATIVE_FIT)) return true;
    }
    return false;
}

/* 50 m north of X. */
static bool match_away(search *s) {
    double bearing_deg, length_m;
    uint32_t first = skip_roughly(s, 0), at = read_length(s, first, &length_m),
             end = at ? read_bearing(s, at, &bearing_deg) : 0;
    if (!end || end >= s->tokens->count) return false;
    relation how = displacement(bearing_deg, length_m);
    hs_reading_put(&s->reading, HS_PART_DISTANCE, s->tokens, first, at);
    hs_reading_put(&s->reading, HS_PART_RELATION, s->tokens, at, end);
    return match_object(s, end, s->tokens->count, &how, RELATIVE_FIT);
}

/* The corner of a crossing: 东南角, NE corner of. */
static bool match_corner(search *s) {
    const hs_relation_words *words = s->gazetteer->relations;
    for (uint32_t i = 0; i < s->tokens->count; i++) {
        double bearing_deg;
        uint32_t at =
            hs_relation_at(words, HS_RELATION_BEARING, s->tokens, i, s->tokens->count, &bearing_deg);
        uint32_t end =
            at ? hs_relation_at(words, HS_RELATION_CORNER, s->tokens, at, s->tokens->count, NULL) : 0;
        if (!end) continue;
        relation how = {HS_RELATION_CORNER, bearing_deg, CORNER_M, 20};
        hs_reading_put(&s->reading, HS_PART_CORNER, s->tokens, i, end);
        return i == 0 ? match_object(s, end, s->tokens->count, &how, 1) : match_object(s, 0, i, &how, 1);
    }
    return false;
}

/* X北侧. */
static bool match_side(search *s) {
    const hs_relation_words *words = s->gazetteer->relations;
    uint32_t end = s->tokens->count, first = 0, side, start;
    double bearing_deg;
    trim(s, &first, &end);
    side = hs_relation_until(words, HS_RELATION_SIDE, s->tokens, end, NULL);
    if (side == HS_NONE || side == 0) return false;
    start = hs_relation_until(words, HS_RELATION_BEARING, s->tokens, side, &bearing_deg);
    if (start == HS_NONE || start == 0) return false;
    relation how = {HS_RELATION_SIDE, bearing_deg, SIDE_M, 40};
    hs_reading_put(&s->reading, HS_PART_RELATION, s->tokens, start, end);
    return match_object(s, 0, start, &how, RELATIVE_FIT);
}

/* X对面, with whatever follows. */
static bool match_suffix(search *s) {
    for (uint32_t end = s->tokens->count; end > 1 && *s->left > 0; end--) {
        for (size_t k = 0; k < sizeof relations / sizeof *relations; k++) {
            uint32_t start =
                hs_relation_until(s->gazetteer->relations, relations[k].kind, s->tokens, end, NULL);
            if (start == HS_NONE || start == 0) continue;
            /* Latin words of relations stand before their objects. */
            if (s->tokens->token[start].code == 0 || hs_inside_name(s->gazetteer, s->tokens, start, end))
                continue;
            hs_reading_put(&s->reading, HS_PART_RELATION, s->tokens, start, end);
            if (match_object(s, 0, start, &relations[k],
                             end == s->tokens->count ? RELATIVE_FIT : RELATIVE_FIT * LOOSE_FIT))
                return true;
        }
    }
    return false;
}

/* Behind X. */
static bool match_prefix(search *s) {
    for (size_t k = 0; k < sizeof relations / sizeof *relations; k++) {
        uint32_t end =
            hs_relation_at(s->gazetteer->relations, relations[k].kind, s->tokens, 0, s->tokens->count, NULL);
        if (!end || end >= s->tokens->count || hs_inside_name(s->gazetteer, s->tokens, 0, end)) continue;
        hs_reading_put(&s->reading, HS_PART_RELATION, s->tokens, 0, end);
        if (match_object(s, end, s->tokens->count, &relations[k], RELATIVE_FIT)) return true;
    }
    return false;
}

static bool find_one(const search *s, uint32_t first, uint32_t end, hs_candidate *one) {
    hs_tokens object;
    hs_candidates found;
    trim(s, &first, &end);
    if (first >= end || *s->left == 0) return false;
    --*s->left;
    hs_tokens_copy(s->tokens, first, end, &object);
    hs_match(s->gazetteer, &object, s->depth + 1, &found);
    if (!hs_is_good(&found)) return false;
    *one = found.candidate[0];
    return true;
}

/* Half way between two objects. */
static bool add_between(search *s, const hs_candidate *a, const hs_candidate *b) {
    hs_candidate middle = *a;
    double apart_m = hs_ground_distance_m(a->position, b->position);
    if (apart_m > WALK_MOST_M) return false;
    middle.position = hs_ground_middle(a->position, b->position);
    middle.match_type = HS_MATCH_RELATIVE;
    middle.accuracy_m = fmax(30, apart_m / 2);
    middle.score = RELATIVE_FIT * fmin(a->score, b->score);
    middle.unit = HS_NONE;
    middle.address = HS_NONE;
    middle.related = true;
    add_part(&middle.reading, &s->reading);
    hs_candidates_add(s->out, middle);
    return true;
}

/* X与Y之间, between X and Y. */
static bool match_between(search *s) {
    const hs_relation_words *words = s->gazetteer->relations;
    uint32_t first = 0, end = s->tokens->count;
    uint32_t ahead = hs_relation_at(words, HS_RELATION_BETWEEN, s->tokens, 0, end, NULL);
    uint32_t behind_it = hs_relation_until(words, HS_RELATION_BETWEEN, s->tokens, end, NULL);
    if (ahead)
        first = ahead;
    else if (behind_it != HS_NONE && behind_it > 0)
        end = behind_it;
    else
        return false;
    hs_reading_put(&s->reading, HS_PART_RELATION, s->tokens, ahead ? 0 : end,
                   ahead ? first : s->tokens->count);
    for (uint32_t i = first + 1; i + 1 < end; i++) {
        hs_candidate a, b;
        uint32_t until = hs_relation_at(words, HS_RELATION_UNTIL, s->tokens, i, end, NULL);
        if (!until && s->tokens->token[i].word_class == HS_WORD_CROSSING) until = i + 1;
        if (until && find_one(s, first, i, &a) && find_one(s, until, end, &b) && add_between(s, &a, &b))
            return true;
    }
    return false;
}

bool hs_match_relative(const hs_gazetteer *gazetteer, const hs_tokens *tokens, unsigned depth,
                       hs_candidates *candidates) {
    static bool (*const forms[])(search *) = {match_corner, match_displaced, match_away,  match_between,
                                              match_side,   match_prefix,    match_suffix};
    static const unsigned objects_most[DEPTH_MOST] = {8, 3};
    if (depth >= DEPTH_MOST) return false;
    unsigned left = objects_most[depth];
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        search s = {
            .gazetteer = gazetteer, .tokens = tokens, .depth = depth, .left = &left, .out = candidates};
        if (forms[i](&s)) return true;
    }
    return false;
}

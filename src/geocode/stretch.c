/* Stretches: a street between two others. */
#include "geo/box.h"
#include "geo/plane.h"
#include "geocode/field_evidence.h"
#include "geocode/parse.h"
#include "geocode/relations.h"
#include <math.h>
#include <string.h>

#define NAMES_MOST     3
#define STRETCH_FIT    0.95
#define LONGEST_M      10000.0
#define SNAP_M         500.0
#define LEAST_ACROSS_M 20.0

/* Words that part the names of a stretch: 至, 与, between, from, on, to. */
static uint32_t read_joint(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t first,
                           bool *tells) {
    static const hs_relation kinds[] = {HS_RELATION_BETWEEN, HS_RELATION_UNTIL, HS_RELATION_STRETCH,
                                        HS_RELATION_ON};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        uint32_t end = hs_relation_at(gazetteer->relations, kinds[i], tokens, first, tokens->count, NULL);
        if (!end) continue;
        *tells |= kinds[i] == HS_RELATION_BETWEEN || kinds[i] == HS_RELATION_UNTIL;
        return end;
    }
    if (tokens->token[first].word_class == HS_WORD_CROSSING) return first + 1;
    return 0;
}

static uint32_t segment_end(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t first) {
    bool tells = false;
    uint32_t end = first + 1;
    while (end < tokens->count &&
           !(tokens->token[end].before & (HS_BEFORE_COMMA | HS_BEFORE_CROSS | HS_BEFORE_DASH)) &&
           !read_joint(gazetteer, tokens, end, &tells))
        end++;
    return end;
}

/* The street names of the text in their order; *tells whether words say that it is about a stretch. */
static uint32_t read_names(const hs_gazetteer *gazetteer, const hs_tokens *tokens, hs_street_name *names,
                           bool *tells) {
    uint32_t count = 0, i = 0;
    while (i < tokens->count && count < NAMES_MOST) {
        if (tokens->token[i].before & HS_BEFORE_DASH && count > 0) *tells = true;
        bool latin = tokens->token[i].code == 0;
        uint32_t end = latin ? segment_end(gazetteer, tokens, i) : tokens->count;
        /* Whole Chinese names come before the words that they may hold. */
        if (!latin && hs_name_from(gazetteer, tokens, i, end, true, &names[count])) {
            i = names[count++].end;
            continue;
        }
        uint32_t joint = read_joint(gazetteer, tokens, i, tells);
        if (joint)
            i = joint;
        else if (latin && hs_name_from(gazetteer, tokens, i, end, false, &names[count]))
            i = names[count++].end;
        else
            i++;
    }
    return count;
}

/* Whether words or a dash say that the text may be about a stretch: names are sought only then. */
static bool may_be_stretch(const hs_gazetteer *gazetteer, const hs_tokens *tokens) {
    for (uint32_t i = 0; i < tokens->count; i++) {
        if (hs_relation_at(gazetteer->relations, HS_RELATION_BETWEEN, tokens, i, tokens->count, NULL) ||
            hs_relation_at(gazetteer->relations, HS_RELATION_UNTIL, tokens, i, tokens->count, NULL))
            return true;
        if (i > 0 && tokens->token[i].before & HS_BEFORE_DASH && tokens->token[i].value == HS_NO_NUMBER)
            return true;
    }
    return false;
}

typedef struct ends {
    const hs_gazetteer *gazetteer;
    hs_candidates first, second;
} ends;

static bool cross_both(ends *e, const hs_street_name *along, const hs_street_name *from,
                       const hs_street_name *to) {
    hs_candidates_clear(&e->first);
    hs_candidates_clear(&e->second);
    return hs_match_crossing(e->gazetteer, along->match, along->count, from->match, from->count, &e->first) &&
           hs_match_crossing(e->gazetteer, along->match, along->count, to->match, to->count, &e->second);
}

/* The crossings of one street that lie nearest to each other but apart. */
static double nearest_pair(const ends *e, uint32_t *a, uint32_t *b) {
    double best_m = LONGEST_M;
    for (uint32_t i = 0; i < e->first.count; i++) {
        for (uint32_t k = 0; k < e->second.count; k++) {
            const hs_candidate *x = &e->first.candidate[i], *y = &e->second.candidate[k];
            double apart_m = hs_ground_distance_m(x->position, y->position);
            if (x->group != y->group || apart_m < LEAST_ACROSS_M || apart_m >= best_m) continue;
            best_m = apart_m;
            *a = i;
            *b = k;
        }
    }
    return best_m;
}

static hs_position middle_of(const hs_gazetteer *gazetteer, uint32_t group, hs_position a, hs_position b) {
    double ax, ay, bx, by;
    hs_line_hit hit;
    hs_anchors_plane(&gazetteer->anchors, a, &ax, &ay);
    hs_anchors_plane(&gazetteer->anchors, b, &bx, &by);
    if (!hs_nearest_on_lines(gazetteer, group, (ax + bx) / 2, (ay + by) / 2, SNAP_M, &hit))
        return hs_anchors_position(&gazetteer->anchors, (ax + bx) / 2, (ay + by) / 2);
    return hs_anchors_position(&gazetteer->anchors, hit.x_m, hit.y_m);
}

static bool add_stretch(ends *e, hs_candidates *candidates) {
    uint32_t a = 0, b = 0;
    double apart_m = nearest_pair(e, &a, &b);
    if (apart_m >= LONGEST_M) return false;
    const hs_candidate *x = &e->first.candidate[a], *y = &e->second.candidate[b];
    hs_candidate stretch = *x;
    stretch.match_type = HS_MATCH_RANGE;
    stretch.position = middle_of(e->gazetteer, x->group, x->position, y->position);
    stretch.score = STRETCH_FIT * fmin(x->score, y->score);
    stretch.accuracy_m = fmax(30, apart_m / 2);
    stretch.third_group = y->second_group;
    stretch.wide = true;
    stretch.extent = HS_BOX_EMPTY;
    hs_box_add(&stretch.extent, x->position);
    hs_box_add(&stretch.extent, y->position);
    hs_box_add(&stretch.extent, stretch.position);
    stretch.read = false;
    hs_candidates_add(candidates, stretch);
    return true;
}

bool hs_match_stretch(const hs_gazetteer *gazetteer, const hs_tokens *tokens, hs_candidates *candidates) {
    /* Which of three names is the street along: the first, the last, the middle one. */
    static const uint8_t orders[][3] = {{0, 1, 2}, {2, 0, 1}, {1, 0, 2}};
    hs_street_name names[NAMES_MOST];
    ends e = {.gazetteer = gazetteer};
    bool tells = false;
    if (!may_be_stretch(gazetteer, tokens)) return false;
    if (read_names(gazetteer, tokens, names, &tells) < NAMES_MOST || !tells) return false;
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        const hs_street_name *along = &names[orders[i][0]], *from = &names[orders[i][1]],
                             *to = &names[orders[i][2]];
        if (!cross_both(&e, along, from, to)) continue;
        memset(&candidates->reading, 0, sizeof candidates->reading);
        hs_reading_put(&candidates->reading, HS_PART_STREET, tokens, along->first, along->end);
        hs_reading_put(&candidates->reading, HS_PART_CROSS_STREET, tokens, from->first, from->end);
        hs_reading_put(&candidates->reading, HS_PART_END_STREET, tokens, to->first, to->end);
        if (add_stretch(&e, candidates)) return true;
    }
    return false;
}

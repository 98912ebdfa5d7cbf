/* The gazetteer: a geography's names and numbers, arranged for finding. A group is all that bears one street
 * name: rows of streets, house numbers, junctions. */
#ifndef GEOCODE_GAZETTEER_H
#define GEOCODE_GAZETTEER_H

#include "base/arena.h"
#include "geocode/anchors.h"
#include "geocode/edit_index.h"
#include "geocode/lexicon.h"
#include "geocode/normalise.h"
#include "geocode/romanise.h"
#include <hotspot/geography.h>

/* A house number as read: base number, upper end of a range, and what follows the base. */
typedef struct hs_house_number {
    int32_t base; /* HS_NO_NUMBER: none */
    int32_t high; /* of a range `9600-9699`, else HS_NO_NUMBER */
    uint32_t sub; /* sub-number (`a`, `1` of 12-1; house_number.h), 0 for none */
    bool block;   /* a block or a range */
} hs_house_number;

/* Administrative parts of townships and above that an address names, by hash: 花莲县, 凤林镇. */
#define HS_PARTS_MAX 4
typedef struct hs_parts {
    uint32_t count;
    uint32_t part[HS_PARTS_MAX];
} hs_parts;

typedef struct hs_numbered_address {
    uint32_t group;
    int32_t base;
    uint32_t sub;
    uint32_t row;      /* of the geography's addresses */
    uint32_t unit;     /* deepest unit there */
    uint32_t locality; /* of its text, HS_NONE */
} hs_numbered_address;

typedef struct hs_gazetteer {
    const hs_geography *geography;
    hs_street_words *words;
    struct hs_relation_words *relations;
    hs_arena *arena;
    hs_lexicon lexicon;
    hs_pinyin *pinyin;
    hs_edit_index edits;       /* street names */
    hs_edit_index place_edits; /* names of places; its groups are rows of places */
    uint32_t group_count;
    hs_str *group_name;           /* in the city's spelling */
    uint32_t *street_first;       /* [group_count + 1] into group_street */
    uint32_t *group_street;       /* rows of streets */
    uint32_t *street_group;       /* of a row of streets, HS_NONE without a name */
    uint32_t *address_first;      /* [group_count + 1] into address */
    hs_numbered_address *address; /* by group, base, sub, row */
    uint32_t address_count;
    hs_parts *locality;
    uint32_t locality_count;
    struct hs_street_middle *middle; /* [group_count] */
    uint32_t *node_first;            /* [group_count + 1] into group_node */
    uint32_t *group_node;            /* nodes of the group's segments, ascending */
    hs_anchors anchors;              /* known numbers on the ground */
} hs_gazetteer;

/* The middle of a street, and how far it reaches from there; not `known` for a name without anything. */
typedef struct hs_street_middle {
    hs_position position;
    double reach_m;
    uint32_t street; /* row, HS_NONE */
    bool known;
} hs_street_middle;

hs_status hs_gazetteer_build(const hs_geography *geography, hs_error *error, hs_gazetteer *gazetteer);
void hs_gazetteer_done(hs_gazetteer *gazetteer);

/* The first of the group's addresses whose base number is at least `number`. */
uint32_t hs_address_bound(const hs_gazetteer *gazetteer, uint32_t group, int32_t number);
/* The deepest unit at a position, HS_NONE. */
uint32_t hs_deepest_unit(const hs_geography *geography, hs_position position);

/* Keys of street names: types and directions in one spelling, directions behind. */
typedef struct hs_street_key {
    char text[2 * HS_TOKEN_TEXT_MAX];
    size_t size;
    size_t direction_size;        /* of it the directions at its end */
    bool has_direction, has_type; /* before cutting */
} hs_street_key;

/* How words are written in a key; directions behind the name always as keys write them. */
typedef enum hs_spelling {
    HS_SPELLING_KEY,      /* in the one spelling of keys: ave, 1st */
    HS_SPELLING_RAW,      /* as given: avenu */
    HS_SPELLING_LONG,     /* the type in the longest spelling that is known: 1st avenue */
    HS_SPELLING_FULL,     /* ordinals too: first avenue */
    HS_SPELLING_WRITTEN,  /* as given, in the order that was given: south captol street se */
    HS_SPELLING_IN_ORDER, /* the longest of all but what stands behind: south capitol street se */
    HS_SPELLING_IN_SHORT  /* the same but for the type: south capitol st se */
} hs_spelling;

/* The key of tokens [first, end), cut as told; false when nothing but types and directions remains. */
bool hs_street_key_make(const hs_tokens *tokens, uint32_t first, uint32_t end, uint32_t cut,
                        hs_street_key *key);
/* The same in another spelling, as the index of misspelt names wants it. */
bool hs_street_key_spell(const hs_street_words *words, const hs_tokens *tokens, uint32_t first, uint32_t end,
                         uint32_t cut, hs_spelling spelling, hs_street_key *key);

/* A group that a name may mean, and how well it fits, (0, 1]. */
typedef struct hs_group_match {
    uint32_t group;
    uint32_t edits; /* letters changed */
    double fit;
} hs_group_match;

#define HS_GROUP_MATCHES_MAX 64

/* The groups that the street name in tokens [first, end) may mean, best first; returns how many. `exact`
 * takes the whole key only. */
uint32_t hs_find_groups(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t first, uint32_t end,
                        bool exact, hs_group_match matches[HS_GROUP_MATCHES_MAX]);
/* The groups whose name is one edit away from tokens [first, end), best first. */
uint32_t hs_find_groups_near(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t first,
                             uint32_t end, hs_group_match matches[HS_GROUP_MATCHES_MAX]);

#endif

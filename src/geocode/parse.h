/* The forms that an address may have, each tried by a function of its own that adds the candidates it finds.
 */
#ifndef GEOCODE_PARSE_H
#define GEOCODE_PARSE_H

#include "geocode/house_number.h"
#include "geocode/match.h"
#include "geocode/names.h"

/* A house number counts from this score on; weaker finds leave room for places and streets. */
#define HS_GOOD_SCORE 0.6
/* A street's name behind words that are no administrative part. */
#define HS_UNEXPLAINED_FIT 0.75
/* A misspelt name where the name as it stands is a street's too. */
#define HS_OTHER_NAME_FIT 0.8

bool hs_is_good(const hs_candidates *candidates);
/* Whether a known house was found: nothing else need be tried. */
bool hs_is_known_house(const hs_candidates *candidates);
/* The house number in each of the groups that the name may mean. */
void hs_match_named(const hs_gazetteer *gazetteer, const hs_tokens *tokens, const hs_street_name *name,
                    double fit, hs_number_place place, const hs_place_filter *filter,
                    hs_candidates *candidates);

/* 甘州区南大街23号, 中山路100巷5弄3号. */
void hs_match_chinese(const hs_gazetteer *gazetteer, const hs_tokens *tokens, hs_candidates *candidates);
/* 1312 Decatur St NW, 1700 block of 14th St, Hauptstraße 5. */
void hs_match_western(const hs_gazetteer *gazetteer, const hs_tokens *tokens, hs_candidates *candidates);
/* A and B, A & B, A路与B路; whether one was found. */
bool hs_match_crossings(const hs_gazetteer *gazetteer, const hs_tokens *tokens, hs_candidates *candidates);
/* X对面, behind X, X往北50米, the NE corner of A and B, C between A and B; whether one was found. */
bool hs_match_relative(const hs_gazetteer *gazetteer, const hs_tokens *tokens, unsigned depth,
                       hs_candidates *candidates);
/* The stretch of a street between two others: C路A路至B路段, C from A to B. */
bool hs_match_stretch(const hs_gazetteer *gazetteer, const hs_tokens *tokens, hs_candidates *candidates);
/* Two whole street names side by side: A路B路口. */
void hs_match_adjacent(const hs_gazetteer *gazetteer, const hs_tokens *tokens, hs_candidates *candidates);

#endif

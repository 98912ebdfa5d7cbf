/* The words of relative places (geodata/relation-words.json): opposite, 门口, 往北50米. Immutable once
 * loaded. */
#ifndef GEOCODE_RELATIONS_H
#define GEOCODE_RELATIONS_H

#include "geocode/normalise.h"

typedef enum hs_relation {
    HS_RELATION_AT,       /* 门口, in front of */
    HS_RELATION_OPPOSITE, /* 对面 */
    HS_RELATION_BESIDE,   /* 旁边 */
    HS_RELATION_NEAR,     /* 附近 */
    HS_RELATION_BEHIND,   /* 后面 */
    HS_RELATION_ALONG,    /* 沿线 */
    HS_RELATION_CORNER,   /* 角 */
    HS_RELATION_SIDE,     /* 侧 */
    HS_RELATION_TOWARD,   /* 往 */
    HS_RELATION_BETWEEN,  /* 之间 */
    HS_RELATION_UNTIL,    /* 至 */
    HS_RELATION_STRETCH,  /* 段 */
    HS_RELATION_ON,       /* of, on, 的 */
    HS_RELATION_HERE,     /* 处 */
    HS_RELATION_ROUGHLY,  /* 约, 走: between a bearing and its length, or before a length */
    HS_RELATION_BEARING,  /* value: degrees clockwise from north */
    HS_RELATION_LENGTH,   /* value: metres */
    HS_RELATION_COUNT
} hs_relation;

typedef struct hs_relation_words hs_relation_words;

hs_status hs_relation_words_new(const hs_street_words *words, hs_error *error, hs_relation_words **relations);
void hs_relation_words_free(hs_relation_words *relations);
/* The longest way to say it that starts at token `first` and ends by `end`: where it ends, 0 for none; *value
 * of a bearing or length. value may be NULL. */
uint32_t hs_relation_at(const hs_relation_words *relations, hs_relation kind, const hs_tokens *tokens,
                        uint32_t first, uint32_t end, double *value);
/* The longest way to say it that ends at `end`: where it starts, HS_NONE for none. */
uint32_t hs_relation_until(const hs_relation_words *relations, hs_relation kind, const hs_tokens *tokens,
                           uint32_t end, double *value);

#endif

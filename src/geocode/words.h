/* The words of addresses (geodata/street-words.json): street types, directions, marks of numbers; and
 * traditional characters with their simplified forms, as OpenCC knows them. Immutable once loaded. */
#ifndef GEOCODE_WORDS_H
#define GEOCODE_WORDS_H

#include "base/hash.h"
#include <hotspot/error.h>

typedef enum hs_word_class {
    HS_WORD_PLAIN = 0, /* a name, or part of one */
    HS_WORD_NUMBER,    /* digits only */
    HS_WORD_TYPE,      /* st, ave */
    HS_WORD_DIRECTION, /* n, nw */
    HS_WORD_UNIT,      /* apt: what follows is inside the building */
    HS_WORD_BLOCK,     /* block */
    HS_WORD_FILLER,    /* of, the */
    HS_WORD_CROSSING,  /* and, 与 */
    HS_WORD_HAN,       /* one Chinese character without a meaning of its own */
    /* Chinese characters that mean something about a number or a name. */
    HS_WORD_HOUSE_MARK,
    HS_WORD_SUB_MARK,
    HS_WORD_NUMBER_SUFFIX,
    HS_WORD_FLOOR_MARK,
    HS_WORD_LANE_MARK,
    HS_WORD_ADMINISTRATIVE_END, /* of townships and above: 县 镇 区 */
    HS_WORD_NEIGHBOURHOOD_END,  /* below: 村 里 */
    HS_WORD_NUMERAL,            /* 零 to 九, 十, 百 */
    HS_WORD_HAN_DIRECTION,      /* 东 南 西 北 中 */
    HS_WORD_HAN_TYPE,           /* 路 街 */
    HS_WORD_CLASS_COUNT
} hs_word_class;

#define HS_HAN_FIRST 0x4E00
#define HS_HAN_LAST  0x9FFF
/* Characters with a simplified form: extension A too. */
#define HS_SIMPLIFIED_FIRST 0x3400

typedef struct hs_street_words {
    hs_dictionary *spellings; /* Latin words */
    struct hs_word_meaning {
        uint8_t word_class;
        uint32_t form; /* number in `forms` */
    } * meaning;       /* by number in `spellings` */
    uint32_t meaning_capacity;
    hs_dictionary *forms;
    struct hs_han_word {
        uint32_t code[3], count; /* the characters */
        uint32_t form;           /* the Latin word, in `forms` */
    } han_type[16], han_direction[8];
    uint32_t han_types, han_directions;
    struct hs_word_ending {
        uint32_t spelling, form; /* in `forms`: words that end so are written in full by keys */
    } ending[8];
    uint32_t endings;
    uint32_t *longest; /* spelling, by number in `forms`; HS_NONE */
    uint32_t form_capacity;
    uint32_t simplified[HS_HAN_LAST - HS_SIMPLIFIED_FIRST + 1]; /* 0: itself */
    uint8_t han_class[HS_HAN_LAST - HS_HAN_FIRST + 1];          /* 0: HS_WORD_HAN */
    uint8_t numbered[HS_HAN_LAST - HS_HAN_FIRST + 1]; /* 1: numerals before it are a number (号 巷 段) */
} hs_street_words;

hs_status hs_street_words_new(hs_error *error, hs_street_words **words);
void hs_street_words_free(hs_street_words *words);
/* The class of a folded Latin word; *form is the spelling that keys use. */
hs_word_class hs_street_words_find(const hs_street_words *words, hs_str word, hs_str *form);
/* The full ending of a word that ends with a short one, Bahnhofstr for Bahnhofstrasse: how many bytes of its
 * end it replaces, 0 for none. */
size_t hs_street_words_ending(const hs_street_words *words, hs_str word, hs_str *form);
/* The longest spelling of a form, `avenue` for `ave`; the form itself when it has no other. */
hs_str hs_street_words_long(const hs_street_words *words, hs_str form);
/* The simplified form of a character, and its class. */
uint32_t hs_street_words_han(const hs_street_words *words, uint32_t code, hs_word_class *word_class);
bool hs_is_han(uint32_t code);
/* Whether numerals before the character are a number: 二十三号, 一段. */
bool hs_is_numbered(const hs_street_words *words, uint32_t code);

struct hs_tokens;
/* Where the type of a Chinese street's name in tokens [first, end) begins (大街, 路), and the Latin word for
 * it; `end` when it has none. */
uint32_t hs_street_words_han_type(const hs_street_words *words, const struct hs_tokens *tokens,
                                  uint32_t first, uint32_t end, hs_str *word);
/* The Latin word for a direction, `s` for 南; empty for other characters. */
hs_str hs_street_words_han_direction(const hs_street_words *words, uint32_t code);

#endif

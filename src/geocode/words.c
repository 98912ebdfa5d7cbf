#include "geocode/words.h"

#include "base/asset.h"
#include "base/json.h"
#include "base/text.h"
#include "geocode/normalise.h"
#include <stdlib.h>
#include <string.h>

#define ASSET      "geodata/street-words.json"
#define SIMPLIFIED "geodata/simplified.tsv"

static hs_status out_of_memory(hs_error *error) {
    return hs_error_set(error, HS_E_MEMORY, "out of memory for the words of addresses");
}

bool hs_is_han(uint32_t code) {
    return (code >= HS_HAN_FIRST && code <= HS_HAN_LAST) || (code >= 0x3400 && code <= 0x4DBF) ||
           code == 0x3007 || (code >= 0x20000 && code <= 0x3FFFF);
}

static bool remember_longest(hs_street_words *words, uint32_t form, uint32_t spelling) {
    if (form >= words->form_capacity) {
        uint32_t capacity = 2 * form + 64;
        uint32_t *grown = realloc(words->longest, capacity * sizeof *grown);
        if (!grown) return false;
        for (uint32_t i = words->form_capacity; i < capacity; i++)
            grown[i] = HS_NONE;
        words->longest = grown;
        words->form_capacity = capacity;
    }
    uint32_t known = words->longest[form];
    if (known == HS_NONE || hs_dictionary_text(words->spellings, spelling).size >
                                hs_dictionary_text(words->spellings, known).size)
        words->longest[form] = spelling;
    return true;
}

static bool add_spelling(hs_street_words *words, hs_str spelling, hs_str form, hs_word_class word_class) {
    uint32_t number = hs_dictionary_put(words->spellings, spelling);
    uint32_t form_number = hs_dictionary_put(words->forms, form);
    if (number == HS_NONE || form_number == HS_NONE) return false;
    if (number >= words->meaning_capacity) {
        uint32_t capacity = 2 * number + 64;
        void *grown = realloc(words->meaning, capacity * sizeof *words->meaning);
        if (!grown) return false;
        words->meaning = grown;
        words->meaning_capacity = capacity;
    }
    words->meaning[number].word_class = (uint8_t)word_class;
    words->meaning[number].form = form_number;
    return remember_longest(words, form_number, number);
}

static bool in_han_table(uint32_t code) {
    return code >= HS_HAN_FIRST && code <= HS_HAN_LAST;
}

/* A Latin word, or a single Chinese character. */
static bool add_word(hs_street_words *words, hs_str word, hs_word_class word_class) {
    hs_str rest = word;
    uint32_t code = hs_utf8_next(&rest);
    if (in_han_table(code)) {
        words->han_class[code - HS_HAN_FIRST] = (uint8_t)word_class;
        return rest.size == 0;
    }
    return add_spelling(words, word, word, word_class);
}

/* An object of form: [spellings]. */
static bool read_forms(hs_street_words *words, const json_t *root, const char *key,
                       hs_word_class word_class) {
    json_t *object = json_object_get(root, key);
    const char *form;
    json_t *spellings;
    if (!json_is_object(object)) return false;
    json_object_foreach(object, form, spellings) {
        if (!add_spelling(words, hs_str_of(form), hs_str_of(form), word_class)) return false;
        size_t i;
        json_t *spelling;
        json_array_foreach(spellings, i, spelling) {
            if (!json_is_string(spelling) ||
                !add_spelling(words, hs_str_of(json_string_value(spelling)), hs_str_of(form), word_class))
                return false;
        }
    }
    return true;
}

static bool read_list(hs_street_words *words, const json_t *root, const char *key, hs_word_class word_class) {
    json_t *list = json_object_get(root, key), *word;
    size_t i;
    if (!json_is_array(list)) return false;
    json_array_foreach(list, i, word) {
        if (!json_is_string(word) || !add_word(words, hs_str_of(json_string_value(word)), word_class))
            return false;
    }
    return true;
}

/* A string of characters that share a class. */
static bool read_characters(hs_street_words *words, const json_t *root, const char *key,
                            hs_word_class word_class) {
    hs_str text = hs_json_get_str(root, key);
    if (text.size == 0) return false;
    while (text.size > 0) {
        uint32_t code = hs_utf8_next(&text);
        if (!in_han_table(code)) return false;
        words->han_class[code - HS_HAN_FIRST] = (uint8_t)word_class;
    }
    return true;
}

static bool read_numbered(hs_street_words *words, const json_t *root) {
    hs_str text = hs_json_get_str(root, "numbered");
    if (text.size == 0) return false;
    while (text.size > 0) {
        uint32_t code = hs_utf8_next(&text);
        if (!in_han_table(code)) return false;
        words->numbered[code - HS_HAN_FIRST] = 1;
    }
    return true;
}

bool hs_is_numbered(const hs_street_words *words, uint32_t code) {
    return in_han_table(code) && words->numbered[code - HS_HAN_FIRST];
}

static bool has_simplified(uint32_t code) {
    return code >= HS_SIMPLIFIED_FIRST && code <= HS_HAN_LAST;
}

/* Lines of a traditional character, a tab and its simplified form. */
static hs_status read_simplified(hs_street_words *words, hs_error *error) {
    hs_str text;
    if (!hs_asset_find(SIMPLIFIED, &text))
        return hs_error_set(error, HS_E_INTERNAL, SIMPLIFIED " is not built in");
    while (text.size > 0) {
        hs_str line = hs_str_cut(&text, '\n');
        uint32_t from = hs_utf8_next(&line);
        if (!has_simplified(from) || hs_utf8_next(&line) != '\t' || line.size == 0)
            return hs_error_set(error, HS_E_INPUT, SIMPLIFIED ": a line is not as it should be");
        words->simplified[from - HS_SIMPLIFIED_FIRST] = hs_utf8_next(&line);
    }
    return HS_OK;
}

/* An object of Chinese word: Latin word. */
static bool read_han_words(hs_street_words *words, const json_t *root, const char *key,
                           struct hs_han_word *out, uint32_t most, uint32_t *count) {
    json_t *object = json_object_get(root, key), *latin;
    const char *han;
    if (!json_is_object(object)) return false;
    json_object_foreach(object, han, latin) {
        hs_str text = hs_str_of(han);
        if (*count == most || !json_is_string(latin)) return false;
        struct hs_han_word *word = &out[(*count)++];
        while (text.size > 0) {
            if (word->count == sizeof word->code / sizeof *word->code) return false;
            word->code[word->count++] = hs_utf8_next(&text);
        }
        word->form = hs_dictionary_put(words->forms, hs_str_of(json_string_value(latin)));
        if (word->form == HS_NONE || word->count == 0) return false;
    }
    return true;
}

static bool read_endings(hs_street_words *words, const json_t *root) {
    json_t *object = json_object_get(root, "endings"), *form;
    const char *spelling;
    if (!json_is_object(object)) return false;
    json_object_foreach(object, spelling, form) {
        if (words->endings == sizeof words->ending / sizeof *words->ending || !json_is_string(form))
            return false;
        struct hs_word_ending *ending = &words->ending[words->endings++];
        ending->spelling = hs_dictionary_put(words->forms, hs_str_of(spelling));
        ending->form = hs_dictionary_put(words->forms, hs_str_of(json_string_value(form)));
        if (ending->spelling == HS_NONE || ending->form == HS_NONE) return false;
    }
    return true;
}

size_t hs_street_words_ending(const hs_street_words *words, hs_str word, hs_str *form) {
    for (uint32_t i = 0; i < words->endings; i++) {
        hs_str end = hs_dictionary_text(words->forms, words->ending[i].spelling);
        /* What stands before is a name of some letters. */
        if (word.size < end.size + 3 || memcmp(word.data + word.size - end.size, end.data, end.size) != 0)
            continue;
        *form = hs_dictionary_text(words->forms, words->ending[i].form);
        return end.size;
    }
    return 0;
}

static const char *read_all(hs_street_words *words, const json_t *root) {
    if (!read_forms(words, root, "types", HS_WORD_TYPE)) return "types";
    if (!read_forms(words, root, "directions", HS_WORD_DIRECTION)) return "directions";
    if (!read_forms(words, root, "ordinals", HS_WORD_PLAIN)) return "ordinals";
    if (!read_list(words, root, "units", HS_WORD_UNIT)) return "units";
    if (!read_list(words, root, "blocks", HS_WORD_BLOCK)) return "blocks";
    if (!read_list(words, root, "fillers", HS_WORD_FILLER)) return "fillers";
    if (!read_list(words, root, "crossings", HS_WORD_CROSSING)) return "crossings";
    if (!read_characters(words, root, "numerals", HS_WORD_NUMERAL)) return "numerals";
    if (!read_characters(words, root, "house_marks", HS_WORD_HOUSE_MARK)) return "house_marks";
    if (!read_characters(words, root, "sub_marks", HS_WORD_SUB_MARK)) return "sub_marks";
    if (!read_characters(words, root, "number_suffixes", HS_WORD_NUMBER_SUFFIX)) return "number_suffixes";
    if (!read_characters(words, root, "floor_marks", HS_WORD_FLOOR_MARK)) return "floor_marks";
    if (!read_characters(words, root, "lane_marks", HS_WORD_LANE_MARK)) return "lane_marks";
    if (!read_characters(words, root, "administrative_ends", HS_WORD_ADMINISTRATIVE_END))
        return "administrative_ends";
    if (!read_characters(words, root, "neighbourhood_ends", HS_WORD_NEIGHBOURHOOD_END))
        return "neighbourhood_ends";
    if (!read_characters(words, root, "han_directions", HS_WORD_HAN_DIRECTION)) return "han_directions";
    if (!read_characters(words, root, "han_types", HS_WORD_HAN_TYPE)) return "han_types";
    if (!read_endings(words, root)) return "endings";
    if (!read_numbered(words, root)) return "numbered";
    if (!read_han_words(words, root, "han_type_words", words->han_type,
                        sizeof words->han_type / sizeof *words->han_type, &words->han_types))
        return "han_type_words";
    if (!read_han_words(words, root, "han_direction_words", words->han_direction,
                        sizeof words->han_direction / sizeof *words->han_direction, &words->han_directions))
        return "han_direction_words";
    return NULL;
}

hs_status hs_street_words_new(hs_error *error, hs_street_words **words) {
    hs_str text;
    json_t *root = NULL;
    if (!hs_asset_find(ASSET, &text)) return hs_error_set(error, HS_E_INTERNAL, ASSET " is not built in");
    hs_status status = hs_json_parse(text, error, &root);
    if (status != HS_OK) return hs_error_prefix(error, status, ASSET);
    hs_street_words *made = calloc(1, sizeof *made);
    if (made) {
        made->spellings = hs_dictionary_new();
        made->forms = hs_dictionary_new();
    }
    if (!made || !made->spellings || !made->forms) {
        status = out_of_memory(error);
    } else {
        const char *wrong = read_all(made, root);
        if (wrong)
            status = hs_error_set(error, HS_E_INPUT, ASSET ": '%s' is missing or not as it should be", wrong);
    }
    json_decref(root);
    if (status == HS_OK) status = read_simplified(made, error);
    if (status != HS_OK) {
        hs_street_words_free(made);
        return status;
    }
    *words = made;
    return HS_OK;
}

void hs_street_words_free(hs_street_words *words) {
    if (!words) return;
    hs_dictionary_free(words->spellings);
    hs_dictionary_free(words->forms);
    free(words->meaning);
    free(words->longest);
    free(words);
}

hs_word_class hs_street_words_find(const hs_street_words *words, hs_str word, hs_str *form) {
    uint32_t number = hs_dictionary_find(words->spellings, word);
    if (number == HS_NONE) {
        *form = word;
        return HS_WORD_PLAIN;
    }
    *form = hs_dictionary_text(words->forms, words->meaning[number].form);
    return (hs_word_class)words->meaning[number].word_class;
}

hs_str hs_street_words_long(const hs_street_words *words, hs_str form) {
    uint32_t number = hs_dictionary_find(words->forms, form);
    if (number == HS_NONE || number >= words->form_capacity || words->longest[number] == HS_NONE) return form;
    return hs_dictionary_text(words->spellings, words->longest[number]);
}

uint32_t hs_street_words_han(const hs_street_words *words, uint32_t code, hs_word_class *word_class) {
    *word_class = HS_WORD_HAN;
    if (code == 0x3007) {
        *word_class = HS_WORD_NUMERAL;
        return 0x96F6; /* 零 */
    }
    if (has_simplified(code) && words->simplified[code - HS_SIMPLIFIED_FIRST])
        code = words->simplified[code - HS_SIMPLIFIED_FIRST];
    if (!in_han_table(code)) return code;
    uint8_t known = words->han_class[code - HS_HAN_FIRST];
    if (known) *word_class = (hs_word_class)known;
    return code;
}

uint32_t hs_street_words_han_type(const hs_street_words *words, const hs_tokens *tokens, uint32_t first,
                                  uint32_t end, hs_str *word) {
    uint32_t longest = 0;
    for (uint32_t i = 0; i < words->han_types; i++) {
        const struct hs_han_word *type = &words->han_type[i];
        if (type->count <= longest || type->count >= end - first) continue;
        bool same = true;
        for (uint32_t k = 0; k < type->count && same; k++)
            same = tokens->token[end - type->count + k].code == type->code[k];
        if (!same) continue;
        longest = type->count;
        *word = hs_dictionary_text(words->forms, type->form);
    }
    return end - longest;
}

hs_str hs_street_words_han_direction(const hs_street_words *words, uint32_t code) {
    for (uint32_t i = 0; i < words->han_directions; i++)
        if (words->han_direction[i].count == 1 && words->han_direction[i].code[0] == code)
            return hs_dictionary_text(words->forms, words->han_direction[i].form);
    return (hs_str){0};
}

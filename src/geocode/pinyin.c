#include "geocode/pinyin.h"

#include "base/asset.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

#define FIRST_READINGS "geodata/pinyin.tsv"
#define POLYPHONES     "geodata/polyphones.json"

enum { CODE_FIRST = 0x3400, CODE_LAST = 0x9FFF, CODE_COUNT = CODE_LAST - CODE_FIRST + 1, MOST_LISTS = 1024 };

/* Syllables by number + 1, 0 ends the list. */
typedef struct reading_list {
    uint16_t syllable[HS_READINGS_MAX];
} reading_list;

struct hs_pinyin {
    hs_dictionary *syllables;
    /* Number of a list of `several` from MOST_SYLLABLES on, a syllable + 1 below, 0: none. */
    uint16_t reading[CODE_COUNT];
    reading_list several[MOST_LISTS];
    uint32_t several_count;
};

enum { MOST_SYLLABLES = 4096 };

static bool is_reading(hs_str text) {
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] < 'a' || text.data[i] > 'z') return false;
    return text.size > 0 && text.size <= HS_READING_LETTER_MAX;
}

/* Number + 1 of a syllable; 0 when it is none or there is no room. */
static uint16_t put_syllable(hs_pinyin *pinyin, hs_str text) {
    if (!is_reading(text)) return 0;
    uint32_t number = hs_dictionary_put(pinyin->syllables, text);
    return number < MOST_SYLLABLES - 1 ? (uint16_t)(number + 1) : 0;
}

static bool add_reading(reading_list *list, uint16_t syllable) {
    for (size_t i = 0; i < HS_READINGS_MAX; i++) {
        if (list->syllable[i] == syllable) return true;
        if (list->syllable[i] == 0) {
            list->syllable[i] = syllable;
            return true;
        }
    }
    return false;
}

/* The reading, and with u what has v. */
static bool add_spellings(hs_pinyin *pinyin, reading_list *list, hs_str text) {
    uint16_t syllable = put_syllable(pinyin, text);
    if (syllable == 0 || !add_reading(list, syllable)) return false;
    char *v = memchr(text.data, 'v', text.size);
    if (!v) return true;
    char plain[HS_READING_LETTER_MAX];
    memcpy(plain, text.data, text.size);
    plain[v - text.data] = 'u';
    syllable = put_syllable(pinyin, (hs_str){plain, text.size});
    return syllable != 0 && add_reading(list, syllable);
}

static bool set_readings(hs_pinyin *pinyin, uint32_t code, const reading_list *list) {
    uint16_t *reading = &pinyin->reading[code - CODE_FIRST];
    if (list->syllable[1] == 0) {
        *reading = list->syllable[0];
        return true;
    }
    for (uint32_t i = 0; i < pinyin->several_count; i++) {
        if (memcmp(&pinyin->several[i], list, sizeof *list) == 0) {
            *reading = (uint16_t)(MOST_SYLLABLES + i);
            return true;
        }
    }
    if (pinyin->several_count == MOST_LISTS) return false;
    *reading = (uint16_t)(MOST_SYLLABLES + pinyin->several_count);
    pinyin->several[pinyin->several_count++] = *list;
    return true;
}

static bool in_table(uint32_t code) {
    return code >= CODE_FIRST && code <= CODE_LAST;
}

/* Lines of a character, a tab and its reading. */
static hs_status read_first(hs_pinyin *pinyin, hs_error *error) {
    hs_str text;
    if (!hs_asset_find(FIRST_READINGS, &text))
        return hs_error_set(error, HS_E_INTERNAL, FIRST_READINGS " is not built in");
    while (text.size > 0) {
        hs_str line = hs_str_cut(&text, '\n');
        uint32_t code = hs_utf8_next(&line);
        reading_list list = {0};
        if (!in_table(code) || hs_utf8_next(&line) != '\t' || !add_spellings(pinyin, &list, line) ||
            !set_readings(pinyin, code, &list))
            return hs_error_set(error, HS_E_INPUT, FIRST_READINGS ": a line is not as it should be");
    }
    return HS_OK;
}

static bool read_polyphone(hs_pinyin *pinyin, hs_str character, const json_t *readings) {
    uint32_t code = hs_utf8_next(&character);
    if (!in_table(code) || character.size > 0 || json_array_size(readings) == 0) return false;
    reading_list list = {0};
    for (size_t i = 0; i < json_array_size(readings); i++)
        if (!add_spellings(pinyin, &list, hs_str_of(json_string_value(json_array_get(readings, i)))))
            return false;
    return set_readings(pinyin, code, &list);
}

static hs_status read_polyphones(hs_pinyin *pinyin, hs_error *error) {
    hs_str text;
    json_t *root = NULL, *readings;
    if (!hs_asset_find(POLYPHONES, &text))
        return hs_error_set(error, HS_E_INTERNAL, POLYPHONES " is not built in");
    hs_status status = hs_json_parse(text, error, &root);
    if (status != HS_OK) return hs_error_prefix(error, status, POLYPHONES);
    const char *character;
    json_object_foreach(json_object_get(root, "readings"), character, readings) {
        if (status == HS_OK && !read_polyphone(pinyin, hs_str_of(character), readings))
            status = hs_error_set(error, HS_E_INPUT, POLYPHONES ": %s is not as it should be", character);
    }
    json_decref(root);
    return status;
}

/* Polyphones are listed as they are written today; their traditional forms are read alike. */
static hs_status read_traditional(hs_pinyin *pinyin, hs_error *error) {
    hs_str text;
    if (!hs_asset_find("geodata/simplified.tsv", &text))
        return hs_error_set(error, HS_E_INTERNAL, "geodata/simplified.tsv is not built in");
    while (text.size > 0) {
        hs_str line = hs_str_cut(&text, '\n');
        uint32_t from = hs_utf8_next(&line);
        (void)hs_utf8_next(&line);
        uint32_t to = hs_utf8_next(&line);
        if (!in_table(from) || !in_table(to)) continue;
        uint16_t reading = pinyin->reading[to - CODE_FIRST];
        if (reading >= MOST_SYLLABLES || pinyin->reading[from - CODE_FIRST] == 0)
            pinyin->reading[from - CODE_FIRST] = reading;
    }
    return HS_OK;
}

hs_status hs_pinyin_new(hs_error *error, hs_pinyin **pinyin) {
    hs_pinyin *made = calloc(1, sizeof *made);
    if (!made) return hs_error_memory(error, "pinyin");
    made->syllables = hs_dictionary_new();
    hs_status status = made->syllables ? HS_OK : hs_error_memory(error, "pinyin");
    if (status == HS_OK) status = read_first(made, error);
    if (status == HS_OK) status = read_polyphones(made, error);
    if (status == HS_OK) status = read_traditional(made, error);
    if (status != HS_OK) {
        hs_pinyin_free(made);
        return status;
    }
    *pinyin = made;
    return HS_OK;
}

void hs_pinyin_free(hs_pinyin *pinyin) {
    if (!pinyin) return;
    hs_dictionary_free(pinyin->syllables);
    free(pinyin);
}

static const char *syllable_text(const hs_pinyin *pinyin, uint16_t syllable) {
    return hs_dictionary_text(pinyin->syllables, syllable - 1u).data;
}

size_t hs_pinyin_readings(const hs_pinyin *pinyin, uint32_t code, const char *readings[], size_t most) {
    if (!in_table(code)) return 0;
    uint16_t reading = pinyin->reading[code - CODE_FIRST];
    if (reading == 0 || most == 0) return 0;
    if (reading < MOST_SYLLABLES) {
        readings[0] = syllable_text(pinyin, reading);
        return 1;
    }
    const reading_list *list = &pinyin->several[reading - MOST_SYLLABLES];
    size_t count = 0;
    while (count < most && count < HS_READINGS_MAX && list->syllable[count]) {
        readings[count] = syllable_text(pinyin, list->syllable[count]);
        count++;
    }
    return count;
}

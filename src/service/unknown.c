#include "service/unknown.h"

#include "base/hash.h"
#include "base/text.h"
#include <stdlib.h>

enum { LONGEST_SHOWN = 60 };

typedef struct tally {
    uint64_t rows, first_row;
    uint32_t number; /* of the text */
} tally;

struct hs_unknown {
    hs_dictionary *texts;
    tally *tallies; /* by number of the text */
    uint32_t capacity;
    uint64_t rows;
};

hs_unknown *hs_unknown_new(void) {
    hs_unknown *made = calloc(1, sizeof *made);
    if (made) made->texts = hs_dictionary_new();
    if (made && made->texts) return made;
    free(made);
    return NULL;
}

void hs_unknown_free(hs_unknown *unknown) {
    if (!unknown) return;
    hs_dictionary_free(unknown->texts);
    free(unknown->tallies);
    free(unknown);
}

bool hs_unknown_put(hs_unknown *unknown, hs_str text, uint64_t row) {
    uint32_t known = hs_dictionary_count(unknown->texts);
    if (known == unknown->capacity) {
        uint32_t capacity = unknown->capacity ? 2 * unknown->capacity : 64;
        tally *grown = realloc(unknown->tallies, capacity * sizeof *grown);
        if (!grown) return false;
        unknown->tallies = grown;
        unknown->capacity = capacity;
    }
    uint32_t number = hs_dictionary_put(unknown->texts, text);
    if (number == HS_NONE) return false;
    if (number == known) unknown->tallies[number] = (tally){.first_row = row, .number = number};
    unknown->tallies[number].rows++;
    unknown->rows++;
    return true;
}

uint32_t hs_unknown_texts(const hs_unknown *unknown) {
    return hs_dictionary_count(unknown->texts);
}

uint64_t hs_unknown_rows(const hs_unknown *unknown) {
    return unknown->rows;
}

static int most_first(const void *a, const void *b) {
    const tally *one = a, *two = b;
    if (one->rows != two->rows) return one->rows > two->rows ? -1 : 1;
    return one->number < two->number ? -1 : one->number > two->number;
}

void hs_unknown_write(const hs_unknown *unknown, uint32_t most, bool chinese, hs_buffer *out) {
    uint32_t count = hs_unknown_texts(unknown);
    tally *sorted = malloc(((size_t)count + 1) * sizeof *sorted);
    if (!sorted) return;
    for (uint32_t i = 0; i < count; i++)
        sorted[i] = unknown->tallies[i];
    qsort(sorted, count, sizeof *sorted, most_first);
    for (uint32_t i = 0; i < count && i < most; i++) {
        hs_str text = hs_dictionary_text(unknown->texts, sorted[i].number);
        if (i > 0) hs_buffer_text(out, hs_in_language(chinese, ", ", "，"));
        hs_buffer_printf(
            out, hs_in_language(chinese, "%.*s %llu (from row %llu)", "%.*s %llu 行（首见第 %llu 行）"),
            (int)hs_utf8_cut(text, LONGEST_SHOWN), text.data, (unsigned long long)sorted[i].rows,
            (unsigned long long)sorted[i].first_row);
    }
    if (count > most)
        hs_buffer_printf(out, hs_in_language(chinese, " and %u others", "，另有 %u 个"),
                         (unsigned)(count - most));
    free(sorted);
}

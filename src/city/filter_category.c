#include "base/hash.h"
#include "base/text.h"
#include "city/filter_private.h"

#include <string.h>

enum { ITEMS_MOST = 1024, COMMAS_IN_NAME = 4 };

typedef struct matching {
    const hs_filter_parsing *p;
    uint64_t *bits;   /* over incidents->category_code */
    uint8_t *covered; /* over the taxonomy's rows */
    uint64_t hash;    /* of own texts; adds up, so that their order does not matter */
    hs_str *problem;  /* what was named, each once */
    uint32_t problem_count;
} matching;

static void set_bit(uint64_t *bits, uint32_t i) {
    bits[i / 64] |= UINT64_C(1) << (i % 64);
}

/* Row of the taxonomy that an item names; ids come after codes and names. */
static uint32_t find_row(const hs_taxonomy *taxonomy, hs_str item) {
    uint32_t row = hs_taxonomy_find(taxonomy, item);
    int64_t id;
    if (row != HS_NONE || !hs_str_to_int(item, &id)) return row;
    for (row = 0; row < taxonomy->count; row++)
        if (taxonomy->category[row].id == id) return row;
    return HS_NONE;
}

static void add_problem(matching *m, hs_str code) {
    for (uint32_t i = 0; i < m->problem_count; i++)
        if (hs_str_equal(m->problem[i], code)) return;
    m->problem[m->problem_count++] = code;
}

/* Takes an item as a class of the taxonomy or as a text that incidents carry; false when it is neither. */
static bool match_item(matching *m, hs_str item) {
    const hs_incidents *incidents = m->p->snapshot->incidents;
    const hs_taxonomy *taxonomy = m->p->snapshot->taxonomy;
    uint32_t row = find_row(taxonomy, item);
    bool known = row != HS_NONE;
    if (known) {
        add_problem(m, taxonomy->category[row].code);
        for (uint32_t i = 0; i < taxonomy->count; i++)
            m->covered[i] |= hs_taxonomy_covers(taxonomy, row, taxonomy->category[i].code);
    }
    for (uint32_t i = 0; i < incidents->category_count; i++) {
        if (!hs_str_equal_nocase(incidents->category_code[i], item)) continue;
        if (!known) add_problem(m, incidents->category_code[i]);
        known = true;
        if (m->bits[i / 64] >> (i % 64) & 1) continue;
        set_bit(m->bits, i);
        if (hs_taxonomy_find(taxonomy, incidents->category_code[i]) == HS_NONE)
            m->hash += hs_hash_str(incidents->category_code[i], 1);
    }
    return known;
}

/* End of the item that begins at `rest` and holds `commas` commas. */
static size_t item_end(hs_str rest, int commas) {
    size_t at = 0;
    for (; at < rest.size; at++)
        if (rest.data[at] == ',' && commas-- == 0) break;
    return at;
}

/* Names may hold commas: the longest stretch that names something is taken. */
static bool match_next(matching *m, hs_str *rest, hs_str *failed) {
    for (int commas = COMMAS_IN_NAME; commas >= 0; commas--) {
        size_t end = item_end(*rest, commas);
        if (commas > 0 && end == item_end(*rest, commas - 1)) continue; /* there are not so many */
        hs_str item = hs_str_trim((hs_str){rest->data, end});
        bool blank = item.size == 0;
        if (!blank && !match_item(m, item)) {
            *failed = item;
            continue;
        }
        size_t next = end < rest->size ? end + 1 : end;
        *rest = (hs_str){rest->data + next, rest->size - next};
        return true;
    }
    return false;
}

/* A few codes that would have been understood. */
static void examples(const hs_snapshot *snapshot, char *text, size_t size) {
    size_t used = 0;
    text[0] = '\0';
    const hs_incidents *incidents = snapshot->incidents;
    for (uint32_t i = 0, shown = 0; i < incidents->category_count && shown < 4; i++) {
        hs_str code = incidents->category_code[i];
        if (code.size == 0 || code.size > 40 || used + code.size + 3 > size) continue;
        if (shown++ > 0) {
            text[used++] = ',';
            text[used++] = ' ';
        }
        memcpy(text + used, code.data, code.size);
        used += code.size;
        text[used] = '\0';
    }
}

static hs_status unknown(const hs_filter_parsing *p, hs_str item) {
    char known[192];
    examples(p->snapshot, known, sizeof known);
    return hs_error_set(p->error, HS_E_ARGUMENT,
                        "category '%.*s' is unknown here: codes, ids or names of the city's problem classes "
                        "and groups are taken, comma separated%s%s",
                        HS_SHOWN(item), known[0] ? "; incidents have for example " : "", known);
}

hs_status hs_filter_parse_category(const hs_filter_parsing *p, hs_str value, uint64_t *hash) {
    const hs_incidents *incidents = p->snapshot->incidents;
    const hs_taxonomy *taxonomy = p->snapshot->taxonomy;
    matching m = {.p = p,
                  .bits = hs_arena_array(p->arena, (size_t)incidents->category_count / 64 + 1, 8),
                  .covered = hs_arena_array(p->arena, (size_t)taxonomy->count + 1, 1),
                  .problem = hs_arena_array(p->arena, (size_t)ITEMS_MOST, sizeof *m.problem)};
    if (!m.bits || !m.covered || !m.problem) return hs_filter_no_memory(p->error);
    int items = 0;
    while (value.size > 0) {
        hs_str failed = {0};
        if (++items > ITEMS_MOST)
            return hs_error_set(p->error, HS_E_ARGUMENT, "more than %d categories", ITEMS_MOST);
        if (!match_next(&m, &value, &failed)) return unknown(p, failed);
    }
    for (uint32_t i = 0; i < incidents->category_count; i++) {
        uint32_t row = hs_taxonomy_find(taxonomy, incidents->category_code[i]);
        if (row != HS_NONE && m.covered[row]) set_bit(m.bits, i);
    }
    for (uint32_t row = 0; row < taxonomy->count; row++)
        if (m.covered[row]) m.hash += hs_hash_str(taxonomy->category[row].code, 2);
    p->filter->category = m.bits;
    p->filter->problem = m.problem;
    p->filter->problem_count = m.problem_count;
    *hash += m.hash | 1;
    return HS_OK;
}

hs_status hs_filter_parse_texts(const hs_filter_parsing *p, hs_str value, const hs_str *texts, uint32_t count,
                                const uint64_t **bits, uint64_t *hash) {
    uint64_t *set = hs_arena_array(p->arena, (size_t)count / 64 + 1, sizeof *set);
    if (!set) return hs_filter_no_memory(p->error);
    int items = 0;
    while (value.size > 0) {
        hs_str item = hs_str_trim(hs_str_cut(&value, ','));
        if (item.size == 0) continue;
        if (++items > ITEMS_MOST)
            return hs_error_set(p->error, HS_E_ARGUMENT, "more than %d values in one list", ITEMS_MOST);
        for (uint32_t i = 0; i < count; i++)
            if (hs_str_equal_nocase(texts[i], item)) set_bit(set, i);
    }
    /* What no incident has selects nothing: the texts that are set say all. */
    uint64_t sum = 0;
    for (uint32_t i = 0; i < count; i++)
        if (set[i / 64] >> (i % 64) & 1) sum += hs_hash_str(texts[i], 3);
    *bits = set;
    *hash += sum | 1;
    return HS_OK;
}

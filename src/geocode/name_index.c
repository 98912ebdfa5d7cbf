#include "geocode/name_index.h"

#include "base/buffer.h"
#include "base/hash.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 1 << 30 };

/* Growing lists; they become the index's arrays. */
typedef struct builder {
    hs_name_index *index;
    hs_dictionary *keys; /* kind and key: the name's number */
    hs_buffer text, names, rows, numbers, starts;
} builder;

typedef struct named_row {
    uint32_t name, row;
} named_row;

static bool is_word(const hs_token *token) {
    return token->code == 0;
}

size_t hs_name_key(const hs_tokens *tokens, uint32_t first, uint32_t end, bool number, char *key,
                   size_t capacity, bool *marked) {
    size_t size = 0;
    *marked = number && end > first && tokens->token[end - 1].word_class == HS_WORD_HOUSE_MARK;
    if (*marked) end--;
    for (uint32_t i = first; i < end; i++) {
        const hs_token *token = &tokens->token[i];
        bool gap = i > first && is_word(token) && is_word(token - 1);
        if (size + gap + token->size + 1 > capacity) break;
        if (gap) key[size++] = ' ';
        memcpy(key + size, tokens->text + token->start, token->size);
        size += token->size;
    }
    key[size] = '\0';
    return size;
}

uint32_t hs_name_number_at(const hs_tokens *tokens, bool *in_front) {
    uint32_t last = tokens->count, previous = tokens->count;
    *in_front = false;
    for (uint32_t i = 0; i < tokens->count; i++) {
        const hs_token *token = &tokens->token[i];
        if (token->value == HS_NO_NUMBER || token->code != 0) continue;
        if (i == 0) {
            if (tokens->has_han || tokens->count == 1) continue;
            *in_front = true;
            return 0;
        }
        if (previous + 1 != i) last = i; /* 12-1 is one */
        previous = i;
        if (i + 1 == tokens->count) break;
        uint8_t next = token[1].word_class;
        if (next == HS_WORD_HOUSE_MARK || next == HS_WORD_LANE_MARK || next == HS_WORD_SUB_MARK) break;
    }
    return last;
}

/* The number of the name with this key, made when new; HS_NONE when memory is out. */
static uint32_t put_name(builder *b, hs_suggestion_kind kind, const char *key, size_t size, hs_str shown) {
    char tagged[HS_TOKEN_TEXT_MAX + 2];
    tagged[0] = (char)('a' + kind);
    memcpy(tagged + 1, key, size);
    uint32_t known = hs_dictionary_count(b->keys);
    uint32_t number = hs_dictionary_put(b->keys, (hs_str){tagged, size + 1});
    if (number == HS_NONE) b->names.status = HS_E_MEMORY;
    if (number != known) return number;
    hs_name name = {
        .shown = shown, .key = (uint32_t)b->text.size, .key_size = (uint32_t)size, .kind = (uint8_t)kind};
    hs_buffer_append(&b->names, &name, sizeof name);
    hs_buffer_append(&b->text, key, size + 1);
    return number;
}

/* Where words begin; those of a new name only. */
static void put_starts(builder *b, uint32_t name, const hs_tokens *tokens, uint32_t first, uint32_t end,
                       uint32_t key, size_t key_size) {
    size_t at = 0;
    for (uint32_t i = first; i < end; i++) {
        const hs_token *token = &tokens->token[i];
        if (i > first && is_word(token) && is_word(token - 1)) at++;
        if (at >= key_size) return;
        bool behind_unit = i > first && (token[-1].word_class == HS_WORD_ADMINISTRATIVE_END ||
                                         token[-1].word_class == HS_WORD_NEIGHBOURHOOD_END);
        hs_name_start start = {key + (uint32_t)at, name, i == first || behind_unit};
        hs_buffer_append(&b->starts, &start, sizeof start);
        at += token->size;
    }
}

/* The name in tokens [first, end), HS_NONE for nothing. */
static uint32_t add_tokens(builder *b, hs_suggestion_kind kind, const hs_tokens *tokens, uint32_t first,
                           uint32_t end, hs_str shown) {
    char key[HS_TOKEN_TEXT_MAX + 1];
    bool marked;
    size_t size = hs_name_key(tokens, first, end, false, key, sizeof key, &marked);
    if (size == 0) return HS_NONE;
    uint32_t known = hs_dictionary_count(b->keys), at = (uint32_t)b->text.size;
    uint32_t name = put_name(b, kind, key, size, shown);
    if (name == known) put_starts(b, name, tokens, first, end, at, size);
    return name;
}

static void add_name(builder *b, hs_suggestion_kind kind, hs_str shown, uint32_t row) {
    hs_tokens tokens;
    hs_tokens_read(b->index->words, shown, &tokens);
    uint32_t name = add_tokens(b, kind, &tokens, 0, tokens.count, shown);
    if (name == HS_NONE) return;
    named_row item = {name, row};
    hs_buffer_append(&b->rows, &item, sizeof item);
}

static void add_number(builder *b, uint32_t name, const hs_tokens *tokens, uint32_t first, uint32_t end,
                       uint32_t row) {
    char key[HS_TOKEN_TEXT_MAX + 1];
    bool marked;
    size_t size = hs_name_key(tokens, first, end, true, key, sizeof key, &marked);
    if (name == HS_NONE || size == 0) return;
    hs_name_number number = {(uint32_t)b->text.size, row, name};
    hs_buffer_append(&b->numbers, &number, sizeof number);
    hs_buffer_append(&b->text, key, size + 1);
}

static void add_address_text(builder *b, hs_str text, uint32_t row) {
    hs_tokens tokens;
    hs_tokens_read(b->index->words, text, &tokens);
    bool in_front;
    uint32_t at = hs_name_number_at(&tokens, &in_front);
    if (at == tokens.count) { /* no number: the text is a name of its own */
        (void)add_tokens(b, HS_SUGGEST_STREET, &tokens, 0, tokens.count, text);
        return;
    }
    uint32_t first = in_front ? 1 : 0, end = in_front ? tokens.count : at;
    hs_str shown = hs_tokens_source(&tokens, text, first, end);
    uint32_t name = add_tokens(b, HS_SUGGEST_STREET, &tokens, first, end, shown);
    add_number(b, name, &tokens, at, in_front ? 1 : tokens.count, row);
}

static void add_address(builder *b, uint32_t row) {
    const hs_addresses *addresses = &b->index->geography->addresses;
    hs_str street = addresses->street[row], number = addresses->number[row];
    if (street.size == 0) {
        add_address_text(b, addresses->text[row], row);
        return;
    }
    hs_tokens tokens;
    hs_tokens_read(b->index->words, street, &tokens);
    uint32_t name = add_tokens(b, HS_SUGGEST_STREET, &tokens, 0, tokens.count, street);
    hs_tokens_read(b->index->words, number, &tokens);
    add_number(b, name, &tokens, 0, tokens.count, row);
}

static void add_all(builder *b) {
    const hs_geography *geography = b->index->geography;
    for (uint32_t row = 0; row < geography->units.count; row++) {
        add_name(b, HS_SUGGEST_UNIT, geography->units.name[row], row);
        add_name(b, HS_SUGGEST_UNIT, geography->units.name_en[row], row);
    }
    for (uint32_t row = 0; row < geography->streets.count; row++) {
        add_name(b, HS_SUGGEST_STREET, geography->streets.name[row], row);
        add_name(b, HS_SUGGEST_STREET, geography->streets.name_en[row], row);
    }
    for (uint32_t row = 0; row < geography->places.count; row++) {
        add_name(b, HS_SUGGEST_PLACE, geography->places.name[row], row);
        add_name(b, HS_SUGGEST_PLACE, geography->places.name_en[row], row);
    }
    for (uint32_t row = 0; row < geography->addresses.count; row++)
        add_address(b, row);
}

static int by_name_and_row(const void *a, const void *b) {
    const named_row *x = a, *y = b;
    if (x->name != y->name) return x->name < y->name ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static int by_name_and_key(const void *a, const void *b, void *text) {
    const hs_name_number *x = a, *y = b;
    if (x->name != y->name) return x->name < y->name ? -1 : 1;
    int order = strcmp((const char *)text + x->key, (const char *)text + y->key);
    return order ? order : (x->row > y->row) - (x->row < y->row);
}

static int by_text(const void *a, const void *b, void *text) {
    const hs_name_start *x = a, *y = b;
    int order = strcmp((const char *)text + x->at, (const char *)text + y->at);
    return order ? order : (x->at > y->at) - (x->at < y->at);
}

/* Rows once each: a street's name and its English name may be the same. */
static void lay_out_rows(hs_name_index *index, named_row *rows, uint32_t count) {
    if (count > 1) qsort(rows, count, sizeof *rows, by_name_and_row);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0 && rows[i].name == rows[i - 1].name && rows[i].row == rows[i - 1].row) continue;
        hs_name *name = &index->name[rows[i].name];
        if (name->row_count++ == 0) name->first_row = kept;
        index->row[kept++] = rows[i].row;
    }
}

static void lay_out_numbers(hs_name_index *index, uint32_t count) {
    if (count > 1) qsort_r(index->number, count, sizeof *index->number, by_name_and_key, index->text);
    for (uint32_t i = 0; i < count; i++) {
        hs_name *name = &index->name[index->number[i].name];
        if (name->number_count++ == 0) name->first_number = i;
    }
}

/* A bit for each letter that a reading of the character at `at` begins with. */
static uint32_t first_letters(const hs_name_index *index, uint32_t at) {
    hs_str rest = hs_str_of(index->text + at);
    const char *readings[HS_READINGS_MAX];
    size_t count = hs_pinyin_readings(index->pinyin, hs_utf8_next(&rest), readings, HS_READINGS_MAX);
    uint32_t letters = 0;
    for (size_t i = 0; i < count; i++)
        letters |= 1u << (readings[i][0] - 'a');
    return letters;
}

static hs_status index_letters(hs_name_index *index, hs_error *error) {
    uint32_t count[HS_LETTERS + 1] = {0}, total = 0;
    for (uint32_t i = 0; i < index->start_count; i++) {
        uint32_t letters = first_letters(index, index->start[i].at);
        for (uint32_t l = 0; l < HS_LETTERS; l++)
            count[l] += letters >> l & 1;
    }
    for (uint32_t l = 0; l < HS_LETTERS; l++) {
        index->letter_first[l] = total;
        total += count[l];
    }
    index->letter_first[HS_LETTERS] = total;
    index->letter = malloc(((size_t)total + 1) * sizeof *index->letter);
    if (!index->letter) return hs_error_memory(error, "initials of names");
    uint32_t next[HS_LETTERS];
    memcpy(next, index->letter_first, sizeof next);
    for (uint32_t i = 0; i < index->start_count; i++) {
        uint32_t letters = first_letters(index, index->start[i].at);
        for (uint32_t l = 0; l < HS_LETTERS; l++)
            if (letters >> l & 1) index->letter[next[l]++] = i;
    }
    return HS_OK;
}

/* Never NULL on success, even when empty. */
static void *taken(hs_buffer *buffer, size_t item, uint32_t *count) {
    *count = (uint32_t)(buffer->size / item);
    (void)hs_buffer_reserve(buffer, item);
    size_t size;
    return buffer->status == HS_OK ? hs_buffer_take(buffer, &size) : NULL;
}

static hs_status finish(builder *b, hs_error *error) {
    hs_name_index *index = b->index;
    uint32_t row_count = 0, number_count = 0, bytes = 0;
    index->text = taken(&b->text, 1, &bytes);
    index->name = taken(&b->names, sizeof(hs_name), &index->name_count);
    index->number = taken(&b->numbers, sizeof(hs_name_number), &number_count);
    index->start = taken(&b->starts, sizeof(hs_name_start), &index->start_count);
    named_row *rows = taken(&b->rows, sizeof(named_row), &row_count);
    index->row = malloc(((size_t)row_count + 1) * sizeof *index->row);
    if (!index->text || !index->name || !index->number || !index->start || !rows || !index->row) {
        free(rows);
        return hs_error_memory(error, "the index of names");
    }
    lay_out_rows(index, rows, row_count);
    free(rows);
    lay_out_numbers(index, number_count);
    if (index->start_count > 1)
        qsort_r(index->start, index->start_count, sizeof *index->start, by_text, index->text);
    return index_letters(index, error);
}

static void builder_done(builder *b) {
    hs_dictionary_free(b->keys);
    hs_buffer_done(&b->text);
    hs_buffer_done(&b->names);
    hs_buffer_done(&b->rows);
    hs_buffer_done(&b->numbers);
    hs_buffer_done(&b->starts);
}

hs_status hs_name_index_build(const hs_geography *geography, hs_error *error, hs_name_index *index) {
    *index = (hs_name_index){.geography = hs_geography_ref(geography)};
    builder b = {.index = index, .keys = hs_dictionary_new()};
    hs_buffer_init(&b.text, MOST_BYTES);
    hs_buffer_init(&b.names, MOST_BYTES);
    hs_buffer_init(&b.rows, MOST_BYTES);
    hs_buffer_init(&b.numbers, MOST_BYTES);
    hs_buffer_init(&b.starts, MOST_BYTES);
    hs_status status = b.keys ? HS_OK : hs_error_memory(error, "the index of names");
    if (status == HS_OK) status = hs_street_words_new(error, &index->words);
    if (status == HS_OK) status = hs_pinyin_new(error, &index->pinyin);
    if (status == HS_OK) {
        add_all(&b);
        status = finish(&b, error);
    }
    builder_done(&b);
    if (status != HS_OK) hs_name_index_done(index);
    return status;
}

void hs_name_index_done(hs_name_index *index) {
    hs_geography_unref(index->geography);
    hs_street_words_free(index->words);
    hs_pinyin_free(index->pinyin);
    free(index->text);
    free(index->name);
    free(index->row);
    free(index->number);
    free(index->start);
    free(index->letter);
    *index = (hs_name_index){0};
}

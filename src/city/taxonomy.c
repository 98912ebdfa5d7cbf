#include "city/taxonomy.h"

#include "base/arena.h"
#include "base/asset.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/text.h"
#include <stdatomic.h>
#include <stdlib.h>

enum { NAME_MOST = 512, NESTING_MOST = 8, GROUPS_MOST = 2 };

/* A taxonomy with what it owns; the public part comes first. */
typedef struct taxonomy_owner {
    hs_taxonomy taxonomy;
    atomic_uint refs;
    hs_arena *arena;
    hs_dictionary *names; /* lower-case codes and names */
    uint32_t *name_row;   /* row of each name */
} taxonomy_owner;

static hs_status out_of_memory(hs_error *error) {
    return hs_error_set(error, HS_E_MEMORY, "out of memory for categories");
}

static void owner_free(taxonomy_owner *owner) {
    if (!owner) return;
    hs_dictionary_free(owner->names);
    hs_arena_free(owner->arena);
    free(owner);
}

hs_taxonomy *hs_taxonomy_ref(const hs_taxonomy *taxonomy) {
    taxonomy_owner *owner = (taxonomy_owner *)taxonomy;
    atomic_fetch_add_explicit(&owner->refs, 1, memory_order_relaxed);
    return &owner->taxonomy;
}

void hs_taxonomy_unref(hs_taxonomy *taxonomy) {
    taxonomy_owner *owner = (taxonomy_owner *)taxonomy;
    if (owner && atomic_fetch_sub_explicit(&owner->refs, 1, memory_order_acq_rel) == 1) owner_free(owner);
}

/* ASCII letters in lower case, blanks around cut; false when the text is longer than any name. */
static bool fold(hs_str text, char folded[NAME_MOST], hs_str *key) {
    text = hs_str_trim(text);
    if (text.size > NAME_MOST) return false;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        folded[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    *key = (hs_str){folded, text.size};
    return true;
}

uint32_t hs_taxonomy_find(const hs_taxonomy *taxonomy, hs_str code_or_name) {
    const taxonomy_owner *owner = (const taxonomy_owner *)taxonomy;
    char folded[NAME_MOST];
    hs_str key;
    if (!fold(code_or_name, folded, &key) || key.size == 0) return HS_NONE;
    uint32_t number = hs_dictionary_find(owner->names, key);
    return number == HS_NONE ? HS_NONE : owner->name_row[number];
}

static bool put_name(taxonomy_owner *owner, hs_str name, uint32_t row) {
    char folded[NAME_MOST];
    hs_str key;
    if (!fold(name, folded, &key) || key.size == 0) return true;
    uint32_t known = hs_dictionary_count(owner->names);
    uint32_t number = hs_dictionary_put(owner->names, key);
    if (number == HS_NONE) return false;
    if (number == known) owner->name_row[number] = row;
    return true;
}

bool hs_alias_next(hs_str *aliases, hs_str *alias) {
    while (aliases->size > 0) {
        size_t end = 0;
        while (end < aliases->size && aliases->data[end] != '|' && aliases->data[end] != ';')
            end++;
        size_t next = end < aliases->size ? end + 1 : end;
        *alias = hs_str_trim((hs_str){aliases->data, end});
        *aliases = (hs_str){aliases->data + next, aliases->size - next};
        if (alias->size > 0) return true;
    }
    return false;
}

static size_t count_aliases(const hs_taxonomy *t) {
    size_t count = 0;
    hs_str alias;
    for (uint32_t row = 0; row < t->count; row++)
        for (hs_str rest = t->category[row].aliases; hs_alias_next(&rest, &alias);)
            count++;
    return count;
}

static bool index_aliases(taxonomy_owner *owner) {
    hs_str alias;
    for (uint32_t row = 0; row < owner->taxonomy.count; row++)
        for (hs_str rest = owner->taxonomy.category[row].aliases; hs_alias_next(&rest, &alias);)
            if (!put_name(owner, alias, row)) return false;
    return true;
}

/* Codes go before names, Chinese names before English ones, and those before aliases, where one text is
 * several of them. */
static bool index_names(taxonomy_owner *owner) {
    const hs_taxonomy *t = &owner->taxonomy;
    owner->names = hs_dictionary_new();
    owner->name_row =
        hs_arena_array(owner->arena, (size_t)t->count * 3 + count_aliases(t) + 1, sizeof *owner->name_row);
    bool good = owner->names && owner->name_row;
    for (uint32_t row = 0; good && row < t->count; row++)
        good = put_name(owner, t->category[row].code, row);
    for (uint32_t row = 0; good && row < t->count; row++)
        good = put_name(owner, t->category[row].name, row);
    for (uint32_t row = 0; good && row < t->count; row++)
        good = put_name(owner, t->category[row].name_en, row);
    return good && index_aliases(owner);
}

static int compare_codes(const void *left, const void *right) {
    return hs_str_compare(((const hs_category_record *)left)->code,
                          ((const hs_category_record *)right)->code);
}

static bool copy_record(hs_arena *arena, hs_category_record *record) {
    enum { TEXTS = 8 };
    hs_str *texts[TEXTS] = {&record->code,       &record->parent, &record->name,    &record->name_en,
                            &record->department, &record->colour, &record->members, &record->aliases};
    for (size_t i = 0; i < TEXTS; i++) {
        *texts[i] = hs_arena_str(arena, hs_str_trim(*texts[i]));
        if (!texts[i]->data) return false;
    }
    return true;
}

static hs_status check(const hs_taxonomy *t, hs_error *error) {
    for (uint32_t row = 0; row < t->count; row++) {
        const hs_category_record *record = &t->category[row];
        if (record->code.size == 0)
            return hs_error_set(error, HS_E_INPUT, "category '%s' has no code", record->name.data);
        if (record->code.size > NAME_MOST || record->name.size > NAME_MOST ||
            record->name_en.size > NAME_MOST)
            return hs_error_set(error, HS_E_INPUT, "category '%.40s': code or name is longer than %d bytes",
                                record->code.data, NAME_MOST);
        if (row > 0 && hs_str_equal(t->category[row - 1].code, record->code))
            return hs_error_set(error, HS_E_INPUT, "category code '%s' stands twice", record->code.data);
    }
    return HS_OK;
}

hs_status hs_taxonomy_new(const hs_category_record *records, uint32_t count, hs_error *error,
                          hs_taxonomy **taxonomy) {
    taxonomy_owner *owner = calloc(1, sizeof *owner);
    if (!owner) return out_of_memory(error);
    atomic_init(&owner->refs, 1);
    owner->arena = hs_arena_new(SIZE_MAX);
    hs_category_record *rows =
        owner->arena ? hs_arena_array(owner->arena, (size_t)count + 1, sizeof *rows) : NULL;
    bool good = rows != NULL;
    for (uint32_t i = 0; good && i < count; i++) {
        rows[i] = records[i];
        good = copy_record(owner->arena, &rows[i]);
    }
    hs_status status = good ? HS_OK : out_of_memory(error);
    if (good) {
        qsort(rows, count, sizeof *rows, compare_codes);
        owner->taxonomy = (hs_taxonomy){.count = count, .category = rows};
        status = check(&owner->taxonomy, error);
    }
    if (status == HS_OK && !index_names(owner)) status = out_of_memory(error);
    if (status != HS_OK) {
        owner_free(owner);
        return status;
    }
    *taxonomy = &owner->taxonomy;
    return HS_OK;
}

hs_status hs_taxonomy_builtin(hs_error *error, hs_taxonomy **taxonomy) {
    hs_str json;
    if (!hs_asset_find("geodata/taxonomy.json", &json))
        return hs_error_set(error, HS_E_INTERNAL, "the program carries no geodata/taxonomy.json");
    return hs_taxonomy_parse(json, error, taxonomy);
}

/* A member that must be text where it stands. */
static bool text_member(const json_t *object, const char *key, hs_str *text) {
    const json_t *member = json_object_get(object, key);
    *text = hs_json_get_str(object, key);
    return !member || json_is_string(member) || json_is_null(member);
}

/* A member that must be a number of 0 or more where it stands. */
static bool number_member(const json_t *object, const char *key, double *number) {
    const json_t *member = json_object_get(object, key);
    *number = -1;
    if (!member || json_is_null(member)) return true;
    *number = json_number_value(member);
    return json_is_number(member) && *number >= 0;
}

static hs_status read_category(const json_t *object, size_t number, hs_error *error,
                               hs_category_record *record) {
    *record = (hs_category_record){.id = (int64_t)number + 1};
    const struct {
        const char *key;
        hs_str *text;
    } members[] = {
        {"code", &record->code},       {"parent", &record->parent},         {"name", &record->name},
        {"name_en", &record->name_en}, {"department", &record->department}, {"colour", &record->colour},
        {"members", &record->members}, {"aliases", &record->aliases}};
    if (!json_is_object(object))
        return hs_error_set(error, HS_E_INPUT, "category %zu is no object", number + 1);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (!text_member(object, members[i].key, members[i].text))
            return hs_error_set(error, HS_E_INPUT, "category %zu: '%s' is no text", number + 1,
                                members[i].key);
    if (!number_member(object, "duplicate_m", &record->duplicate_m) ||
        !number_member(object, "duplicate_hours", &record->duplicate_hours))
        return hs_error_set(error, HS_E_INPUT,
                            "category %zu: duplicate_m and duplicate_hours are numbers of 0 or more",
                            number + 1);
    return HS_OK;
}

hs_status hs_taxonomy_parse(hs_str json, hs_error *error, hs_taxonomy **taxonomy) {
    json_t *root;
    hs_status status = hs_json_parse(json, error, &root);
    if (status != HS_OK) return hs_error_prefix(error, status, "taxonomy");
    const json_t *list = json_object_get(root, "categories");
    if (!json_is_array(list)) {
        json_decref(root);
        return hs_error_set(error, HS_E_INPUT, "taxonomy: an object with a list 'categories' is expected");
    }
    size_t count = json_array_size(list);
    hs_category_record *records = calloc(count + 1, sizeof *records);
    if (!records) {
        json_decref(root);
        return out_of_memory(error);
    }
    for (size_t i = 0; status == HS_OK && i < count; i++)
        status = read_category(json_array_get(list, i), i, error, &records[i]);
    if (status == HS_OK) status = hs_taxonomy_new(records, (uint32_t)count, error, taxonomy);
    free(records);
    json_decref(root);
    return status;
}

void hs_taxonomy_classify(const hs_taxonomy *taxonomy, hs_incident_record *record) {
    record->category_text = (hs_str){0};
    uint32_t row = hs_taxonomy_find(taxonomy, record->category);
    if (row == HS_NONE) return;
    const hs_category_record *class = &taxonomy->category[row];
    hs_str text = hs_str_trim(record->category);
    if (!hs_str_equal_nocase(text, class->code) && !hs_str_equal_nocase(text, class->name) &&
        !hs_str_equal_nocase(text, class->name_en))
        record->category_text = record->category;
    record->category = class->code;
}

/* Whether class `inner` is `outer` or below it. Parents may form a circle in a city's own data: the walk is
 * bounded. */
static bool below(const hs_taxonomy *t, uint32_t inner, uint32_t outer) {
    for (int step = 0; step < NESTING_MOST && inner != HS_NONE; step++) {
        if (inner == outer) return true;
        hs_str parent = t->category[inner].parent;
        inner = parent.size > 0 ? hs_taxonomy_find(t, parent) : HS_NONE;
    }
    return false;
}

static bool covers_row(const hs_taxonomy *t, uint32_t row, uint32_t inner, int depth) {
    if (below(t, inner, row)) return true;
    hs_str members = t->category[row].members;
    while (members.size > 0 && depth < GROUPS_MOST) {
        uint32_t member = hs_taxonomy_find(t, hs_str_cut(&members, ','));
        if (member != HS_NONE && member != row && covers_row(t, member, inner, depth + 1)) return true;
    }
    return false;
}

bool hs_taxonomy_covers(const hs_taxonomy *taxonomy, uint32_t row, hs_str code) {
    if (row >= taxonomy->count) return false;
    uint32_t inner = hs_taxonomy_find(taxonomy, code);
    return inner != HS_NONE && covers_row(taxonomy, row, inner, 0);
}

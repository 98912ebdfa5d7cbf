/* Pages of the review queue. */
#include "service/review.h"

#include "base/text.h"
#include "service/review_private.h"
#include <stdlib.h>

static const char *const state_names[HS_REVIEW_STATE_COUNT] = {
    [HS_REVIEW_WAITING] = "waiting", [HS_REVIEW_DECIDED] = "decided", [HS_REVIEW_UNLOCATABLE] = "unlocatable",
    [HS_REVIEW_SKIPPED] = "skipped", [HS_REVIEW_ALL] = "all",
};

const char *hs_review_state_name(hs_review_state state) {
    return state_names[state];
}

hs_review_state hs_review_state_parse(hs_str name) {
    int state = 0;
    while (state < HS_REVIEW_STATE_COUNT && !hs_str_equal(name, hs_str_of(state_names[state])))
        state++;
    return (hs_review_state)state;
}

const char *hs_review_reason_name(hs_review_reason reason) {
    static const char *const names[] = {[HS_REVIEW_MATCHED] = "matched",
                                        [HS_REVIEW_UNMATCHED] = "unmatched",
                                        [HS_REVIEW_LOW_SCORE] = "low-score",
                                        [HS_REVIEW_AMBIGUOUS] = "ambiguous"};
    return names[reason];
}

hs_status hs_review_request_parse(const hs_snapshot *snapshot, const hs_str *names, const hs_str *values,
                                  size_t count, hs_arena *arena, hs_error *error,
                                  hs_review_request *request) {
    hs_str *other_names = hs_arena_array(arena, count + 1, sizeof *other_names);
    hs_str *other_values = hs_arena_array(arena, count + 1, sizeof *other_values);
    if (!other_names || !other_values) return hs_error_memory(error, "the filters");
    *request = (hs_review_request){.unit = HS_NONE};
    size_t others = 0;
    for (size_t i = 0; i < count; i++) {
        if (!hs_str_equal(names[i], HS_STR("unit"))) {
            other_names[others] = names[i];
            other_values[others++] = values[i];
            continue;
        }
        hs_filter unit;
        hs_status status = hs_filter_parse(snapshot, &names[i], &values[i], 1, -1, arena, error, &unit);
        if (status != HS_OK) return status;
        request->unit = unit.unit;
    }
    return hs_filter_parse(snapshot, other_names, other_values, others, -1, arena, error, &request->filter);
}

static bool lies_in(const hs_snapshot *snapshot, uint32_t path, uint32_t unit) {
    const hs_units *units = &snapshot->geography->units;
    for (int level = 0; level < HS_LEVEL_COUNT; level++) {
        uint32_t at = snapshot->incidents->path[path].unit[level];
        if (at != HS_NONE && hs_units_within(units, at, unit)) return true;
    }
    return false;
}

bool hs_review_in_unit(const hs_snapshot *snapshot, const hs_incident_chunk *chunk, uint32_t i,
                       uint32_t unit) {
    if (chunk->positioned && lies_in(snapshot, hs_incident_path(chunk, i), unit)) return true;
    hs_incident_texts texts;
    hs_incident_texts_get(chunk, i, &texts);
    uint32_t own = texts.unit.size > 0 ? hs_geography_find_unit(snapshot->geography, texts.unit) : HS_NONE;
    return own != HS_NONE && hs_units_within(&snapshot->geography->units, own, unit);
}

/* One look through the rows. */
typedef struct query {
    const hs_snapshot *snapshot;
    const hs_review_index *index;
    const hs_review_request *request;
    const hs_selection *selection;          /* NULL: every row */
    const hs_decision_record **decision_of; /* each text's; NULL: there are none */
    uint64_t *count;                        /* of each text */
} query;

static hs_status list_decisions(query *q, hs_arena *arena, hs_error *error) {
    const hs_decisions *decisions = q->snapshot->decisions;
    if (decisions->count == 0) return HS_OK;
    q->decision_of = hs_arena_array(arena, (size_t)q->index->count + 1, sizeof(const hs_decision_record *));
    if (!q->decision_of) return hs_error_memory(error, "the review queue");
    for (uint32_t d = 0; d < decisions->count; d++) {
        uint32_t text = hs_review_index_find(q->index, hs_review_id(decisions->decision[d].key));
        if (text != HS_NONE) q->decision_of[text] = &decisions->decision[d];
    }
    return HS_OK;
}

/* Where a row stands; HS_REVIEW_STATE_COUNT: there is nothing to review. */
static hs_review_state state_of(const query *q, const hs_incident_chunk *chunk, uint32_t i, uint32_t text) {
    const hs_decision_record *decision = q->decision_of ? q->decision_of[text] : NULL;
    if (!decision || !hs_decision_holds(decision, hs_incident_row(chunk, i)))
        return q->index->texts[text].reason != HS_REVIEW_MATCHED ? HS_REVIEW_WAITING : HS_REVIEW_STATE_COUNT;
    if (decision->action == HS_DECISION_SKIP) return HS_REVIEW_SKIPPED;
    if (decision->action == HS_DECISION_UNLOCATABLE) return HS_REVIEW_UNLOCATABLE;
    /* Another text that was found then may not be found any more. */
    return hs_incident_attributes_of(chunk, i)->reviewed ? HS_REVIEW_DECIDED : HS_REVIEW_WAITING;
}

static bool is_wanted(const query *q, uint32_t c, uint32_t i, uint32_t text) {
    const hs_incident_chunk *chunk = q->snapshot->incidents->chunk[c];
    const uint64_t *bits = q->selection ? q->selection->bits[c] : NULL;
    if (bits && !(bits[i / 64] >> (i % 64) & 1)) return false;
    hs_review_state state = state_of(q, chunk, i, text);
    if (state == HS_REVIEW_STATE_COUNT) return false;
    if (q->request->state != HS_REVIEW_ALL && state != q->request->state) return false;
    return q->request->unit == HS_NONE || hs_review_in_unit(q->snapshot, chunk, i, q->request->unit);
}

static void count_rows(query *q) {
    for (uint32_t c = 0; c < q->index->chunk_count; c++) {
        const uint32_t *text = q->index->chunks[c].text;
        uint32_t rows = text ? q->snapshot->incidents->chunk[c]->count : 0;
        for (uint32_t i = 0; i < rows; i++)
            if (text[i] != HS_NONE && is_wanted(q, c, i, text[i])) q->count[text[i]]++;
    }
}

static int by_count(const void *left, const void *right) {
    const hs_review_entry *a = left, *b = right;
    if (a->count != b->count) return a->count < b->count ? 1 : -1;
    return (a->id > b->id) - (a->id < b->id);
}

static bool is_behind(const hs_review_request *request, uint64_t count, uint64_t id) {
    return !request->has_after || count < request->after_count ||
           (count == request->after_count && id > request->after_id);
}

static void describe(const query *q, uint32_t number, uint64_t count, hs_review_entry *entry) {
    const hs_review_text *text = &q->index->texts[number];
    *entry = (hs_review_entry){.id = text->id,
                               .address = text->address,
                               .count = count,
                               .reason = (hs_review_reason)text->reason,
                               .match_type = (hs_match_type)text->match_type,
                               .score = text->score,
                               .margin = text->margin,
                               .decision = q->decision_of ? q->decision_of[number] : NULL};
}

static hs_status list_entries(query *q, hs_arena *arena, hs_error *error, hs_review_page *page) {
    size_t found = 0;
    for (uint32_t t = 0; t < q->index->count; t++) {
        page->texts += q->count[t] > 0;
        page->incidents += q->count[t];
        found += q->count[t] > 0 && is_behind(q->request, q->count[t], q->index->texts[t].id);
    }
    hs_review_entry *all = malloc((found + 1) * sizeof *all);
    if (!all) return hs_error_memory(error, "the review queue");
    size_t listed = 0;
    for (uint32_t t = 0; t < q->index->count; t++)
        if (q->count[t] > 0 && is_behind(q->request, q->count[t], q->index->texts[t].id))
            describe(q, t, q->count[t], &all[listed++]);
    qsort(all, listed, sizeof *all, by_count);
    page->count = q->request->limit > 0 && listed > q->request->limit ? q->request->limit : listed;
    page->more = page->count < listed;
    page->entries = hs_arena_array(arena, page->count + 1, sizeof *page->entries);
    if (page->entries && page->count > 0) memcpy(page->entries, all, page->count * sizeof *all);
    free(all);
    if (!page->entries) return hs_error_memory(error, "the review queue");
    for (size_t e = 0; e < page->count; e++) { /* the index may change when it is unlocked */
        page->entries[e].address = hs_arena_str(arena, page->entries[e].address);
        if (!page->entries[e].address.data) return hs_error_memory(error, "the review queue");
    }
    return HS_OK;
}

static hs_status add_example(hs_review_entry *entry, const hs_incident_chunk *chunk, uint32_t i,
                             hs_arena *arena, hs_error *error) {
    if (entry->example_count == HS_REVIEW_EXAMPLES) return HS_OK;
    hs_incident_texts texts;
    hs_incident_texts_get(chunk, i, &texts);
    hs_str id = hs_arena_str(arena, texts.external_id);
    if (!id.data) return hs_error_memory(error, "the review queue");
    entry->example[entry->example_count] = hs_incident_row(chunk, i);
    entry->example_id[entry->example_count++] = id;
    return HS_OK;
}

static hs_status find_examples(const query *q, hs_arena *arena, hs_error *error, hs_review_page *page) {
    uint32_t *place = malloc(((size_t)q->index->count + 1) * sizeof *place);
    if (!place) return hs_error_memory(error, "the review queue");
    memset(place, 0xff, (size_t)q->index->count * sizeof *place);
    for (size_t e = 0; e < page->count; e++)
        place[hs_review_index_find(q->index, page->entries[e].id)] = (uint32_t)e;
    hs_status status = HS_OK;
    for (uint32_t c = 0; c < q->index->chunk_count && status == HS_OK; c++) {
        const hs_incident_chunk *chunk = q->snapshot->incidents->chunk[c];
        const uint32_t *text = q->index->chunks[c].text;
        for (uint32_t i = 0; text && i < chunk->count && status == HS_OK; i++)
            if (text[i] != HS_NONE && place[text[i]] != HS_NONE && is_wanted(q, c, i, text[i]))
                status = add_example(&page->entries[place[text[i]]], chunk, i, arena, error);
    }
    free(place);
    return status;
}

static hs_status read_page(query *q, hs_arena *arena, hs_error *error, hs_review_page *page) {
    q->count = calloc((size_t)q->index->count + 1, sizeof *q->count);
    hs_status status = q->count ? HS_OK : hs_error_memory(error, "the review queue");
    if (status == HS_OK) status = list_decisions(q, arena, error);
    if (status == HS_OK) count_rows(q);
    if (status == HS_OK) status = list_entries(q, arena, error, page);
    if (status == HS_OK) status = find_examples(q, arena, error, page);
    free(q->count);
    return status;
}

hs_status hs_service_review(hs_service *service, const hs_snapshot *snapshot,
                            const hs_review_request *request, hs_arena *arena, hs_error *error,
                            hs_review_page *page) {
    query q = {.snapshot = snapshot, .request = request};
    hs_review_page made = {0};
    hs_review_index *index = NULL;
    hs_status status = hs_service_select(service, snapshot, &request->filter, error, &q.selection);
    if (status != HS_OK) return status;
    status = hs_review_lock(service, snapshot, error, &index);
    if (status == HS_OK) {
        q.index = index;
        status = read_page(&q, arena, error, &made);
        hs_review_unlock(service);
    }
    hs_service_selection_unref(q.selection);
    if (status == HS_OK) *page = made;
    return status;
}

/* A decision about a text that no incident has any more, or yet. */
static bool describe_decision(const hs_snapshot *snapshot, uint64_t id, hs_review_entry *entry) {
    const hs_decisions *decisions = snapshot->decisions;
    for (uint32_t d = 0; d < decisions->count; d++) {
        if (hs_review_id(decisions->decision[d].key) != id) continue;
        *entry = (hs_review_entry){.id = id,
                                   .address = decisions->decision[d].address,
                                   .reason = HS_REVIEW_MATCHED,
                                   .decision = &decisions->decision[d]};
        return true;
    }
    return false;
}

/* The rows of one text whatever their state. */
static hs_status read_text(query *q, uint32_t number, hs_arena *arena, hs_error *error,
                           hs_review_entry *entry) {
    hs_status status = list_decisions(q, arena, error);
    if (status != HS_OK) return status;
    hs_review_entry made;
    describe(q, number, 0, &made);
    made.address = hs_arena_str(arena, made.address);
    if (!made.address.data) return hs_error_memory(error, "the review queue");
    for (uint32_t c = 0; c < q->index->chunk_count && status == HS_OK; c++) {
        const hs_incident_chunk *chunk = q->snapshot->incidents->chunk[c];
        const uint32_t *text = q->index->chunks[c].text;
        for (uint32_t i = 0; text && i < chunk->count && status == HS_OK; i++) {
            if (text[i] != number) continue;
            made.count++;
            status = add_example(&made, chunk, i, arena, error);
        }
    }
    if (status == HS_OK) *entry = made;
    return status;
}

hs_status hs_service_review_find(hs_service *service, const hs_snapshot *snapshot, uint64_t id,
                                 hs_arena *arena, hs_error *error, hs_review_entry *entry) {
    query q = {.snapshot = snapshot};
    hs_review_index *index = NULL;
    hs_status status = hs_review_lock(service, snapshot, error, &index);
    if (status != HS_OK) return status;
    q.index = index;
    uint32_t number = hs_review_index_find(index, id);
    if (number != HS_NONE)
        status = read_text(&q, number, arena, error, entry);
    else if (!describe_decision(snapshot, id, entry))
        status = hs_error_set(error, HS_E_NOT_FOUND, "no incident has an address of this id; see /review");
    hs_review_unlock(service);
    return status;
}

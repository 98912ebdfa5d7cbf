/* Which incidents have which address text, and what the geocoder says of each text. */
#include "service/review_private.h"

#include "base/hash.h"
#include <stdlib.h>

#define SEED_TEXT UINT64_C(0x68732d7265766931)

enum { FIRST_SLOTS = 1024, ASSESS_GRAIN = 64 };

uint64_t hs_review_id(hs_str key) {
    return hs_hash(key.data, key.size, SEED_TEXT);
}

void hs_review_index_free(hs_review_index *index) {
    if (!index) return;
    for (uint32_t c = 0; c < index->chunk_count; c++)
        free(index->chunks[c].text);
    free(index->chunks);
    free(index->slots);
    free(index->texts);
    hs_arena_free(index->arena);
    free(index);
}

static hs_review_index *index_new(void) {
    hs_review_index *made = calloc(1, sizeof *made);
    if (!made) return NULL;
    made->arena = hs_arena_new(SIZE_MAX);
    made->slots = calloc(FIRST_SLOTS, sizeof *made->slots);
    made->slot_count = FIRST_SLOTS;
    if (made->arena && made->slots) return made;
    hs_review_index_free(made);
    return NULL;
}

static uint32_t *find_slot(uint32_t *slots, uint32_t slot_count, const hs_review_text *texts, uint64_t id) {
    uint32_t at = (uint32_t)id & (slot_count - 1);
    while (slots[at] != 0 && texts[slots[at] - 1].id != id)
        at = (at + 1) & (slot_count - 1);
    return &slots[at];
}

uint32_t hs_review_index_find(const hs_review_index *index, uint64_t id) {
    return *find_slot(index->slots, index->slot_count, index->texts, id) - 1; /* 0 - 1 is HS_NONE */
}

static bool grow(hs_review_index *index) {
    if (index->count == index->capacity) {
        uint32_t capacity = index->capacity ? 2 * index->capacity : FIRST_SLOTS / 2;
        hs_review_text *grown = realloc(index->texts, capacity * sizeof *grown);
        if (!grown) return false;
        index->texts = grown;
        index->capacity = capacity;
    }
    if (index->count < index->slot_count / 2) return true;
    if (index->slot_count > UINT32_MAX / 4) return false;
    uint32_t slot_count = 2 * index->slot_count;
    uint32_t *slots = calloc(slot_count, sizeof *slots);
    if (!slots) return false;
    for (uint32_t i = 0; i < index->count; i++)
        *find_slot(slots, slot_count, index->texts, index->texts[i].id) = i + 1;
    free(index->slots);
    index->slots = slots;
    index->slot_count = slot_count;
    return true;
}

/* The number of a text, added when new; HS_NONE when memory is out. */
static uint32_t put_text(hs_review_index *index, uint64_t id, hs_str address) {
    uint32_t found = hs_review_index_find(index, id);
    if (found != HS_NONE) return found;
    hs_str copy = hs_arena_str(index->arena, address);
    if (!copy.data || !grow(index)) return HS_NONE;
    index->texts[index->count] = (hs_review_text){.id = id, .address = copy};
    *find_slot(index->slots, index->slot_count, index->texts, id) = ++index->count;
    return index->count - 1;
}

static bool has_own_position(const hs_incident_chunk *chunk, uint32_t i) {
    const hs_incident_attributes *attributes = hs_incident_attributes_of(chunk, i);
    return attributes->match_type == HS_MATCH_GIVEN && !attributes->reviewed;
}

/* Chunks that are looked at anew: the ids of their rows' texts are worked out side by side, 0 for none. */
typedef struct keying {
    const hs_street_words *words;
    const hs_incident_chunk *const *chunks;
    const uint32_t *missing;
    uint64_t **ids;
} keying;

static void key_chunks(void *context, size_t begin, size_t end) {
    const keying *work = context;
    char key[HS_ADDRESS_KEY_MAX];
    for (size_t m = begin; m < end; m++) {
        const hs_incident_chunk *chunk = work->chunks[work->missing[m]];
        uint64_t *ids = work->ids[m];
        for (uint32_t i = 0; ids && i < chunk->count; i++) {
            hs_incident_texts texts;
            if (has_own_position(chunk, i)) continue;
            hs_incident_texts_get(chunk, i, &texts);
            hs_str text = hs_address_key(work->words, texts.address, key);
            ids[i] = text.size > 0 ? hs_review_id(text) : 0;
        }
    }
}

static bool any_wanted(const hs_incident_chunk *chunk) {
    for (uint32_t a = 0; a < chunk->attributes_count; a++)
        if (chunk->attributes[a].match_type != HS_MATCH_GIVEN || chunk->attributes[a].reviewed) return true;
    return false;
}

static hs_status number_chunk(hs_review_index *index, const hs_incident_chunk *chunk, const uint64_t *ids,
                              hs_error *error, hs_review_chunk *made) {
    if (!ids) return hs_error_memory(error, "the review queue");
    made->text = malloc(chunk->count * sizeof *made->text);
    if (!made->text) return hs_error_memory(error, "the review queue");
    for (uint32_t i = 0; i < chunk->count; i++) {
        hs_incident_texts texts;
        made->text[i] = ids[i] != 0 ? hs_review_index_find(index, ids[i]) : HS_NONE;
        if (ids[i] == 0 || made->text[i] != HS_NONE) continue;
        hs_incident_texts_get(chunk, i, &texts);
        made->text[i] = put_text(index, ids[i], texts.address);
        if (made->text[i] == HS_NONE) return hs_error_memory(error, "the review queue");
    }
    return HS_OK;
}

static hs_status number_missing(hs_service *service, hs_review_index *index, const hs_incidents *incidents,
                                const uint32_t *missing, uint32_t count, hs_review_chunk *chunks,
                                hs_error *error) {
    uint64_t **ids = calloc((size_t)count + 1, sizeof *ids);
    if (!ids) return hs_error_memory(error, "the review queue");
    for (uint32_t m = 0; m < count; m++)
        ids[m] = calloc(incidents->chunk[missing[m]]->count, sizeof **ids);
    keying work = {service->words, incidents->chunk, missing, ids};
    hs_pool_for(service->pool, count, 1, key_chunks, &work);
    hs_status status = HS_OK;
    for (uint32_t m = 0; m < count && status == HS_OK; m++)
        status = number_chunk(index, incidents->chunk[missing[m]], ids[m], error, &chunks[missing[m]]);
    for (uint32_t m = 0; m < count; m++)
        free(ids[m]);
    free(ids);
    return status;
}

static int by_id(const void *left, const void *right) {
    uint64_t a = ((const hs_review_chunk *)left)->id, b = ((const hs_review_chunk *)right)->id;
    return (a > b) - (a < b);
}

/* Takes over what is known of chunks that are still there, and lists the others. */
static uint32_t take_over(hs_review_index *index, const hs_incidents *incidents, hs_review_chunk *chunks,
                          uint32_t *missing) {
    uint32_t count = 0;
    if (index->chunk_count > 0) qsort(index->chunks, index->chunk_count, sizeof *index->chunks, by_id);
    for (uint32_t c = 0; c < incidents->chunk_count; c++) {
        chunks[c].id = incidents->chunk[c]->id;
        hs_review_chunk *known =
            index->chunk_count > 0
                ? bsearch(&chunks[c], index->chunks, index->chunk_count, sizeof *index->chunks, by_id)
                : NULL;
        if (known) {
            chunks[c].text = known->text;
            known->text = NULL;
        } else if (any_wanted(incidents->chunk[c])) {
            missing[count++] = c;
        }
    }
    for (uint32_t c = 0; c < index->chunk_count; c++)
        free(index->chunks[c].text);
    free(index->chunks);
    index->chunks = chunks;
    index->chunk_count = incidents->chunk_count;
    return count;
}

typedef struct assessing {
    hs_review_index *index;
    const hs_geocoder *geocoder;
    atomic_int status;
} assessing;

static hs_review_reason reason_of(const hs_geocode_result *result, size_t count) {
    if (count == 0 || result->match_type == HS_MATCH_NONE) return HS_REVIEW_UNMATCHED;
    if (!hs_locate_accepts(result)) return HS_REVIEW_LOW_SCORE;
    return result->ambiguous ? HS_REVIEW_AMBIGUOUS : HS_REVIEW_MATCHED;
}

static void assess(void *context, size_t begin, size_t end) {
    assessing *work = context;
    for (size_t t = begin; t < end; t++) {
        hs_review_text *text = &work->index->texts[t];
        hs_geocode_result result = {.match_type = HS_MATCH_NONE};
        size_t count = 0;
        if (text->assessed) continue;
        hs_status status = hs_geocode(work->geocoder, text->address, &result, 1, NULL, &count);
        if (status != HS_OK) {
            atomic_store(&work->status, (int)status);
            return;
        }
        text->reason = (uint8_t)reason_of(&result, count);
        text->match_type = (uint8_t)(count > 0 ? result.match_type : HS_MATCH_NONE);
        text->score = count > 0 ? result.score : 0;
        text->margin = count > 0 ? result.margin : 0;
        text->assessed = true;
    }
}

static hs_status assess_all(hs_service *service, hs_review_index *index, const hs_snapshot *snapshot,
                            hs_error *error) {
    if (index->geography != snapshot->geography || index->geography_version != snapshot->geography_version)
        for (uint32_t t = 0; t < index->count; t++)
            index->texts[t].assessed = false;
    index->geography = snapshot->geography;
    index->geography_version = snapshot->geography_version;
    assessing work = {.index = index};
    hs_status status = hs_service_geocoder(service, snapshot, error, &work.geocoder);
    if (status != HS_OK) return status;
    hs_pool_for(service->pool, index->count, ASSESS_GRAIN, assess, &work);
    status = (hs_status)atomic_load(&work.status);
    return status == HS_OK ? HS_OK : hs_error_set(error, status, "an address could not be looked up");
}

static hs_status update(hs_service *service, hs_review_index *index, const hs_snapshot *snapshot,
                        hs_error *error) {
    const hs_incidents *incidents = snapshot->incidents;
    if (index->serial == snapshot->serial) return HS_OK;
    hs_review_chunk *chunks = calloc((size_t)incidents->chunk_count + 1, sizeof *chunks);
    uint32_t *missing = malloc(((size_t)incidents->chunk_count + 1) * sizeof *missing);
    hs_status status = chunks && missing ? HS_OK : hs_error_memory(error, "the review queue");
    if (status == HS_OK) {
        uint32_t count = take_over(index, incidents, chunks, missing);
        status = number_missing(service, index, incidents, missing, count, chunks, error);
    } else {
        free(chunks);
    }
    free(missing);
    if (status == HS_OK) status = assess_all(service, index, snapshot, error);
    if (status == HS_OK) index->serial = snapshot->serial;
    return status;
}

hs_status hs_review_lock(hs_service *service, const hs_snapshot *snapshot, hs_error *error,
                         hs_review_index **index) {
    pthread_mutex_lock(&service->review_lock);
    hs_status status = HS_OK;
    if (!service->review && !(service->review = index_new()))
        status = hs_error_memory(error, "the review queue");
    if (status == HS_OK) status = update(service, service->review, snapshot, error);
    if (status == HS_OK) {
        *index = service->review;
        return HS_OK;
    }
    /* What was half done is made anew the next time. */
    hs_review_index_free(service->review);
    service->review = NULL;
    pthread_mutex_unlock(&service->review_lock);
    return status;
}

void hs_review_unlock(hs_service *service) {
    pthread_mutex_unlock(&service->review_lock);
}

/* Decisions about addresses: stored in one batch with the positions that follow from them, then published. */
#include "service/decisions.h"
#include "service/review_private.h"

#include "base/text.h"
#include <hotspot/coordinates.h>
#include <stdio.h>
#include <stdlib.h>

enum { TEXT_MOST = 1000 };

typedef struct deciding {
    hs_service *service;
    hs_store *store;
    hs_snapshot *snapshot;
    const hs_geocoder *geocoder;
    hs_review_index *index; /* locked */
    hs_review_choice *choices;
    size_t count;
    hs_str user, unit;
    int64_t now_s;
    uint64_t *rows;          /* of each text */
    int64_t *last;           /* its largest row */
    bool *meant;             /* its decision changed */
    hs_decisions *decisions; /* with those taken now */
    hs_moved_row *moved;
    size_t moved_count;
    hs_review_report report;
} deciding;

/* The text that a choice is about. */
typedef struct subject {
    char key[HS_ADDRESS_KEY_MAX];
    hs_str text, address; /* text: the key */
    uint32_t number;      /* HS_NONE: no incident has it */
} subject;

static hs_status find_subject(const deciding *work, const hs_review_choice *choice, hs_error *error,
                              subject *about) {
    about->address = choice->address;
    about->number = HS_NONE;
    if (choice->address.size == 0) {
        about->number = hs_review_index_find(work->index, choice->id);
        const hs_decisions *decisions = work->snapshot->decisions;
        if (about->number != HS_NONE) about->address = work->index->texts[about->number].address;
        for (uint32_t d = 0; d < decisions->count && about->address.size == 0; d++)
            if (hs_review_id(decisions->decision[d].key) == choice->id)
                about->address = decisions->decision[d].address;
        if (about->address.size == 0)
            return hs_error_set(error, HS_E_NOT_FOUND,
                                "no incident has an address of the id %016llx; see /review",
                                (unsigned long long)choice->id);
    }
    about->text = hs_address_key(work->service->words, about->address, about->key);
    if (about->text.size == 0)
        return hs_error_set(error, HS_E_ARGUMENT, "address: '%.*s' has neither letters nor digits",
                            (int)hs_utf8_cut(about->address, 60), about->address.data);
    if (about->number == HS_NONE)
        about->number = hs_review_index_find(work->index, hs_review_id(about->text));
    return HS_OK;
}

static hs_status take_candidate(const deciding *work, const hs_review_choice *choice, hs_error *error,
                                hs_geocode_result *found, hs_decision_record *record) {
    size_t count = 0;
    hs_status status =
        hs_geocode(work->geocoder, record->address, found, HS_REVIEW_CANDIDATES, error, &count);
    if (status != HS_OK) return status;
    if (choice->candidate < 1 || choice->candidate > count)
        return hs_error_set(error, HS_E_ARGUMENT, "candidate: %u is none; there are %zu for this address",
                            choice->candidate, count);
    const hs_geocode_result *taken = &found[choice->candidate - 1];
    hs_str label = hs_str_of(taken->label);
    if (choice->label.size > 0 && !hs_str_equal(choice->label, label))
        return hs_error_set(error, HS_E_CONFLICT,
                            "candidate %u is '%.*s' by now, not '%.*s': look at the candidates again",
                            choice->candidate, (int)hs_utf8_cut(label, 80), label.data,
                            (int)hs_utf8_cut(choice->label, 80), choice->label.data);
    record->has_position = true;
    record->position = taken->position;
    record->match_type = taken->match_type;
    record->accuracy_m = (float)taken->accuracy_m;
    record->label = label;
    return HS_OK;
}

static hs_status check_target(const deciding *work, const hs_review_choice *choice, hs_error *error,
                              hs_geocode_result *found) {
    size_t count = 0;
    hs_status status = hs_geocode(work->geocoder, choice->target, found, 1, error, &count);
    if (status != HS_OK || (count > 0 && hs_locate_accepts(found))) return status;
    return hs_error_set(error, HS_E_ARGUMENT, "new_address: '%.*s' is not found either",
                        (int)hs_utf8_cut(choice->target, 80), choice->target.data);
}

static bool in_unit(const deciding *work, hs_position position, uint32_t unit) {
    hs_placement placement;
    hs_geography_place(work->snapshot->geography, position, &placement);
    for (int level = 0; level < HS_LEVEL_COUNT; level++)
        if (placement.unit[level] != HS_NONE &&
            hs_units_within(&work->snapshot->geography->units, placement.unit[level], unit))
            return true;
    return false;
}

/* Whether all incidents of a text came with a code of the unit, so that none is another unit's. */
static bool all_of_unit(const deciding *work, uint32_t number, uint32_t unit) {
    const hs_geography *geography = work->snapshot->geography;
    for (uint32_t c = 0; c < work->index->chunk_count; c++) {
        const hs_incident_chunk *chunk = work->snapshot->incidents->chunk[c];
        const uint32_t *text = work->index->chunks[c].text;
        for (uint32_t i = 0; text && i < chunk->count; i++) {
            hs_incident_texts texts;
            if (text[i] != number) continue;
            hs_incident_texts_get(chunk, i, &texts);
            uint32_t own = texts.unit.size > 0 ? hs_geography_find_unit(geography, texts.unit) : HS_NONE;
            if (own == HS_NONE || !hs_units_within(&geography->units, own, unit)) return false;
        }
    }
    return true;
}

static hs_status check_unit(const deciding *work, const subject *about, const hs_decision_record *record,
                            const hs_geocode_result *target, hs_error *error) {
    if (work->unit.size == 0) return HS_OK;
    uint32_t unit = hs_geography_find_unit(work->snapshot->geography, work->unit);
    bool inside = unit != HS_NONE && about->number != HS_NONE && all_of_unit(work, about->number, unit);
    if (record->has_position) inside = inside && in_unit(work, record->position, unit);
    if (record->action == HS_DECISION_ADDRESS) inside = inside && in_unit(work, target->position, unit);
    if (inside) return HS_OK;
    return hs_error_set(error, HS_E_DENIED,
                        "this token is for one unit: every incident of the address must have come with its "
                        "code, and the position lie in it");
}

static hs_status check_choice(const hs_review_choice *choice, hs_error *error) {
    if (choice->note.size > TEXT_MOST || choice->label.size > TEXT_MOST || choice->target.size > TEXT_MOST ||
        choice->address.size > 4 * TEXT_MOST)
        return hs_error_set(error, HS_E_ARGUMENT, "a text is longer than %d bytes", TEXT_MOST);
    if (choice->action == HS_DECISION_PLACE && !choice->has_position)
        return hs_error_set(error, HS_E_ARGUMENT, "place: lon and lat are needed");
    if (choice->action == HS_DECISION_ADDRESS && choice->target.size == 0)
        return hs_error_set(error, HS_E_ARGUMENT, "new_address: the other address is needed");
    return HS_OK;
}

static int64_t last_row(const deciding *work, uint32_t number) {
    return number != HS_NONE ? work->last[number] : 0;
}

static hs_status put_choice(deciding *work, hs_review_choice *choice, hs_error *error) {
    subject about = {.number = HS_NONE};
    hs_geocode_result found[HS_REVIEW_CANDIDATES] = {0};
    hs_put put = HS_PUT_UNCHANGED;
    hs_status status = check_choice(choice, error);
    if (status == HS_OK) status = find_subject(work, choice, error, &about);
    if (status != HS_OK) return status;
    hs_decision_record record = {.key = about.text,
                                 .address = about.address,
                                 .action = choice->action,
                                 .note = choice->note,
                                 .user = work->user,
                                 .decided_s = work->now_s,
                                 .remembered = choice->remember,
                                 .last_incident = choice->remember ? 0 : last_row(work, about.number)};
    if (choice->action == HS_DECISION_ACCEPT) {
        status = take_candidate(work, choice, error, found, &record);
    } else if (choice->action == HS_DECISION_PLACE) {
        record.has_position = true;
        record.position = choice->position;
        record.match_type = HS_MATCH_GIVEN;
        record.accuracy_m = choice->accuracy_m;
        record.label = choice->label;
    } else if (choice->action == HS_DECISION_ADDRESS) {
        record.target = choice->target;
        status = check_target(work, choice, error, found);
    } else if (choice->action == HS_DECISION_OPEN) {
        record.last_incident = 0;
        record.remembered = false;
        choice->changed = hs_decisions_find(work->snapshot->decisions, about.text) != NULL;
    }
    if (status == HS_OK) status = check_unit(work, &about, &record, found, error);
    /* What was never decided is not taken back: no row says so. */
    if (status != HS_OK || (choice->action == HS_DECISION_OPEN && !choice->changed)) return status;
    if (!choice->remember && about.number == HS_NONE && choice->action != HS_DECISION_OPEN)
        return hs_error_set(
            error, HS_E_ARGUMENT,
            "no incident has the address '%.*s': only what is remembered can be decided about it",
            (int)hs_utf8_cut(about.address, 80), about.address.data);
    status = hs_store_put_decision(work->store, &record, error, &put);
    if (status != HS_OK) return status;
    choice->changed = put != HS_PUT_UNCHANGED;
    choice->id = hs_review_id(about.text);
    work->report.changed += choice->changed;
    choice->incidents = about.number != HS_NONE ? work->rows[about.number] : 0;
    if (about.number != HS_NONE && choice->changed) work->meant[about.number] = true;
    return HS_OK;
}

static hs_status move_row(deciding *work, const hs_locating *with, uint32_t c, uint32_t i, hs_error *error) {
    const hs_incident_chunk *chunk = work->snapshot->incidents->chunk[c];
    hs_incident_texts texts;
    hs_incident_texts_get(chunk, i, &texts);
    hs_incident_record record = {
        .id = hs_incident_row(chunk, i), .address = texts.address, .unit = texts.unit};
    hs_status status = hs_locate_incident(with, &record, error);
    if (status == HS_OK) status = hs_store_replace_position(work->store, record.id, &record, error);
    if (status == HS_OK)
        work->moved[work->moved_count++] = (hs_moved_row){.chunk = c,
                                                          .row = i,
                                                          .has_position = record.has_position,
                                                          .reviewed = record.reviewed,
                                                          .position = record.position,
                                                          .match_type = record.match_type,
                                                          .accuracy_m = record.accuracy_m};
    return status;
}

/* Places the incidents of the texts that were decided about anew. */
static hs_status move_incidents(deciding *work, hs_error *error) {
    uint64_t most = 1;
    for (uint32_t t = 0; t < work->index->count; t++)
        most += work->meant[t] ? work->rows[t] : 0;
    work->moved = calloc(most, sizeof *work->moved);
    if (!work->moved) return hs_error_memory(error, "a decision");
    hs_status status = hs_load_decisions(work->store, work->service->words, error, &work->decisions);
    const hs_locating with = {work->geocoder, work->snapshot->geography, work->decisions,
                              work->service->words};
    for (uint32_t c = 0; c < work->index->chunk_count && status == HS_OK; c++) {
        const uint32_t *text = work->index->chunks[c].text;
        uint32_t count = text ? work->snapshot->incidents->chunk[c]->count : 0;
        for (uint32_t i = 0; i < count && status == HS_OK; i++)
            if (text[i] != HS_NONE && work->meant[text[i]]) status = move_row(work, &with, c, i, error);
    }
    work->report.moved = work->moved_count;
    return status;
}

static hs_status count_rows(deciding *work, hs_error *error) {
    size_t texts = (size_t)work->index->count + 1;
    work->meant = calloc(texts, sizeof *work->meant);
    work->rows = calloc(texts, sizeof *work->rows);
    work->last = calloc(texts, sizeof *work->last);
    if (!work->meant || !work->rows || !work->last) return hs_error_memory(error, "a decision");
    for (uint32_t c = 0; c < work->index->chunk_count; c++) {
        const hs_incident_chunk *chunk = work->snapshot->incidents->chunk[c];
        const uint32_t *text = work->index->chunks[c].text;
        for (uint32_t i = 0; text && i < chunk->count; i++) {
            if (text[i] == HS_NONE) continue;
            int64_t row = hs_incident_row(chunk, i);
            work->rows[text[i]]++;
            if (row > work->last[text[i]]) work->last[text[i]] = row;
        }
    }
    return HS_OK;
}

/* Begins a batch on exactly what the snapshot has, so that no incident is missed: what has come is loaded
 * before, and once more when nobody else can write. */
static hs_status begin_current(deciding *work, hs_str source, hs_error *error) {
    hs_store_versions versions;
    int64_t batch = 0;
    hs_status status = hs_service_load(work->service, error, NULL);
    if (status == HS_OK) status = hs_store_begin(work->store, HS_KIND_DECISIONS, source, error, &batch);
    if (status == HS_OK) status = hs_service_load(work->service, error, NULL);
    if (status == HS_OK) status = hs_store_get_versions(work->store, error, &versions);
    if (status != HS_OK) return status;
    work->snapshot = hs_service_snapshot(work->service);
    if (versions.sequence != work->snapshot->version)
        return hs_error_set(error, HS_E_CONFLICT, "the city changes too fast; try again");
    return hs_service_geocoder(work->service, work->snapshot, error, &work->geocoder);
}

static hs_status decide_indexed(deciding *work, hs_error *error) {
    hs_status status = count_rows(work, error);
    for (size_t i = 0; i < work->count && status == HS_OK; i++) {
        work->choices[i].changed = false;
        work->choices[i].incidents = 0;
        status = put_choice(work, &work->choices[i], error);
        if (status != HS_OK && work->count > 1)
            status = hs_error_prefix(error, status, "decision %zu", i + 1);
    }
    if (status == HS_OK && work->report.changed > 0) status = move_incidents(work, error);
    free(work->meant);
    free(work->rows);
    free(work->last);
    return status;
}

static hs_status decide(deciding *work, hs_str source, hs_error *error) {
    hs_status status = begin_current(work, source, error);
    if (status == HS_OK) status = hs_review_lock(work->service, work->snapshot, error, &work->index);
    if (status == HS_OK) {
        status = decide_indexed(work, error);
        hs_review_unlock(work->service);
    }
    if (status != HS_OK) {
        hs_store_rollback(work->store);
        return status;
    }
    hs_batch_info info = {.rows_read = work->count};
    status = hs_store_commit(work->store, &info, error);
    if (status == HS_OK) work->report.batch = info.id;
    return status;
}

static void announce(hs_service *service, const hs_review_report *report) {
    char data[128];
    int size =
        snprintf(data, sizeof data, "{\"version\":%llu,\"batch\":%lld,\"decided\":%llu,\"moved\":%llu}",
                 (unsigned long long)report->version, (long long)report->batch,
                 (unsigned long long)report->changed, (unsigned long long)report->moved);
    hs_service_announce(service, "review", (hs_str){data, (size_t)size});
}

/* Whether nothing but this batch came behind the snapshot: a change of plans, and one of incidents. */
static bool only_decided(const deciding *work, const hs_store_versions *now) {
    uint64_t before = work->snapshot->version;
    return now->plans == before + 1 &&
           (now->sequence == before + 1 || (now->sequence == before + 2 && now->incidents == now->sequence));
}

static hs_status publish_now(deciding *work, hs_error *error) {
    hs_store_versions now;
    bool published = false;
    hs_status status = hs_store_get_versions(work->store, error, &now);
    if (status == HS_OK && work->decisions && only_decided(work, &now))
        status = hs_service_publish_moved(work->service, work->snapshot, &now, work->moved, work->moved_count,
                                          work->decisions, error, &published);
    return status == HS_OK && !published ? hs_service_load(work->service, error, NULL) : status;
}

/* What is stored is done, whether it can be shown at once or not: the follower tries again. */
static void publish(deciding *work) {
    hs_error error = {0};
    if (publish_now(work, &error) != HS_OK) {
        hs_log_write(work->service->log, HS_LOG_ERROR, "review", "error=\"%s\"", error.message);
        return;
    }
    hs_snapshot *now = hs_service_snapshot(work->service);
    work->report.version = now->version;
    hs_snapshot_unref(now);
}

hs_status hs_service_decide(hs_service *service, hs_review_choice *choices, size_t count, hs_str user,
                            hs_str unit, hs_str source, hs_error *error, hs_review_report *report) {
    deciding work = {.service = service,
                     .choices = choices,
                     .count = count,
                     .user = user,
                     .unit = unit,
                     .now_s = hs_clock_now_s()};
    if (service->mode == HS_STORE_READ)
        return hs_error_set(error, HS_E_DENIED,
                            "this server only reads (--read-only): nothing can be decided");
    pthread_mutex_lock(&service->decide_lock);
    hs_status status = HS_OK;
    if (!service->review_store)
        status = hs_store_open(service->url, HS_STORE_WRITE, error, &service->review_store);
    work.store = service->review_store;
    if (status == HS_OK) status = decide(&work, source, error);
    if (status == HS_OK) {
        publish(&work);
        if (work.report.batch > 0) announce(service, &work.report);
        *report = work.report;
    }
    hs_snapshot_unref(work.snapshot);
    hs_decisions_unref(work.decisions);
    free(work.moved);
    pthread_mutex_unlock(&service->decide_lock);
    return status;
}

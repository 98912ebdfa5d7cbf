/* The review queue: address texts that the geocoder could not place for sure, most frequent first, and what
 * is decided about them. Incidents with an address and no position of their own wait when the geocoder finds
 * nothing for the address, is not sure enough of it, or finds several places; equal texts
 * (geocode/address_key.h) wait together. */
#ifndef SERVICE_REVIEW_H
#define SERVICE_REVIEW_H

#include "base/json_writer.h"
#include "service/service.h"
#include <jansson.h>

enum { HS_REVIEW_CANDIDATES = 5, HS_REVIEW_EXAMPLES = 5, HS_REVIEW_PAGE_MOST = 1000 };

typedef enum hs_review_state {
    HS_REVIEW_WAITING,
    HS_REVIEW_DECIDED, /* placed by hand */
    HS_REVIEW_UNLOCATABLE,
    HS_REVIEW_SKIPPED,
    HS_REVIEW_ALL, /* all of these */
    HS_REVIEW_STATE_COUNT
} hs_review_state;
/* The contract's word; HS_REVIEW_STATE_COUNT for a word that is none. */
const char *hs_review_state_name(hs_review_state state);
hs_review_state hs_review_state_parse(hs_str name);

/* What the geocoder says of a text. */
typedef enum hs_review_reason {
    HS_REVIEW_MATCHED,
    HS_REVIEW_UNMATCHED, /* nothing found */
    HS_REVIEW_LOW_SCORE, /* below HS_LOCATE_MIN_SCORE */
    HS_REVIEW_AMBIGUOUS,
} hs_review_reason;
const char *hs_review_reason_name(hs_review_reason reason);

typedef struct hs_review_request {
    hs_filter filter; /* its unit is not looked at */
    uint32_t unit;    /* incidents that lie in it, or came with a code of it; HS_NONE: all */
    hs_review_state state;
    uint32_t limit; /* 0: all */
    bool has_after; /* only what stands behind the entry of this count and id */
    uint64_t after_count, after_id;
} hs_review_request;

/* Parses the filters' words; `unit` is taken by the code that came with a row too, or those without a
 * position would never be in one. Errors as of hs_filter_parse. */
hs_status hs_review_request_parse(const hs_snapshot *snapshot, const hs_str *names, const hs_str *values,
                                  size_t count, hs_arena *arena, hs_error *error, hs_review_request *request);

typedef struct hs_review_entry {
    uint64_t id;    /* of the text: the same in every store and process */
    hs_str address; /* as the first incident has it */
    uint64_t count; /* incidents that pass the filter, in the state that was asked for */
    hs_review_reason reason;
    hs_match_type match_type; /* of the best candidate, none without one */
    double score, margin;
    uint32_t example_count;
    int64_t example[HS_REVIEW_EXAMPLES]; /* rows of the store */
    hs_str example_id[HS_REVIEW_EXAMPLES];
    const hs_decision_record *decision; /* of the snapshot; NULL: none */
} hs_review_entry;

typedef struct hs_review_page {
    hs_review_entry *entries; /* by count, the most frequent first, then by id */
    size_t count;
    uint64_t texts, incidents; /* on all pages */
    bool more;
} hs_review_page;

/* One page; everything lives in the arena, or as long as the snapshot. The first call for a geography looks
 * at every address once (on the pool), the next ones at what came since. Thread-safe. */
hs_status hs_service_review(hs_service *service, const hs_snapshot *snapshot,
                            const hs_review_request *request, hs_arena *arena, hs_error *error,
                            hs_review_page *page);
/* The entry of an id with the incidents of every state. HS_E_NOT_FOUND. */
hs_status hs_service_review_find(hs_service *service, const hs_snapshot *snapshot, uint64_t id,
                                 hs_arena *arena, hs_error *error, hs_review_entry *entry);

/* A decision about the text of an id, or about `address` where that is not empty. */
typedef struct hs_review_choice {
    uint64_t id;
    hs_str address;
    hs_decision_action action; /* open: takes an earlier decision back */
    uint32_t candidate;        /* of accept: from 1, as the geocoder has them now */
    hs_str label;              /* of accept: what the candidate must be called, or empty; of place: a name */
    bool has_position;         /* of place */
    hs_position position;
    float accuracy_m;
    hs_str target; /* of address */
    hs_str note;
    bool remember;
    /* Set by hs_service_decide: */
    bool changed;       /* it was not decided so already */
    uint64_t incidents; /* that it is about */
} hs_review_choice;

typedef struct hs_review_report {
    int64_t batch; /* 0: nothing changed */
    uint64_t version;
    uint64_t changed; /* choices */
    uint64_t moved;   /* incidents that were placed anew */
} hs_review_report;

/* Takes decisions in one durable batch, which can be undone as any, places their incidents anew and publishes
 * that. All or nothing: HS_E_NOT_FOUND for an id without a text, HS_E_ARGUMENT for a choice that cannot be,
 * HS_E_CONFLICT where the candidate is another one by now, HS_E_DENIED outside `unit` (a code; empty: all):
 * every incident must have come with a code in it and the chosen position lie in it. The same decision again
 * changes nothing. `source` is what the batch is called. Thread-safe. */
hs_status hs_service_decide(hs_service *service, hs_review_choice *choices, size_t count, hs_str user,
                            hs_str unit, hs_str source, hs_error *error, hs_review_report *report);

/* The texts of the contract (review_json.c). */
#define HS_REVIEW_ID_SIZE 17
void hs_review_id_format(uint64_t id, char text[HS_REVIEW_ID_SIZE]);
bool hs_review_id_parse(hs_str text, uint64_t *id);
/* A choice from a JSON object, texts in the arena; HS_E_INPUT says what is wrong. */
hs_status hs_review_choice_from_json(const json_t *object, hs_arena *arena, hs_error *error,
                                     hs_review_choice *choice);
/* An entry as an object with its candidates. */
hs_status hs_review_write_entry(hs_json *json, const hs_snapshot *snapshot, const hs_geocoder *geocoder,
                                const hs_review_entry *entry, hs_error *error);
/* The candidates as GeoJSON features, each with its number. */
hs_status hs_review_write_candidates(hs_json *json, const hs_snapshot *snapshot, const hs_geocoder *geocoder,
                                     hs_str address, hs_error *error);
void hs_review_write_decision(hs_json *json, const hs_decision_record *decision);
/* The same as an object of its own, with id and address. */
void hs_review_write_decided(hs_json *json, const hs_decision_record *decision);
void hs_review_write_report(hs_json *json, const hs_review_report *report);

/* The queue as a CSV file that an office fills in, and the same read back (review_csv.c): columns id,
 * address, count, reason, decision, candidate, lon, lat, new_address, note, remember, then the candidates. */
hs_status hs_review_export(hs_service *service, const hs_snapshot *snapshot, const hs_review_request *request,
                           const char *path, hs_error *error, uint64_t *rows);
/* Rows with an empty `decision` are passed over. HS_E_INPUT names the row that is wrong, and nothing is done.
 */
hs_status hs_review_apply(hs_service *service, const char *path, hs_str user, hs_error *error,
                          hs_review_report *report, uint64_t *rows);

#endif

/* What was decided by hand about address texts: immutable, shared by reference count. */
#ifndef CITY_DECISIONS_H
#define CITY_DECISIONS_H

#include <hotspot/error.h>
#include <hotspot/records.h>

/* One a text, the latest, in the order of ids; those that were taken back are not among them. Texts live as
 * long as the decisions. */
typedef struct hs_decisions {
    uint32_t count;
    const hs_decision_record *decision;
} hs_decisions;

typedef struct hs_decisions_builder hs_decisions_builder;
hs_status hs_decisions_builder_new(hs_error *error, hs_decisions_builder **builder);
void hs_decisions_builder_free(hs_decisions_builder *builder);
/* Copies a record; of several about one key the one that was decided last counts, of those the one added
 * last.
 */
hs_status hs_decisions_add(hs_decisions_builder *builder, const hs_decision_record *record, hs_error *error);
/* Ends the builder's life. One reference. */
hs_decisions *hs_decisions_finish(hs_decisions_builder *builder);

/* What was decided about a key; NULL for nothing. Thread-safe. */
const hs_decision_record *hs_decisions_find(const hs_decisions *decisions, hs_str key);
/* Whether a decision is about an incident of this row id (0: of one that is not stored yet). */
static inline bool hs_decision_holds(const hs_decision_record *decision, int64_t row) {
    return decision && (decision->remembered || (row > 0 && row <= decision->last_incident));
}
/* Whether it says where incidents lie, or that they lie nowhere. */
static inline bool hs_decision_locates(hs_decision_action action) {
    return action != HS_DECISION_OPEN && action != HS_DECISION_SKIP;
}

hs_decisions *hs_decisions_ref(const hs_decisions *decisions);
void hs_decisions_unref(hs_decisions *decisions);

#endif

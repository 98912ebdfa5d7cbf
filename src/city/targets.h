/* What was promised for units and categories: immutable, shared by reference count. */
#ifndef CITY_TARGETS_H
#define CITY_TARGETS_H

#include <hotspot/error.h>
#include <hotspot/records.h>

typedef struct hs_targets {
    uint32_t count;
    const hs_target_record *target; /* by id; texts live as long as the targets */
} hs_targets;

typedef struct hs_targets_builder hs_targets_builder;
hs_status hs_targets_builder_new(hs_error *error, hs_targets_builder **builder);
void hs_targets_builder_free(hs_targets_builder *builder);
/* Copies a record; they come in the order of ids. */
hs_status hs_targets_add(hs_targets_builder *builder, const hs_target_record *record, hs_error *error);
/* Ends the builder's life. One reference. */
hs_targets *hs_targets_finish(hs_targets_builder *builder);

hs_targets *hs_targets_ref(const hs_targets *targets);
void hs_targets_unref(hs_targets *targets);

#endif

/* Who found what: the reporting effort beside counts, since a campaign raises patrol finds by itself. */
#ifndef SERVICE_REPORTING_H
#define SERVICE_REPORTING_H

#include "base/arena.h"
#include "base/json_writer.h"
#include "city/filter.h"
#include "statistics/share_change.h"

typedef struct hs_reporting_counts {
    uint64_t of[HS_REPORTING_GROUPS];
} hs_reporting_counts;

/* Groups of the snapshot's sources by their code, the arena's; NULL without memory. */
uint8_t *hs_reporting_groups(const hs_snapshot *snapshot, hs_arena *arena);

/* The patrols' share of what patrols and residents found: others say nothing of the effort. */
hs_share hs_reporting_share(const hs_reporting_counts *counts);
/* Its change over periods in order. HS_E_MEMORY. O(count). */
hs_status hs_reporting_change(const hs_reporting_counts *period, uint32_t count, hs_arena *arena,
                              hs_error *error, hs_share_change *change);
/* Whether to warn of it: p below 0.01 and 5 percentage points or more. */
bool hs_reporting_changed(const hs_share_change *change);
/* The warning; `when` is what the change begins with. NULL without memory. */
const char *hs_reporting_warning(const hs_share_change *change, const char *when, bool chinese,
                                 hs_arena *arena);

/* Members patrol, residents, other, patrol_share, patrol_share_low, patrol_share_high (null where neither
 * found any). */
void hs_reporting_members(hs_json *json, const hs_reporting_counts *counts);
/* Member `change`: from, before, after with their intervals, dispersion, p, significant; null where nothing
 * can be said. */
void hs_reporting_write_change(hs_json *json, const hs_share_change *change, const char *when);
/* Members how_en and how_zh of an object that has these. */
void hs_reporting_write_how(hs_json *json);

#endif

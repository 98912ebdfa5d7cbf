/* Incidents by who found them: a set of sources. */
#include "base/hash.h"
#include "city/filter_private.h"

hs_status hs_filter_parse_reports(const hs_filter_parsing *p, hs_str value, uint64_t *hash) {
    (void)hash;
    for (hs_str rest = value; rest.size > 0;) {
        hs_reporting group = hs_reporting_parse(hs_str_trim(hs_str_cut(&rest, ',')));
        if (group == HS_REPORTING_GROUPS)
            return hs_error_set(p->error, HS_E_ARGUMENT,
                                "reports '%.*s': residents, patrol or other is expected", HS_SHOWN(value));
        p->filter->reports |= 1u << group;
    }
    return HS_OK;
}

hs_status hs_filter_settle_reports(const hs_snapshot *snapshot, unsigned groups, hs_arena *arena,
                                   hs_error *error, hs_filter *filter, uint64_t *hash) {
    const hs_incidents *incidents = snapshot->incidents;
    uint64_t sum = 0;
    if (groups == 0) return HS_OK;
    uint64_t *set = hs_arena_array(arena, (size_t)incidents->source_count / 64 + 1, sizeof *set);
    if (!set) return hs_filter_no_memory(error);
    for (uint32_t i = 0; i < incidents->source_count; i++) {
        bool asked = !filter->source || (filter->source[i / 64] >> (i % 64) & 1);
        if (!asked || !(groups >> hs_reporting_of(incidents->source[i]) & 1)) continue;
        set[i / 64] |= UINT64_C(1) << (i % 64);
        sum += hs_hash_str(incidents->source[i], 3);
    }
    filter->source = set;
    *hash += sum | 1;
    return HS_OK;
}

hs_status hs_filter_narrow(const hs_filter *filter, const hs_snapshot *snapshot, hs_reporting group,
                           hs_arena *arena, hs_error *error, hs_filter *narrow) {
    hs_filter made = *filter;
    uint64_t hash[2] = {filter->hash, 0};
    hs_status status = hs_filter_settle_reports(snapshot, 1u << group, arena, error, &made, &hash[1]);
    if (status != HS_OK) return status;
    made.hash = hs_hash(hash, sizeof hash, 7);
    *narrow = made;
    return HS_OK;
}

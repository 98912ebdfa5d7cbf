/* One feature: what pages, single items and changes of them share. */
#ifndef API_FEATURE_H
#define API_FEATURE_H

#include "api/collection.h"
#include "api/crs.h"
#include "city/duplicates.h"

/* What a feature and a page of them are offered as, ended by a NULL f. */
extern const hs_representation hs_item_representations[];

/* Appends a feature as GeoJSON; false where the collection has none of this id. `duplicates` may be NULL. */
bool hs_feature_write(const hs_snapshot *snapshot, const hs_collection *collection, int64_t id,
                      const hs_duplicates *duplicates, hs_buffer *out);
/* Two features of equal content have equal tags; the low 16 bits are 0: an ETag has the representation there.
 */
#define HS_FEATURE_TAG_MASK (~UINT64_C(0xFFFF))
uint64_t hs_feature_tag(hs_str json);

/* Answers with a feature that was written into the body: ETag, links, reference system, form. */
hs_status hs_call_answer_feature(hs_call *call, const hs_collection *collection, int64_t id,
                                 const hs_ogc_crs *crs);

/* Makes JSON-FG of the GeoJSON in the body where that was negotiated (jsonfg.c). */
hs_status hs_call_jsonfg(hs_call *call, const hs_collection *collection, const hs_ogc_crs *crs);

#endif

/* What the calendar and the timeline share. */
#ifndef API_CALENDAR_H
#define API_CALENDAR_H

#include "api/endpoint.h"
#include "service/calendar.h"

/* Member `period`: from, to (not in it) and days; null where there is none. */
void hs_write_span(hs_call *call, const hs_span *span);
/* Which time it is that filters call by this field. */
const char *hs_time_field_name(hs_time_field field);

#endif

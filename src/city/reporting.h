/* Who found an incident: patrols go where they are sent, so that what they find says as much of the effort as
 * of the problem; residents report by themselves. */
#ifndef CITY_REPORTING_H
#define CITY_REPORTING_H

#include "base/text.h"

typedef enum hs_reporting {
    HS_REPORTING_PATROL = 0, /* collectors, inspectors, officers on their rounds */
    HS_REPORTING_RESIDENTS,  /* hotline, public app, mail, web */
    HS_REPORTING_OTHER,      /* leaders, transfers, media, sensors, names not known, none */
    HS_REPORTING_GROUPS
} hs_reporting;

/* `patrol`, `residents`, `other`; HS_REPORTING_GROUPS for a text that is none. Static storage. */
const char *hs_reporting_name(hs_reporting group);
hs_reporting hs_reporting_parse(hs_str text);

/* The group of a source by the words in its name, Chinese or English; a patrol's word goes before a
 * resident's (a patrol's app is no public one). O(length x words). */
hs_reporting hs_reporting_of(hs_str source);

#endif

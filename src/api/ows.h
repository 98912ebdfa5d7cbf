/* What the OGC's older services (WMTS, WMS) share: parameters in any case, exceptions as XML, density at a
 * pixel. */
#ifndef API_OWS_H
#define API_OWS_H

#include "api/density.h"

typedef enum hs_ows_form {
    HS_OWS_WMTS, /* exceptions of OWS Common 1.1 */
    HS_OWS_WMS_130,
    HS_OWS_WMS_111,
} hs_ows_form;

typedef struct hs_ows {
    hs_call *call;
    hs_ows_form form;
    /* Of the exception, once something failed; NULL: what fits the status. */
    const char *code, *locator;
    unsigned http_status; /* 0: what fits the code */
} hs_ows;

typedef hs_status (*hs_ows_handler)(hs_ows *ows);

/* Runs a handler in the services' ways: names of parameters in any case, the dimension TIME as the filter
 * `datetime` (`all` or `default` is none; `occurred`, `reported` and `closed` stay our filter `time`),
 * unknown parameters ignored, whatever goes wrong as an exception in XML. A `bbox` becomes HS_OWS_EXTENT
 * where `extent` says that it is the picture's and no filter. */
#define HS_OWS_EXTENT "picture-bbox"
hs_status hs_ows_run(hs_call *call, hs_ows_form form, bool extent, hs_ows_handler handler);

/* Sets the exception's code, locator (or NULL) and text, and returns HS_E_ARGUMENT for run to answer. */
hs_status hs_ows_fail(hs_ows *ows, const char *code, const char *locator, const char *format, ...)
    HS_PRINTF(4, 5);
/* A parameter that must be there; fails with MissingParameterValue. */
hs_status hs_ows_need(hs_ows *ows, const char *name, hs_str *value);
/* A whole number from 0 to `most` in a parameter or a part of the path; fails with `code` where it is not. */
hs_status hs_ows_number(hs_ows *ows, const char *code, const char *name, hs_str text, int64_t most,
                        int64_t *value);

/* Density at a position in one of the forms of hs_ows_info_formats, ended by NULL. */
extern const char *const hs_ows_info_formats[];
hs_status hs_ows_feature_info(hs_ows *ows, hs_str format, hs_position position);

/* The extent of what is served; false where there is nothing. */
bool hs_ows_extent(const hs_snapshot *snapshot, hs_box *box);
/* <name>text</name>. */
void hs_ows_element(hs_buffer *out, const char *name, hs_str text);
/* The values of the dimension TIME that are listed: `all`, and each year of the incidents' times in the
 * city's zone as a closed interval. Calls `each` with every one. */
void hs_ows_times(const hs_snapshot *snapshot, void (*each)(hs_buffer *out, const char *value),
                  hs_buffer *out);

#endif

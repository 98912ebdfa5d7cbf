/* Parameters that the endpoints of finding addresses share. */
#include "api/geocode.h"

#include "base/text.h"
#include <hotspot/coordinates.h>
#include <stdio.h>
#include <string.h>

bool hs_call_answer_form(hs_call *call, hs_answer_form otherwise, hs_answer_form *form) {
    hs_str format = hs_call_text(call, "format");
    *form = otherwise;
    if (hs_str_equal(format, HS_STR("geocodejson")))
        *form = HS_GEOCODEJSON;
    else if (hs_str_equal(format, HS_STR("jsonv2")))
        *form = HS_NOMINATIM_V2;
    else if (hs_str_equal(format, HS_STR("json")))
        *form = HS_NOMINATIM;
    else if (format.size > 0) {
        if (otherwise != HS_GEOCODEJSON)
            hs_nominatim_refuse(call, 400, "format: one of jsonv2, json and geocodejson is expected");
        else
            hs_response_problem(call->response, 400, NULL,
                                "format: one of geocodejson, jsonv2 and json is expected");
        return false;
    }
    return *form != HS_GEOCODEJSON || !hs_call_refuse_unknown(call);
}

/* Quality of a language tag's item, in thousandths, as `en-GB;q=0.8`. */
static unsigned quality(hs_str item) {
    hs_str parameter = item;
    (void)hs_str_cut(&parameter, ';');
    parameter = hs_str_trim(parameter);
    double q = 1;
    if (hs_str_starts(parameter, HS_STR("q=")))
        (void)hs_str_to_double((hs_str){parameter.data + 2, parameter.size - 2}, &q);
    return q <= 0 ? 0 : q >= 1 ? 1000 : (unsigned)(q * 1000);
}

static bool is_language(hs_str tag, const char *language) {
    hs_str primary = hs_str_cut(&tag, '-');
    return hs_str_equal_nocase(hs_str_trim(primary), hs_str_of(language));
}

static hs_label_language preferred(hs_str list) {
    unsigned best = 0;
    hs_label_language language = HS_LABEL_AS_NAMES;
    while (list.size > 0) {
        hs_str item = hs_str_trim(hs_str_cut(&list, ','));
        hs_str tag = hs_str_cut(&(hs_str){item.data, item.size}, ';');
        bool chinese = is_language(tag, "zh");
        if (!chinese && !is_language(tag, "en")) continue;
        unsigned q = quality(item);
        if (q <= best) continue;
        best = q;
        language = chinese ? HS_LABEL_ZH : HS_LABEL_EN;
    }
    return language;
}

hs_status hs_call_language(hs_call *call, hs_label_language *language) {
    hs_str lang = hs_call_text(call, "lang");
    if (lang.size > 0) {
        bool chinese = is_language(lang, "zh");
        if (!chinese && !is_language(lang, "en"))
            return hs_error_set(call->error, HS_E_ARGUMENT, "lang: zh or en is expected");
        *language = chinese ? HS_LABEL_ZH : HS_LABEL_EN;
        return HS_OK;
    }
    hs_str list = hs_call_text(call, "accept-language");
    if (list.size == 0) list = hs_request_header(call->request, "Accept-Language");
    *language = preferred(list);
    return HS_OK;
}

hs_status hs_call_box(hs_call *call, const char *name, hs_box *box, bool *given) {
    hs_str rest = hs_call_text(call, name);
    hs_position corner[2];
    double number[4] = {0};
    *given = rest.size > 0;
    if (!*given) return HS_OK;
    bool good = true;
    for (int i = 0; i < 4; i++)
        good = good && hs_str_to_double(hs_str_cut(&rest, ','), &number[i]);
    if (!good || rest.size > 0 || !hs_position_from_degrees(number[0], number[1], &corner[0]) ||
        !hs_position_from_degrees(number[2], number[3], &corner[1]))
        return hs_error_set(call->error, HS_E_ARGUMENT,
                            "%s: longitude,latitude,longitude,latitude of two corners is expected", name);
    bool lon = corner[0].lon_e7 > corner[1].lon_e7, lat = corner[0].lat_e7 > corner[1].lat_e7;
    *box = (hs_box){corner[lon].lon_e7, corner[lat].lat_e7, corner[!lon].lon_e7, corner[!lat].lat_e7};
    return HS_OK;
}

hs_status hs_call_position(hs_call *call, hs_position *position) {
    double lon, lat;
    if (!hs_str_to_double(hs_call_text(call, "lon"), &lon) ||
        !hs_str_to_double(hs_call_text(call, "lat"), &lat) || !hs_position_from_degrees(lon, lat, position))
        return hs_error_set(call->error, HS_E_ARGUMENT,
                            "lon and lat are needed: longitude from -180 to 180 and latitude from -90 to 90");
    return HS_OK;
}

bool hs_call_begin_in_language(hs_call *call, const char *media_type, hs_label_language language) {
    hs_response_header(call->response, "Vary", "Accept-Language");
    return hs_call_begin_version(call, media_type, (uint64_t)language + 1);
}

/* A request is posted: an incident by the way that all live ones take. Who reports is not kept: the store has
 * no place for it. */
#include "api/open311.h"

#include "base/clock.h"
#include "base/text.h"
#include "service/live.h"
#include <hotspot/coordinates.h>

enum { ADDRESS_MOST = 1000 };

typedef struct posting {
    hs_post post;
    hs_post_item item;
    hs_service *service;
    hs_request *request;
    bool dropped; /* something came along that is not kept */
    bool chinese; /* the language that the form chose */
} posting;

/* Fields that the specification knows and that are not kept. */
static const char *const dropped_fields[] = {"email",     "device_id", "account_id", "first_name",
                                             "last_name", "phone",     "media_url",  NULL};

typedef struct form {
    const hs_http_pair *fields;
    size_t count;
} form;

/* The first value that is not empty: an empty field is as good as none. */
static hs_str field(const form *f, const char *name) {
    for (size_t i = 0; i < f->count; i++) {
        hs_str value = hs_str_trim(f->fields[i].value);
        if (value.size > 0 && hs_str_equal(f->fields[i].name, hs_str_of(name))) return value;
    }
    return (hs_str){"", 0};
}

/* Keys and jurisdictions come in the address too. */
static hs_str field_or_query(const hs_open311 *o, const form *f, const char *name) {
    hs_str value = field(f, name);
    return value.size > 0 ? value : hs_call_text(o->call, name);
}

static size_t count_characters(hs_str text) {
    size_t count = 0;
    for (; text.size > 0; count++)
        (void)hs_utf8_next(&text);
    return count;
}

static bool take_service(hs_open311 *o, const form *f, hs_incident_record *record) {
    const hs_taxonomy *taxonomy = o->call->snapshot->taxonomy;
    hs_str code = field(f, "service_code");
    if (code.size == 0) {
        hs_open311_refuse(o, 400, "service_code was not provided", "缺少 service_code");
        return false;
    }
    uint32_t row = hs_open311_find_class(taxonomy, code);
    if (row == HS_NONE || !hs_open311_is_service(taxonomy, row)) {
        hs_open311_refuse(o, 404, "service_code was not found", "没有此 service_code");
        return false;
    }
    record->category = taxonomy->category[row].code;
    return true;
}

static bool take_position(hs_open311 *o, const form *f, hs_incident_record *record) {
    hs_str lat_text = field(f, "lat"), long_text = field(f, "long");
    double lat_deg, lon_deg;
    if (lat_text.size == 0 && long_text.size == 0) return true;
    if (lat_text.size == 0 || long_text.size == 0) {
        hs_open311_refuse(o, 400, "lat and long come together", "lat 与 long 须同时给出");
        return false;
    }
    if (!hs_str_to_double(lat_text, &lat_deg) || !hs_str_to_double(long_text, &lon_deg) ||
        !hs_position_from_degrees(lon_deg, lat_deg, &record->position) ||
        (record->position.lon_e7 == 0 && record->position.lat_e7 == 0)) {
        hs_open311_refuse(o, 400, "lat, long: no position on Earth in degrees of WGS 84",
                          "lat、long 不是 WGS 84 经纬度");
        return false;
    }
    record->has_position = true;
    record->match_type = HS_MATCH_GIVEN;
    return true;
}

static hs_str address_text(const hs_open311 *o, uint32_t row) {
    const hs_addresses *addresses = &o->call->snapshot->geography->addresses;
    hs_str text = addresses->text[row], street = addresses->street[row], number = addresses->number[row];
    if (text.size > 0) return text;
    return hs_str_of(hs_arena_printf(o->call->arena, "%.*s%s%.*s", (int)street.size, street.data,
                                     o->chinese ? "" : " ", (int)number.size, number.data));
}

/* An id of the collection `addresses`. */
static bool take_address_id(hs_open311 *o, const form *f, hs_incident_record *record) {
    const hs_addresses *addresses = &o->call->snapshot->geography->addresses;
    hs_str text = field(f, "address_id");
    int64_t id;
    if (text.size == 0) return true;
    for (uint32_t row = 0; hs_str_to_int(text, &id) && row < addresses->count; row++) {
        if (addresses->id[row] != id) continue;
        if (record->address.size == 0) record->address = address_text(o, row);
        if (record->has_position) return true;
        record->has_position = true;
        record->position = addresses->position[row];
        record->match_type = HS_MATCH_ADDRESS;
        return true;
    }
    hs_open311_refuse(o, 404, "address_id was not found", "没有此 address_id");
    return false;
}

static bool take_texts(hs_open311 *o, const form *f, hs_incident_record *record) {
    record->address = field(f, "address_string");
    record->description = field(f, "description");
    if (count_characters(record->address) > ADDRESS_MOST) {
        hs_open311_refuse(o, 400, "address_string: at most 1000 characters are taken",
                          "address_string：最多 1000 字");
        return false;
    }
    if (count_characters(record->description) > HS_OPEN311_DESCRIPTION_MOST) {
        hs_open311_refuse(o, 400, "description: at most 4000 characters are taken",
                          "description：最多 4000 字");
        return false;
    }
    return true;
}

static bool take_record(hs_open311 *o, const form *f, hs_incident_record *record) {
    *record = (hs_incident_record){.reported_s = hs_clock_now_s(),
                                   .occurred_s = HS_NO_TIME,
                                   .closed_s = HS_NO_TIME,
                                   .deadline_s = HS_NO_TIME,
                                   .source = HS_STR("app"),
                                   .status = HS_STR("open"),
                                   .weight = 1};
    if (!take_service(o, f, record) || !take_texts(o, f, record) || !take_position(o, f, record) ||
        !take_address_id(o, f, record))
        return false;
    if (record->has_position || record->address.size > 0) return true;
    hs_open311_refuse(o, 400, "no location: lat and long, address_string or address_id is needed",
                      "缺少位置：需要 lat 与 long、address_string 或 address_id");
    return false;
}

static bool admit_resident(hs_open311 *o) {
    unsigned wait_s = 0;
    hs_call *call = o->call;
    if (hs_rate_limit_take(call->api->residents, hs_request_client(call->request), hs_clock_monotonic_ms(),
                           &wait_s))
        return true;
    const char *en = hs_arena_printf(
        call->arena, "too many requests from this address; the next is taken in %u s", wait_s);
    const char *zh = hs_arena_printf(call->arena, "该地址上报过于频繁，请 %u 秒后再试", wait_s);
    hs_open311_refuse(o, 429, en, zh);
    hs_response_header(call->response, "Retry-After", hs_arena_printf(call->arena, "%u", wait_s));
    return false;
}

/* A key, or, where residents may report without one, nothing. */
static bool check_poster(hs_open311 *o, const form *f, hs_user *user) {
    hs_str key = field_or_query(o, f, "api_key");
    *user = (hs_user){0};
    if (key.size == 0) key = hs_call_token(o->call);
    if (key.size > 0) return hs_open311_check_key(o, key, HS_ROLE_REPORTER, user);
    if (o->call->api->residents) return true;
    hs_open311_refuse(o, 403, "api_key was not provided; the city's keeper gives keys of the role reporter",
                      "缺少 api_key；密钥由城市管理员发放，角色为 reporter");
    return false;
}

static void stored(void *context) {
    posting *p = context;
    hs_request_resume(p->request);
}

static void start(void *context, hs_request *request) {
    posting *p = context;
    p->request = request;
    hs_service_post(p->service, &p->post);
}

static const char *notice(const hs_open311 *o, const posting *p) {
    const char *lost =
        p->item.record.has_position
            ? ""
            : hs_open311_say(o, "The address was not found on the map. ", "地址未能在地图上定位。");
    const char *dropped = p->dropped ? hs_open311_say(o, "Who reported and media_url are not kept. ",
                                                      "联系方式与 media_url 不予保存。")
                                     : "";
    return hs_arena_printf(o->call->arena, "%s%s", lost, dropped);
}

static void write_answer(hs_open311 *o, const posting *p) {
    hs_call *call = o->call;
    const char *id = hs_arena_printf(call->arena, "%lld", (long long)p->item.row);
    hs_spark_list(&o->out, "service_requests");
    hs_spark_item(&o->out, "request");
    if (p->post.snapshot) {
        hs_spark_text(&o->out, "service_request_id", hs_str_of(id));
        hs_str base = call->request->base_url;
        hs_response_header(call->response, "Location",
                           hs_arena_printf(call->arena, "%.*s/open311/v2/requests/%s.%s", (int)base.size,
                                           base.data, id, o->xml ? "xml" : "json"));
    } else { /* stored, and served in a moment */
        hs_spark_text(&o->out, "token", p->item.record.external_id);
    }
    hs_spark_text(&o->out, "service_notice", hs_str_trim(hs_str_of(notice(o, p))));
    hs_spark_end(&o->out);
    hs_spark_end(&o->out);
}

static hs_status answer_failure(hs_open311 *o, const posting *p) {
    if (p->post.status == HS_E_DENIED)
        return hs_open311_refuse(o, 400, "this server only reads: no request is taken",
                                 "本服务器只读，不接受上报");
    hs_open311_refuse(o, 503, "the request could not be stored now; try again", "暂时无法保存，请稍后再试");
    hs_response_header(o->call->response, "Retry-After", "5");
    return HS_OK;
}

static hs_status answer(hs_open311 *o, posting *p) {
    hs_status status = HS_OK;
    o->chinese = p->chinese;
    if (p->post.status != HS_OK)
        status = answer_failure(o, p);
    else if (p->item.outcome == HS_POST_DENIED)
        status = hs_open311_refuse(o, 403, "the place lies outside the unit that this api_key is for",
                                   "位置不在此 api_key 所属单元内");
    else if (p->item.outcome == HS_POST_REFUSED)
        status = hs_open311_refuse(o, 400, p->item.reason, p->item.reason);
    else
        write_answer(o, p);
    hs_snapshot_unref(p->post.snapshot);
    return status;
}

static hs_status post_request(hs_open311 *o, const form *f, const hs_user *user) {
    hs_call *call = o->call;
    posting *p = hs_arena_array(call->arena, 1, sizeof *p);
    if (!p) return hs_error_memory(call->error, "the request");
    if (!take_record(o, f, &p->item.record)) return HS_OK;
    if (user->name.size == 0 && !admit_resident(o)) return HS_OK;
    for (const char *const *name = dropped_fields; *name; name++)
        p->dropped = p->dropped || field(f, *name).size > 0;
    p->service = call->api->service;
    p->chinese = o->chinese;
    p->post = (hs_post){.items = &p->item,
                        .count = 1,
                        .unit = user->unit,
                        .arena = call->arena,
                        .done = stored,
                        .context = p};
    return hs_request_wait(call->request, start, p);
}

static hs_status serve_post(hs_open311 *o) {
    hs_call *call = o->call;
    if (call->request->waited_for) return answer(o, call->request->waited_for);
    form f;
    hs_user user;
    hs_status status = hs_request_form(call->request, call->error, &f.fields, &f.count);
    if (status != HS_OK) return status;
    if (!hs_open311_choose_language(o, field(&f, "lang")) ||
        !hs_open311_check_jurisdiction(o, field(&f, "jurisdiction_id")))
        return HS_OK;
    if (call->api->read_only) return answer_failure(o, &(posting){.post = {.status = HS_E_DENIED}});
    if (!check_poster(o, &f, &user)) return HS_OK;
    return post_request(o, &f, &user);
}

hs_status hs_open311_post(hs_call *call) {
    return hs_open311_run(call, serve_post);
}

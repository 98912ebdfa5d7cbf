/* Services: the small classes of the city's taxonomy. None asks for anything beside what every request has.
 */
#include "api/open311.h"

#include "base/text.h"

uint32_t hs_open311_find_class(const hs_taxonomy *taxonomy, hs_str code) {
    uint32_t row = hs_taxonomy_find(taxonomy, code);
    return row != HS_NONE && hs_str_equal(taxonomy->category[row].code, code) ? row : HS_NONE;
}

bool hs_open311_is_service(const hs_taxonomy *taxonomy, uint32_t row) {
    const hs_category_record *own = &taxonomy->category[row];
    if (own->members.size > 0) return false;
    for (uint32_t other = 0; other < taxonomy->count; other++)
        if (hs_str_equal(taxonomy->category[other].parent, own->code)) return false;
    return true;
}

static const hs_category_record *parent_of(const hs_taxonomy *taxonomy, const hs_category_record *category) {
    uint32_t row = category->parent.size ? hs_open311_find_class(taxonomy, category->parent) : HS_NONE;
    return row == HS_NONE ? NULL : &taxonomy->category[row];
}

static void add_keyword(hs_buffer *out, hs_str name) {
    if (name.size == 0) return;
    if (out->size > 0) hs_buffer_text(out, ", ");
    hs_buffer_str(out, name);
}

static void add_names(hs_buffer *out, const hs_category_record *category) {
    add_keyword(out, category->name);
    if (!hs_str_equal(category->name, category->name_en)) add_keyword(out, category->name_en);
}

/* The names in both languages of the class, of its large class and of the groups that it belongs to. */
static void write_keywords(hs_open311 *o, const hs_taxonomy *taxonomy, uint32_t row) {
    const hs_category_record *category = &taxonomy->category[row];
    const hs_category_record *parent = parent_of(taxonomy, category);
    hs_buffer text;
    hs_buffer_init(&text, 1 << 16);
    add_names(&text, category);
    if (parent) add_names(&text, parent);
    for (uint32_t group = 0; group < taxonomy->count; group++)
        if (taxonomy->category[group].members.size > 0 && hs_taxonomy_covers(taxonomy, group, category->code))
            add_names(&text, &taxonomy->category[group]);
    hs_spark_text(&o->out, "keywords", (hs_str){text.data, text.size});
    hs_buffer_done(&text);
}

static hs_str describe(const hs_open311 *o, const hs_category_record *category, hs_str group, hs_str name) {
    hs_buffer text;
    hs_buffer_init(&text, 1 << 16);
    hs_buffer_str(&text, group);
    if (group.size > 0) hs_buffer_text(&text, hs_open311_say(o, ": ", "："));
    hs_buffer_str(&text, name);
    if (category->department.size > 0) {
        hs_buffer_text(&text, hs_open311_say(o, ". Responsible: ", "。责任部门："));
        hs_buffer_str(&text, category->department);
    }
    hs_str copy = hs_arena_str(o->call->arena, (hs_str){text.data, text.size});
    hs_buffer_done(&text);
    return copy;
}

static void write_service(hs_open311 *o, const hs_taxonomy *taxonomy, uint32_t row) {
    const hs_category_record *category = &taxonomy->category[row];
    const hs_category_record *parent = parent_of(taxonomy, category);
    hs_str name = hs_open311_name(o, category->name_en, category->name);
    hs_str group = parent ? hs_open311_name(o, parent->name_en, parent->name) : (hs_str){"", 0};
    hs_spark_item(&o->out, "service");
    hs_spark_text(&o->out, "service_code", category->code);
    hs_spark_text(&o->out, "service_name", name);
    hs_spark_text(&o->out, "description", describe(o, category, group, name));
    hs_spark_bool(&o->out, "metadata", false);
    hs_spark_text(&o->out, "type", HS_STR("realtime"));
    write_keywords(o, taxonomy, row);
    hs_spark_text(&o->out, "group", group);
    hs_spark_end(&o->out);
}

static hs_status serve_services(hs_open311 *o) {
    if (hs_open311_begin(o, 0)) return HS_OK;
    const hs_taxonomy *taxonomy = o->call->snapshot->taxonomy;
    hs_spark_list(&o->out, "services");
    for (uint32_t row = 0; row < taxonomy->count; row++)
        if (hs_open311_is_service(taxonomy, row)) write_service(o, taxonomy, row);
    hs_spark_end(&o->out);
    return HS_OK;
}

static hs_status serve_service(hs_open311 *o) {
    const hs_taxonomy *taxonomy = o->call->snapshot->taxonomy;
    hs_str code = hs_request_param(o->call->request, "serviceCode");
    uint32_t row = hs_open311_find_class(taxonomy, code);
    if (row == HS_NONE || !hs_open311_is_service(taxonomy, row))
        return hs_open311_refuse(o, 404, "service_code was not found", "没有此 service_code");
    if (hs_open311_begin(o, 0)) return HS_OK;
    hs_spark_item(&o->out, "service_definition");
    hs_spark_text(&o->out, "service_code", code);
    hs_spark_list(&o->out, "attributes");
    hs_spark_end(&o->out);
    hs_spark_end(&o->out);
    return HS_OK;
}

hs_status hs_open311_services(hs_call *call) {
    return hs_open311_run(call, serve_services);
}

hs_status hs_open311_service(hs_call *call) {
    return hs_open311_run(call, serve_service);
}

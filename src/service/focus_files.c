#include "service/focus_files.h"

#include "base/text.h"
#include "service/export_private.h"
#include "service/focus_texts.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

typedef struct form_words {
    const char *name, *media_type;
} form_words;

static const form_words forms[HS_FOCUS_FORMS] = {
    [HS_FOCUS_PDF] = {"pdf", "application/pdf"},
    [HS_FOCUS_GPX] = {"gpx", "application/gpx+xml"},
    [HS_FOCUS_KML] = {"kml", "application/vnd.google-earth.kml+xml"},
    [HS_FOCUS_XLSX] = {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
};

const char *hs_focus_form_name(hs_focus_form form) {
    return forms[form].name;
}

const char *hs_focus_form_media_type(hs_focus_form form) {
    return forms[form].media_type;
}

hs_focus_form hs_focus_form_named(hs_str name) {
    int form = 0;
    while (form < HS_FOCUS_FORMS && !hs_str_equal_nocase(name, hs_str_of(forms[form].name)))
        form++;
    return (hs_focus_form)form;
}

static hs_status check(const hs_focus_plan *plan, const hs_focus_file *file, hs_arena *arena,
                       hs_error *error) {
    uint32_t count = 0;
    if (plan->count == 0)
        return hs_error_set(error, HS_E_INPUT,
                            "the plan is empty: nothing is expected where the budget may go; take a larger "
                            "budget or wider filters");
    if (file->crew == 0) return HS_OK;
    if (!hs_focus_crew_items(plan, file->crew, arena, &count)) return hs_error_memory(error, "a plan");
    if (count > 0) return HS_OK;
    return hs_error_set(error, HS_E_INPUT, "crew: %u has nothing in this plan, whose crews are 1 to %u",
                        (unsigned)file->crew, (unsigned)hs_focus_crews(plan));
}

hs_status hs_focus_write(hs_service *service, const hs_hotspot_run *run, hs_focus_form form,
                         const hs_focus_file *file, hs_arena *arena, hs_error *error, hs_buffer *out) {
    hs_status status = check(hs_focus_plan_of(run), file, arena, error);
    if (status != HS_OK) return status;
    switch (form) {
    case HS_FOCUS_PDF:
        status = hs_focus_write_pdf(service, run, file, arena, error, out);
        break;
    case HS_FOCUS_GPX:
        status = hs_focus_write_gpx(run, file, arena, error, out);
        break;
    case HS_FOCUS_KML:
        status = hs_focus_write_kml(run, file, arena, error, out);
        break;
    default:
        status = hs_focus_write_xlsx(run, file, arena, error, out);
    }
    if (status == HS_OK && out->status != HS_OK)
        status = hs_error_set(error, out->status, "the plan is larger than an answer may be");
    return status;
}

static hs_status put(const hs_output *output, const hs_buffer *bytes, hs_error *error) {
    FILE *file = fopen(output->file, "wb");
    bool done = file && fwrite(bytes->data, 1, bytes->size, file) == bytes->size;
    if (file && fclose(file) != 0) done = false;
    if (done) return hs_output_keep(output, error);
    return hs_error_set(error, HS_E_IO, "%s: cannot be written: %s", output->shown, strerror(errno));
}

hs_status hs_focus_write_file(hs_service *service, const hs_hotspot_run *run, const char *path,
                              const hs_focus_file *file, hs_arena *arena, hs_error *error) {
    const char *dot = strrchr(path, '.');
    const char *slash = strrchr(path, '/');
    hs_focus_form form = dot ? hs_focus_form_named(hs_str_of(dot + 1)) : HS_FOCUS_FORMS;
    hs_output output;
    hs_buffer bytes;
    if (form == HS_FOCUS_FORMS) return hs_hotspots_file(service, run, path, error);
    if (hs_service_is_store(service, path))
        return hs_error_set(error, HS_E_ARGUMENT, "%s: it is the store", path);
    hs_status status = hs_output_begin(path, slash ? slash + 1 : path, error, &output);
    if (status != HS_OK) return status;
    hs_buffer_init(&bytes, (size_t)1 << 30);
    status = hs_focus_write(service, run, form, file, arena, error, &bytes);
    if (status == HS_OK) status = put(&output, &bytes, error);
    hs_buffer_done(&bytes);
    hs_output_end(&output);
    return status;
}

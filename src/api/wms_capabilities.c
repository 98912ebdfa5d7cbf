#include "api/wms.h"

#include "api/crs.h"
#include "base/text.h"
#include "export/xml.h"
#include "geo/mercator.h"
#include "render/map_legend.h"
#include "service/density_legend.h"
#include "service/density_picture.h"
#include <string.h>

typedef struct describing {
    hs_call *call;
    hs_buffer *out;
    bool older; /* 1.1.1 */
    hs_box box;
    bool has_box;
} describing;

static void write_online(const describing *d, const char *path) {
    hs_buffer_text(d->out,
                   "<OnlineResource xmlns:xlink=\"http://www.w3.org/1999/xlink\" xlink:type=\"simple\" "
                   "xlink:href=\"");
    hs_xml_text(d->out, d->call->request->base_url);
    hs_xml_text(d->out, hs_str_of(path));
    hs_buffer_text(d->out, "\"/>\n");
}

static void write_operation(const describing *d, const char *name, const char *const *formats) {
    hs_buffer_printf(d->out, "<%s>\n", name);
    for (; *formats; formats++)
        hs_ows_element(d->out, "Format", hs_str_of(*formats));
    hs_buffer_text(d->out, "<DCPType><HTTP><Get>");
    write_online(d, "/wms?");
    hs_buffer_printf(d->out, "</Get></HTTP></DCPType>\n</%s>\n", name);
}

static void write_service(const describing *d) {
    const hs_city_info *info = &d->call->snapshot->info;
    hs_buffer_printf(d->out, "<Service>\n<Name>%s</Name>\n", d->older ? "OGC:WMS" : "WMS");
    hs_ows_element(d->out, "Title", hs_str_of(hs_arena_printf(d->call->arena, "hotspotd %s", info->name)));
    if (info->synthetic)
        hs_ows_element(d->out, "Abstract",
                       HS_STR("A synthetic sample city: all names and incidents are invented. "
                              "合成示例城市，名称与案件均为虚构。"));
    write_online(d, "/wms?");
    hs_buffer_text(d->out, "<Fees>none</Fees>\n<AccessConstraints>none</AccessConstraints>\n");
    if (!d->older)
        hs_buffer_printf(d->out,
                         "<LayerLimit>2</LayerLimit>\n<MaxWidth>%u</MaxWidth>\n<MaxHeight>%u</MaxHeight>\n",
                         HS_PICTURE_MOST_PX, HS_PICTURE_MOST_PX);
    hs_buffer_text(d->out, "</Service>\n");
}

static void write_requests(const describing *d) {
    static const char *const png[] = {"image/png", NULL};
    static const char *const pictures[] = {"image/png", "image/jpeg", NULL};
    const char *const document[] = {d->older ? "application/vnd.ogc.wms_xml" : "text/xml", NULL};
    hs_buffer_text(d->out, "<Request>\n");
    write_operation(d, "GetCapabilities", document);
    write_operation(d, "GetMap", pictures);
    write_operation(d, "GetFeatureInfo", hs_ows_info_formats);
    write_operation(d, d->older ? "GetLegendGraphic" : "sld:GetLegendGraphic", png);
    hs_buffer_printf(d->out, "</Request>\n<Exception><Format>%s</Format></Exception>\n",
                     d->older ? "application/vnd.ogc.se_xml" : "XML");
}

/* Those of the features' declared systems that have a code; others are taken too. */
static void write_systems(const describing *d) {
    hs_ogc_crs crs;
    const char *name = d->older ? "SRS" : "CRS";
    if (!d->older) hs_ows_element(d->out, name, HS_STR("CRS:84"));
    hs_ows_element(d->out, name, HS_STR("EPSG:4326"));
    for (unsigned i = 0; hs_ogc_crs_at(d->call->snapshot, i, &crs); i++)
        if (crs.proj[0]) hs_ows_element(d->out, name, hs_str_of(crs.proj));
}

static void write_box(const describing *d, const char *system, double x0, double y0, double x1, double y1) {
    hs_buffer_printf(d->out,
                     "<BoundingBox %s=\"%s\" minx=\"%.7f\" miny=\"%.7f\" maxx=\"%.7f\" maxy=\"%.7f\"/>\n",
                     d->older ? "SRS" : "CRS", system, x0, y0, x1, y1);
}

static double metres(uint32_t units) {
    return (units / 0x1p32 - 0.5) * 2 * 3.14159265358979323846 * HS_EARTH_RADIUS_M;
}

static void write_extent(const describing *d) {
    if (!d->has_box) return;
    double west = d->box.min_lon_e7 * 1e-7;
    double south = d->box.min_lat_e7 * 1e-7;
    double east = d->box.max_lon_e7 * 1e-7;
    double north = d->box.max_lat_e7 * 1e-7;
    hs_mercator low = hs_mercator_from_position((hs_position){d->box.min_lon_e7, d->box.min_lat_e7});
    hs_mercator high = hs_mercator_from_position((hs_position){d->box.max_lon_e7, d->box.max_lat_e7});
    if (d->older) {
        hs_buffer_printf(d->out,
                         "<LatLonBoundingBox minx=\"%.7f\" miny=\"%.7f\" maxx=\"%.7f\" maxy=\"%.7f\"/>\n",
                         west, south, east, north);
        write_box(d, "EPSG:4326", west, south, east, north);
    } else {
        hs_buffer_printf(d->out,
                         "<EX_GeographicBoundingBox><westBoundLongitude>%.7f</westBoundLongitude>"
                         "<eastBoundLongitude>%.7f</eastBoundLongitude><southBoundLatitude>%.7f"
                         "</southBoundLatitude><northBoundLatitude>%.7f</northBoundLatitude>"
                         "</EX_GeographicBoundingBox>\n",
                         west, east, south, north);
        write_box(d, "CRS:84", west, south, east, north);
        write_box(d, "EPSG:4326", south, west, north, east);
    }
    write_box(d, "EPSG:3857", metres(low.x), -metres(low.y), metres(high.x), -metres(high.y));
}

/* `all`, which is the default, stands for no period. */
static void write_time(const describing *d) {
    const hs_incidents *incidents = d->call->snapshot->incidents;
    char from[HS_TIME_TEXT_SIZE];
    char to[HS_TIME_TEXT_SIZE];
    if (incidents->min_time_s == HS_NO_TIME) return;
    (void)hs_time_format(incidents->min_time_s, from);
    (void)hs_time_format(incidents->max_time_s, to);
    if (d->older)
        hs_buffer_printf(
            d->out,
            "<Dimension name=\"time\" units=\"ISO8601\"/>\n<Extent name=\"time\" default=\"all\">%s/%s"
            "/PT1S</Extent>\n",
            from, to);
    else
        hs_buffer_printf(
            d->out, "<Dimension name=\"time\" units=\"ISO8601\" default=\"all\">%s/%s/PT1S</Dimension>\n",
            from, to);
}

/* The legend's size, from the header of its picture. */
static hs_status write_style(const describing *d, const char *name, const char *title,
                             const hs_buffer *legend, const char *path) {
    const unsigned char *size = (const unsigned char *)legend->data + 16;
    if (legend->size < 24) return hs_error_set(d->call->error, HS_E_INTERNAL, "the legend is no picture");
    unsigned width = (unsigned)size[0] << 24 | (unsigned)size[1] << 16 | (unsigned)size[2] << 8 | size[3];
    unsigned height = (unsigned)size[4] << 24 | (unsigned)size[5] << 16 | (unsigned)size[6] << 8 | size[7];
    hs_buffer_printf(d->out,
                     "<Style><Name>%s</Name><Title>%s</Title><LegendURL width=\"%u\" height=\"%u\">"
                     "<Format>image/png</Format>",
                     name, title, width, height);
    write_online(d, path);
    hs_buffer_text(d->out, "</LegendURL></Style>\n");
    return HS_OK;
}

static hs_status write_layer(const describing *d, const hs_buffer *legend) {
    hs_buffer_text(d->out, "<Layer queryable=\"1\" opaque=\"0\">\n<Name>density</Name>\n"
                           "<Title>Density of incidents 案件密度</Title>\n"
                           "<Abstract>Kernel density: incidents per km², per month where TIME sets a period. "
                           "核密度，单位件/平方公里；设时段时为每月。</Abstract>\n");
    write_systems(d);
    write_extent(d);
    write_time(d);
    hs_status status = write_style(d, "default", "Classes 分级", legend, "/density/legend.png");
    hs_buffer_text(d->out, "</Layer>\n");
    return status;
}

/* A style of the map, whose legend is its own. */
static hs_status write_map_style(const describing *d, const char *name, const char *title,
                                 const char *style) {
    hs_call *call = d->call;
    hs_buffer legend;
    const hs_map_style *drawn = hs_map_styles_find(call->api->map_styles, hs_str_of(style));
    const char *path = hs_arena_printf(call->arena, "/map/legend.png?style=%s", style);
    if (!drawn || !path) return hs_error_memory(call->error, "a legend");
    hs_buffer_init(&legend, (size_t)1 << 24);
    hs_status status =
        hs_render_map_legend(drawn, hs_ramps_paper(call->api->ramps, drawn->dark),
                             strcmp(call->snapshot->info.lang, "zh") == 0, 1, call->error, &legend);
    if (status == HS_OK) status = write_style(d, name, title, &legend, path);
    hs_buffer_done(&legend);
    return status;
}

static hs_status write_map_layer(const describing *d) {
    static const char *const styles[][3] = {{"default", "Light 浅色", "light"},
                                            {"light", "Light 浅色", "light"},
                                            {"dark", "Dark 深色", "dark"},
                                            {"print", "Print 打印", "print"}};
    hs_buffer_text(d->out, "<Layer queryable=\"0\" opaque=\"1\">\n<Name>map</Name>\n<Title>Map 地图</Title>\n"
                           "<Abstract>Units, streets, places and zones with their names. "
                           "行政单元、街道、地点与区域及其名称。</Abstract>\n");
    write_systems(d);
    write_extent(d);
    hs_status status = HS_OK;
    for (size_t i = 0; i < sizeof styles / sizeof *styles && status == HS_OK; i++)
        status = write_map_style(d, styles[i][0], styles[i][1], styles[i][2]);
    hs_buffer_text(d->out, "</Layer>\n");
    return status;
}

static void write_head(const describing *d) {
    hs_buffer_text(d->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    if (d->older)
        hs_buffer_text(d->out, "<!DOCTYPE WMT_MS_Capabilities SYSTEM "
                               "\"http://schemas.opengis.net/wms/1.1.1/capabilities_1_1_1.dtd\">\n"
                               "<WMT_MS_Capabilities version=\"1.1.1\">\n");
    else
        hs_buffer_text(
            d->out, "<WMS_Capabilities xmlns=\"http://www.opengis.net/wms\" "
                    "xmlns:sld=\"http://www.opengis.net/sld\" "
                    "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
                    "xsi:schemaLocation=\"http://www.opengis.net/wms "
                    "http://schemas.opengis.net/wms/1.3.0/capabilities_1_3_0.xsd "
                    "http://www.opengis.net/sld http://schemas.opengis.net/sld/1.1.0/sld_capabilities.xsd\" "
                    "version=\"1.3.0\">\n");
}

static hs_status draw_legend(hs_call *call, hs_buffer *picture) {
    hs_density_ask ask;
    hs_status status = hs_call_density(call, &ask);
    bool chinese = strcmp(call->snapshot->info.lang, "zh") == 0;
    hs_density_legend legend = {&ask.request, &ask.classes, hs_ramps_paper(call->api->ramps, false), chinese,
                                1};
    return status == HS_OK ? hs_service_density_legend(call->api->service, call->snapshot, &legend,
                                                       call->arena, call->error, picture)
                           : status;
}

hs_status hs_wms_write_capabilities(hs_ows *ows) {
    hs_call *call = ows->call;
    describing d = {.call = call, .out = &call->response->body, .older = ows->form == HS_OWS_WMS_111};
    if (hs_call_begin(call, d.older ? "application/vnd.ogc.wms_xml" : "text/xml; charset=utf-8",
                      HS_READS_ALL))
        return HS_OK;
    hs_buffer legend;
    hs_buffer_init(&legend, (size_t)1 << 24);
    hs_status status = draw_legend(call, &legend);
    d.has_box = hs_ows_extent(call->snapshot, &d.box);
    write_head(&d);
    write_service(&d);
    hs_buffer_text(d.out, "<Capability>\n");
    write_requests(&d);
    hs_buffer_text(d.out, "<Layer>\n<Title>hotspotd</Title>\n");
    write_systems(&d);
    write_extent(&d);
    if (status == HS_OK) status = write_layer(&d, &legend);
    if (status == HS_OK) status = write_map_layer(&d);
    hs_buffer_printf(d.out, "</Layer>\n</Capability>\n</%s>\n",
                     d.older ? "WMT_MS_Capabilities" : "WMS_Capabilities");
    hs_buffer_done(&legend);
    return status;
}

#include "api/wmts.h"

#include "base/text.h"
#include "export/xml.h"
#include "geo/mercator.h"
#include <math.h>

#define TEMPLATE_TAIL "/{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}"

static void write_operation(hs_call *call, const char *name) {
    hs_buffer *out = &call->response->body;
    hs_buffer_printf(out, "<ows:Operation name=\"%s\"><ows:DCP><ows:HTTP>\n", name);
    hs_buffer_text(out, "<ows:Get xlink:href=\"");
    hs_xml_text(out, call->request->base_url);
    hs_buffer_text(out, "/wmts?\"><ows:Constraint name=\"GetEncoding\"><ows:AllowedValues><ows:Value>KVP"
                        "</ows:Value></ows:AllowedValues></ows:Constraint></ows:Get>\n"
                        "</ows:HTTP></ows:DCP></ows:Operation>\n");
}

static void write_service(hs_call *call) {
    hs_buffer *out = &call->response->body;
    const hs_city_info *info = &call->snapshot->info;
    hs_buffer_text(out, "<ows:ServiceIdentification>\n");
    hs_ows_element(out, "ows:Title", hs_str_of(hs_arena_printf(call->arena, "hotspotd %s", info->name)));
    if (info->synthetic)
        hs_ows_element(out, "ows:Abstract",
                       HS_STR("A synthetic sample city: all names and incidents are invented. "
                              "合成示例城市，名称与案件均为虚构。"));
    hs_buffer_text(out, "<ows:ServiceType>OGC WMTS</ows:ServiceType>\n"
                        "<ows:ServiceTypeVersion>1.0.0</ows:ServiceTypeVersion>\n"
                        "<ows:Fees>none</ows:Fees>\n<ows:AccessConstraints>none</ows:AccessConstraints>\n"
                        "</ows:ServiceIdentification>\n<ows:OperationsMetadata>\n");
    write_operation(call, "GetCapabilities");
    write_operation(call, "GetTile");
    write_operation(call, "GetFeatureInfo");
    hs_buffer_text(out, "</ows:OperationsMetadata>\n");
}

static void write_box(hs_call *call) {
    hs_buffer *out = &call->response->body;
    hs_box box;
    if (!hs_ows_extent(call->snapshot, &box)) return;
    hs_buffer_printf(out,
                     "<ows:WGS84BoundingBox><ows:LowerCorner>%.7f %.7f</ows:LowerCorner>"
                     "<ows:UpperCorner>%.7f %.7f</ows:UpperCorner></ows:WGS84BoundingBox>\n",
                     box.min_lon_e7 * 1e-7, box.min_lat_e7 * 1e-7, box.max_lon_e7 * 1e-7,
                     box.max_lat_e7 * 1e-7);
}

static void write_time(hs_buffer *out, const char *value) {
    hs_ows_element(out, "Value", hs_str_of(value));
}

static void write_resource(hs_call *call, const char *layer, const char *type, const char *format,
                           const char *tail) {
    hs_buffer *out = &call->response->body;
    hs_buffer_printf(out, "<ResourceURL format=\"%s\" resourceType=\"%s\" template=\"", format, type);
    hs_xml_text(out, call->request->base_url);
    hs_buffer_printf(out, "/wmts/1.0.0/%s/{Style}" TEMPLATE_TAIL "%s\"/>\n", layer, tail);
}

static void write_layer(hs_call *call) {
    hs_buffer *out = &call->response->body;
    hs_buffer_text(out,
                   "<Layer>\n<ows:Title>Density of incidents 案件密度</ows:Title>\n"
                   "<ows:Abstract>Kernel density: incidents per km², per month where TIME sets a period. "
                   "核密度，单位件/平方公里；设时段时为每月。</ows:Abstract>\n");
    write_box(call);
    hs_buffer_text(out, "<ows:Identifier>density</ows:Identifier>\n<Style isDefault=\"true\">\n"
                        "<ows:Title>Classes 分级</ows:Title>\n<ows:Identifier>default</ows:Identifier>\n"
                        "<LegendURL format=\"image/png\" xlink:href=\"");
    hs_xml_text(out, call->request->base_url);
    hs_buffer_text(
        out, "/density/legend.png\"/>\n</Style>\n<Format>image/png</Format>\n<Format>image/jpeg</Format>\n");
    for (const char *const *format = hs_ows_info_formats; *format; format++)
        hs_ows_element(out, "InfoFormat", hs_str_of(*format));
    hs_buffer_text(out,
                   "<Dimension>\n<ows:Title>Period 时段</ows:Title>\n<ows:Abstract>Or any instant, day or "
                   "closed interval of ISO 8601, ends open as .. : 2025-06-01/2025-08-31. "
                   "亦可为任意 ISO 8601 时刻、日期或闭区间。</ows:Abstract>\n"
                   "<ows:Identifier>TIME</ows:Identifier>\n<ows:UOM>ISO8601</ows:UOM>\n"
                   "<Default>all</Default>\n");
    hs_ows_times(call->snapshot, write_time, out);
    hs_buffer_text(out, "</Dimension>\n");
    for (const hs_wmts_set *set = hs_wmts_sets; set->id; set++)
        hs_buffer_printf(out, "<TileMatrixSetLink><TileMatrixSet>%s</TileMatrixSet></TileMatrixSetLink>\n",
                         set->id);
    write_resource(call, "density", "tile", "image/png", ".png?TIME={TIME}");
    write_resource(call, "density", "tile", "image/jpeg", ".jpg?TIME={TIME}");
    write_resource(call, "density", "FeatureInfo", "application/geo+json", "/{J}/{I}.json?TIME={TIME}");
    hs_buffer_text(out, "</Layer>\n");
}

static void write_map_layer(hs_call *call) {
    static const char *const styles[][2] = {
        {"default", "Light 浅色"}, {"light", "Light 浅色"}, {"dark", "Dark 深色"}, {"print", "Print 打印"}};
    hs_buffer *out = &call->response->body;
    hs_buffer_text(out, "<Layer>\n<ows:Title>Map 地图</ows:Title>\n"
                        "<ows:Abstract>Units, streets, places and zones with their names. "
                        "行政单元、街道、地点与区域及其名称。</ows:Abstract>\n");
    write_box(call);
    hs_buffer_text(out, "<ows:Identifier>map</ows:Identifier>\n");
    for (size_t i = 0; i < sizeof styles / sizeof *styles; i++)
        hs_buffer_printf(
            out, "<Style%s>\n<ows:Title>%s</ows:Title>\n<ows:Identifier>%s</ows:Identifier>\n</Style>\n",
            i == 0 ? " isDefault=\"true\"" : "", styles[i][1], styles[i][0]);
    hs_buffer_text(out, "<Format>image/png</Format>\n<Format>image/jpeg</Format>\n");
    for (const hs_wmts_set *set = hs_wmts_sets; set->id; set++)
        hs_buffer_printf(out, "<TileMatrixSetLink><TileMatrixSet>%s</TileMatrixSet></TileMatrixSetLink>\n",
                         set->id);
    write_resource(call, "map", "tile", "image/png", ".png");
    write_resource(call, "map", "tile", "image/jpeg", ".jpg");
    hs_buffer_text(out, "</Layer>\n");
}

static void write_set(hs_buffer *out, const hs_wmts_set *set) {
    hs_buffer_text(out, "<TileMatrixSet>\n");
    hs_ows_element(out, "ows:Identifier", hs_str_of(set->id));
    hs_ows_element(out, "ows:SupportedCRS", hs_str_of(set->crs));
    if (set->scales) hs_ows_element(out, "WellKnownScaleSet", hs_str_of(set->scales));
    for (unsigned z = 0; z < set->matrices; z++)
        hs_buffer_printf(out,
                         "<TileMatrix><ows:Identifier>%u</ows:Identifier>"
                         "<ScaleDenominator>%.17g</ScaleDenominator>"
                         "<TopLeftCorner>%s</TopLeftCorner>"
                         "<TileWidth>256</TileWidth><TileHeight>256</TileHeight>"
                         "<MatrixWidth>%u</MatrixWidth><MatrixHeight>%u</MatrixHeight></TileMatrix>\n",
                         z, ldexp(set->top_scale, -(int)z), set->corner, set->across << z, 1U << z);
    hs_buffer_text(out, "</TileMatrixSet>\n");
}

hs_status hs_wmts_write_capabilities(hs_ows *ows) {
    hs_call *call = ows->call;
    if (hs_call_begin(call, "application/xml", HS_READS_ALL)) return HS_OK;
    hs_buffer *out = &call->response->body;
    hs_buffer_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                        "<Capabilities xmlns=\"http://www.opengis.net/wmts/1.0\" "
                        "xmlns:ows=\"http://www.opengis.net/ows/1.1\" "
                        "xmlns:xlink=\"http://www.w3.org/1999/xlink\" "
                        "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
                        "xsi:schemaLocation=\"http://www.opengis.net/wmts/1.0 "
                        "http://schemas.opengis.net/wmts/1.0/wmtsGetCapabilities_response.xsd\" "
                        "version=\"1.0.0\">\n");
    write_service(call);
    hs_buffer_text(out, "<Contents>\n");
    write_layer(call);
    write_map_layer(call);
    for (const hs_wmts_set *set = hs_wmts_sets; set->id; set++)
        write_set(out, set);
    hs_buffer_text(out, "</Contents>\n<ServiceMetadataURL xlink:href=\"");
    hs_xml_text(out, call->request->base_url);
    hs_buffer_text(out, "/wmts/1.0.0/WMTSCapabilities.xml\"/>\n</Capabilities>\n");
    return HS_OK;
}

#include "render/map_image.h"

#include "render/png.h"
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

enum { QUALITY = 88 };

const char *hs_image_media_type(hs_image_format format) {
    return format == HS_IMAGE_JPEG ? "image/jpeg" : "image/png";
}

cairo_surface_t *hs_image_surface(uint32_t width, uint32_t height, bool opaque) {
    cairo_surface_t *surface = cairo_image_surface_create(opaque ? CAIRO_FORMAT_RGB24 : CAIRO_FORMAT_ARGB32,
                                                          (int)width, (int)height);
    if (cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS) return surface;
    cairo_surface_destroy(surface);
    return NULL;
}

/* What libjpeg calls when it cannot go on: it must not return. */
typedef struct jpeg_failure {
    struct jpeg_error_mgr manager; /* first: libjpeg knows this part alone */
    jmp_buf back;
} jpeg_failure;

static void fail(j_common_ptr info) {
    jpeg_failure *failure = (jpeg_failure *)info->err;
    longjmp(failure->back, 1);
}

static void keep_quiet(j_common_ptr info) {
    (void)info;
}

/* A row in RGB on white. */
static void fill_row(const uint8_t *pixels, int width, bool opaque, uint8_t *row) {
    for (int x = 0; x < width; x++) {
        const uint32_t argb = ((const uint32_t *)(const void *)pixels)[x];
        uint32_t ground = opaque ? 0 : 255 - (argb >> 24);
        *row++ = (uint8_t)((argb >> 16 & 255) + ground);
        *row++ = (uint8_t)((argb >> 8 & 255) + ground);
        *row++ = (uint8_t)((argb & 255) + ground);
    }
}

static void compress(struct jpeg_compress_struct *jpeg, cairo_surface_t *surface, bool opaque, uint8_t *row) {
    int width = cairo_image_surface_get_width(surface);
    const uint8_t *pixels = cairo_image_surface_get_data(surface);
    int stride = cairo_image_surface_get_stride(surface);
    jpeg->image_width = (JDIMENSION)width;
    jpeg->image_height = (JDIMENSION)cairo_image_surface_get_height(surface);
    jpeg->input_components = 3;
    jpeg->in_color_space = JCS_RGB;
    jpeg_set_defaults(jpeg);
    jpeg_set_quality(jpeg, QUALITY, TRUE);
    jpeg->comp_info[0].h_samp_factor = 1;
    jpeg->comp_info[0].v_samp_factor = 1;
    jpeg_start_compress(jpeg, TRUE);
    while (jpeg->next_scanline < jpeg->image_height) {
        fill_row(pixels + (size_t)jpeg->next_scanline * (size_t)stride, width, opaque, row);
        (void)jpeg_write_scanlines(jpeg, &row, 1);
    }
    jpeg_finish_compress(jpeg);
}

static hs_status write_jpeg(cairo_surface_t *surface, bool opaque, hs_error *error, hs_buffer *out) {
    struct jpeg_compress_struct jpeg;
    jpeg_failure failure;
    unsigned char *volatile data = NULL;
    unsigned char *made = NULL;
    unsigned long size = 0;
    uint8_t *row = malloc(3 * (size_t)cairo_image_surface_get_width(surface) + 3);
    if (!row) return hs_error_memory(error, "a picture");
    jpeg.err = jpeg_std_error(&failure.manager);
    failure.manager.error_exit = fail;
    failure.manager.output_message = keep_quiet;
    hs_status status = HS_OK;
    if (setjmp(failure.back) == 0) {
        jpeg_create_compress(&jpeg);
        jpeg_mem_dest(&jpeg, &made, &size);
        compress(&jpeg, surface, opaque, row);
    } else {
        char why[JMSG_LENGTH_MAX];
        failure.manager.format_message((j_common_ptr)&jpeg, why);
        status = hs_error_set(error, HS_E_INTERNAL, "JPEG: %s", why);
    }
    data = made;
    jpeg_destroy_compress(&jpeg);
    if (status == HS_OK) hs_buffer_append(out, data, size);
    if (status == HS_OK && out->status != HS_OK)
        status = hs_error_set(error, out->status, "no room for a picture");
    free(data);
    free(row);
    return status;
}

hs_status hs_image_write(cairo_surface_t *surface, hs_image_format format, bool opaque, hs_error *error,
                         hs_buffer *out) {
    cairo_surface_flush(surface);
    if (format == HS_IMAGE_JPEG) return write_jpeg(surface, opaque, error, out);
    return hs_png_write_argb(cairo_image_surface_get_data(surface),
                             (uint32_t)cairo_image_surface_get_width(surface),
                             (uint32_t)cairo_image_surface_get_height(surface),
                             (size_t)cairo_image_surface_get_stride(surface), opaque, error, out);
}

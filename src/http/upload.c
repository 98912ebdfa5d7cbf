#include "http/upload.h"

#include "base/text.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define PREFIX "hotspotd-"

enum { FILES_MOST = 16, FIELDS_MOST = 256, FORM_BUFFER = 64 << 10, EXTENSION_MOST = 10 };

#define FIELDS_BYTES_MOST ((size_t)256 << 10)

struct hs_upload_reader {
    struct MHD_PostProcessor *form;
    hs_arena *arena;
    char *folder;
    hs_upload upload;
    hs_upload_file files[FILES_MOST];
    hs_http_pair fields[FIELDS_MOST];
    hs_buffer field; /* the value that is coming */
    size_t field_bytes;
    bool in_field;                     /* a field is coming */
    const char *part_name, *part_file; /* of the part that is coming, the latter NULL for a field */
    bool part_empty;                   /* nothing of it has come */
    int file;                          /* of the part that is coming, or -1 */
    hs_status status;
    hs_error error;
    bool full, taken, raw;
};

static enum MHD_Result fail(hs_upload_reader *reader, hs_status status, const char *words) {
    if (reader->status == HS_OK) reader->status = hs_error_set(&reader->error, status, "%s", words);
    return MHD_NO;
}

static enum MHD_Result fail_writing(hs_upload_reader *reader) {
    reader->full = errno == ENOSPC || errno == EDQUOT;
    return fail(reader, HS_E_IO,
                reader->full ? "the server's disk is full: nothing was taken"
                             : "the server cannot write the file: nothing was taken");
}

static bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* The last part of a name behind its dot in small letters, or nothing where it has anything but letters and
 * digits: no more than that of a client's name comes into a path. */
static size_t take_extension(hs_str *name, char out[EXTENSION_MOST + 2]) {
    size_t dot = name->size;
    while (dot > 0 && name->data[dot - 1] != '.')
        dot--;
    size_t size = name->size - dot;
    if (dot == 0 || size == 0 || size > EXTENSION_MOST) return 0;
    out[0] = '.';
    for (size_t i = 0; i < size; i++) {
        char c = name->data[dot + i];
        out[i + 1] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
        if (!is_plain(out[i + 1])) return 0;
    }
    out[size + 1] = '\0';
    name->size = dot - 1;
    return size + 1;
}

static bool is_wrapper(const char *extension) {
    return strcmp(extension, ".gz") == 0 || strcmp(extension, ".zip") == 0;
}

/* upload.shp, upload.dbf ...: parts of one dataset stay together, as their extensions tell them apart. */
static char *file_path(hs_upload_reader *reader, hs_str name) {
    char last[EXTENSION_MOST + 2] = "", inner[EXTENSION_MOST + 2] = "";
    if (take_extension(&name, last) > 0 && is_wrapper(last)) take_extension(&name, inner);
    char *path = hs_arena_printf(reader->arena, "%s/upload%s%s", reader->folder, inner, last);
    for (int number = 2; path && access(path, F_OK) == 0; number++)
        path = hs_arena_printf(reader->arena, "%s/upload%d%s%s", reader->folder, number, inner, last);
    return path;
}

/* What stands behind the last slash of either kind. */
static hs_str base_name(const char *name) {
    hs_str text = hs_str_of(name);
    for (size_t i = text.size; i > 0; i--)
        if (text.data[i - 1] == '/' || text.data[i - 1] == '\\')
            return (hs_str){text.data + i, text.size - i};
    return text;
}

static void end_part(hs_upload_reader *reader) {
    if (reader->file >= 0 && close(reader->file) != 0) fail_writing(reader);
    reader->file = -1;
    if (!reader->in_field) return;
    reader->in_field = false;
    hs_http_pair *pair = &reader->fields[reader->upload.field_count - 1];
    pair->value = hs_arena_str(reader->arena, (hs_str){reader->field.data, reader->field.size});
    if (!pair->value.data || !hs_utf8_valid(pair->value))
        fail(reader, HS_E_INPUT, "a field of the form is not UTF-8");
}

static enum MHD_Result begin_file(hs_upload_reader *reader, const char *key, const char *name) {
    if (reader->upload.file_count == FILES_MOST)
        return fail(reader, HS_E_LIMIT, "more than 16 files in one request; put them into a zip file");
    hs_str base = base_name(name);
    hs_upload_file *file = &reader->files[reader->upload.file_count];
    file->field = hs_arena_str(reader->arena, hs_str_of(key));
    file->name = hs_arena_str(reader->arena, base);
    file->path = file_path(reader, base);
    if (!file->field.data || !file->name.data || !file->path)
        return fail(reader, HS_E_MEMORY, "out of memory for the upload");
    if (!hs_utf8_valid(file->name)) return fail(reader, HS_E_INPUT, "the file's name is not UTF-8");
    reader->file = open(file->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (reader->file < 0) return fail_writing(reader);
    reader->upload.file_count++;
    return MHD_YES;
}

static enum MHD_Result begin_field(hs_upload_reader *reader, const char *key) {
    if (reader->upload.field_count == FIELDS_MOST)
        return fail(reader, HS_E_LIMIT, "more than 256 fields in the form");
    hs_http_pair *pair = &reader->fields[reader->upload.field_count];
    *pair = (hs_http_pair){.name = hs_arena_str(reader->arena, hs_str_of(key))};
    if (!pair->name.data) return fail(reader, HS_E_MEMORY, "out of memory for the upload");
    reader->upload.field_count++;
    reader->in_field = true;
    hs_buffer_clear(&reader->field);
    return MHD_YES;
}

static enum MHD_Result write_all(hs_upload_reader *reader, const char *bytes, size_t size) {
    hs_upload_file *file = &reader->files[reader->upload.file_count - 1];
    file->size += size;
    while (size > 0) {
        ssize_t written = write(reader->file, bytes, size);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return fail_writing(reader);
        bytes += written;
        size -= (size_t)written;
    }
    return MHD_YES;
}

static enum MHD_Result take_field(hs_upload_reader *reader, const char *bytes, size_t size) {
    reader->field_bytes += size;
    if (reader->field_bytes > FIELDS_BYTES_MOST)
        return fail(reader, HS_E_LIMIT, "the form's fields are larger than 256 KiB; files need a file name");
    hs_buffer_append(&reader->field, bytes, size);
    return reader->field.status == HS_OK ? MHD_YES : fail(reader, HS_E_MEMORY, "out of memory");
}

/* Where a part begins at the end of what came in one piece, libmicrohttpd tells of its beginning twice: first
 * without a byte. */
static bool goes_on(const hs_upload_reader *reader, const char *key, const char *file_name) {
    if (!reader->part_name || !reader->part_empty || !file_name != !reader->part_file) return false;
    return strcmp(reader->part_name, key) == 0 && (!file_name || strcmp(reader->part_file, file_name) == 0);
}

static enum MHD_Result name_part(hs_upload_reader *reader, const char *key, const char *file_name) {
    reader->part_name = hs_arena_strndup(reader->arena, key, strlen(key));
    reader->part_file = file_name ? hs_arena_strndup(reader->arena, file_name, strlen(file_name)) : NULL;
    reader->part_empty = true;
    if (reader->part_name && (!file_name || reader->part_file)) return MHD_YES;
    return fail(reader, HS_E_MEMORY, "out of memory for the upload");
}

static enum MHD_Result on_part(void *context, enum MHD_ValueKind kind, const char *key, const char *file_name,
                               const char *content_type, const char *encoding, const char *bytes,
                               uint64_t offset, size_t size) {
    hs_upload_reader *reader = context;
    (void)kind;
    (void)content_type;
    (void)encoding;
    if (reader->status != HS_OK) return MHD_NO;
    if (!key) return fail(reader, HS_E_INPUT, "a part of the form has no name");
    enum MHD_Result result = MHD_YES;
    if (offset == 0 && !goes_on(reader, key, file_name)) {
        end_part(reader);
        result = file_name ? begin_file(reader, key, file_name) : begin_field(reader, key);
        if (result == MHD_YES) result = name_part(reader, key, file_name);
    }
    if (result != MHD_YES || reader->status != HS_OK) return MHD_NO;
    reader->part_empty = reader->part_empty && size == 0;
    return reader->file >= 0 ? write_all(reader, bytes, size) : take_field(reader, bytes, size);
}

/* Held by an open descriptor, so that it ends with the process, however that ends. */
static int hold(const char *folder) {
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/" HS_UPLOAD_LOCK, folder) >= (int)sizeof path) return -1;
    int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) == 0) return lock;
    if (lock >= 0) close(lock);
    return -1;
}

static void remove_if_stale(const char *parent, const char *name) {
    char folder[PATH_MAX], path[PATH_MAX + 8];
    if (snprintf(folder, sizeof folder, "%s/%s", parent, name) >= (int)sizeof folder) return;
    (void)snprintf(path, sizeof path, "%s/" HS_UPLOAD_LOCK, folder);
    int lock = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (lock < 0) return;
    if (flock(lock, LOCK_EX | LOCK_NB) == 0) hs_upload_remove(folder);
    close(lock);
}

void hs_upload_remove_stale(const char *parent) {
    DIR *listing = opendir(parent);
    if (!listing) return;
    for (const struct dirent *entry = readdir(listing); entry; entry = readdir(listing))
        if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) == 0) remove_if_stale(parent, entry->d_name);
    closedir(listing);
}

hs_status hs_upload_reader_new(struct MHD_Connection *connection, const char *parent, bool raw,
                               hs_arena *arena, hs_error *error, hs_upload_reader **reader) {
    hs_upload_reader *made = calloc(1, sizeof *made);
    char *folder = hs_arena_printf(arena, "%s/" PREFIX "XXXXXX", parent);
    if (!made || !folder) {
        free(made);
        return hs_error_set(error, HS_E_MEMORY, "out of memory for the upload");
    }
    made->arena = arena;
    made->file = -1;
    hs_buffer_init(&made->field, FIELDS_BYTES_MOST);
    hs_status status = HS_OK;
    made->raw = raw;
    if (!raw) made->form = MHD_create_post_processor(connection, FORM_BUFFER, on_part, made);
    if (!raw && !made->form)
        status = hs_error_set(error, HS_E_UNSUPPORTED,
                              "send the file as multipart/form-data, as by curl -F file=@FILE");
    else if (!mkdtemp(folder))
        status = hs_error_set(error, HS_E_IO, "the server has no room for uploads: %s", strerror(errno));
    else
        made->folder = folder;
    made->upload.lock = made->folder ? hold(folder) : -1;
    if (status == HS_OK && made->upload.lock < 0)
        status = hs_error_set(error, HS_E_IO, "the server has no room for uploads: %s", strerror(errno));
    if (status != HS_OK) {
        hs_upload_reader_free(made);
        return status;
    }
    made->upload.folder = folder;
    made->upload.files = made->files;
    made->upload.fields = made->fields;
    if (raw && begin_file(made, "", "") != MHD_YES) {
        if (error) *error = made->error;
        status = made->status;
        hs_upload_reader_free(made);
        return status;
    }
    *reader = made;
    return HS_OK;
}

void hs_upload_reader_feed(hs_upload_reader *reader, const char *bytes, size_t size) {
    if (reader->raw) {
        if (reader->status == HS_OK) (void)write_all(reader, bytes, size);
        return;
    }
    if (reader->status == HS_OK && MHD_post_process(reader->form, bytes, size) != MHD_YES)
        fail(reader, HS_E_INPUT, "the body is no well-formed multipart/form-data");
}

hs_status hs_upload_reader_end(hs_upload_reader *reader, hs_error *error, bool *full,
                               const hs_upload **upload) {
    struct MHD_PostProcessor *form = reader->form;
    reader->form = NULL;
    if (form && MHD_destroy_post_processor(form) != MHD_YES)
        fail(reader, HS_E_INPUT, "the body breaks off within a part of the form");
    end_part(reader);
    *full = reader->full;
    if (reader->status != HS_OK) {
        if (error) *error = reader->error;
        return reader->status;
    }
    *upload = &reader->upload;
    return HS_OK;
}

void hs_upload_remove(const char *folder) {
    DIR *listing = opendir(folder);
    if (!listing) return;
    for (const struct dirent *entry = readdir(listing); entry; entry = readdir(listing))
        (void)unlinkat(dirfd(listing), entry->d_name, 0);
    closedir(listing);
    (void)rmdir(folder);
}

void hs_upload_reader_release(hs_upload_reader *reader) {
    reader->taken = true;
}

void hs_upload_reader_free(hs_upload_reader *reader) {
    if (!reader) return;
    if (reader->form) (void)MHD_destroy_post_processor(reader->form);
    if (reader->file >= 0) close(reader->file);
    if (reader->folder && !reader->taken) {
        hs_upload_remove(reader->folder);
        if (reader->upload.lock >= 0) close(reader->upload.lock);
    }
    hs_buffer_done(&reader->field);
    free(reader);
}

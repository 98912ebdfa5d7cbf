#include "service/export_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *join(const char *before, const char *between, const char *after) {
    size_t size = strlen(before) + strlen(between) + strlen(after) + 1;
    char *made = malloc(size);
    if (made) (void)snprintf(made, size, "%s%s%s", before, between, after);
    return made;
}

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* A pattern for mkdtemp: hidden, beside the target. */
static char *folder_pattern(const char *target) {
    if (target) {
        size_t size = strlen(target) + 16;
        char *made = malloc(size);
        if (made)
            (void)snprintf(made, size, "%.*s.%.100s-XXXXXX", (int)(base_name(target) - target), target,
                           base_name(target));
        return made;
    }
    const char *parent = getenv("TMPDIR");
    return join(parent && *parent ? parent : "/tmp", "/hotspotd-export-", "XXXXXX");
}

/* The file that a link leads to is the one that is replaced. */
static hs_status find_target(const char *path, hs_error *error, char **target) {
    struct stat there;
    char *real = stat(path, &there) == 0 ? realpath(path, NULL) : strdup(path);
    if (!real) return hs_error_set(error, HS_E_IO, "%s: %s", path, strerror(errno));
    if (stat(real, &there) == 0 && !S_ISREG(there.st_mode)) {
        free(real);
        return hs_error_set(error, HS_E_ARGUMENT, "%s is there and is no file", path);
    }
    *target = real;
    return HS_OK;
}

hs_status hs_output_begin(const char *target, const char *name, hs_error *error, hs_output *output) {
    hs_output made = {0};
    hs_status status = target ? find_target(target, error, &made.target) : HS_OK;
    if (status != HS_OK) return status;
    made.shown = strdup(target ? target : name);
    made.folder = folder_pattern(made.target);
    if (!made.shown || !made.folder) {
        status = hs_error_memory(error, "an export");
    } else if (!mkdtemp(made.folder)) {
        status =
            hs_error_set(error, HS_E_IO, "%s: no file can be made there: %s", made.shown, strerror(errno));
        free(made.folder);
        made.folder = NULL;
    } else if (!(made.file = join(made.folder, "/", name))) {
        status = hs_error_memory(error, "an export");
    }
    if (status == HS_OK)
        *output = made;
    else
        hs_output_end(&made);
    return status;
}

static hs_status put(const hs_output *output, const char *from, const char *to, hs_error *error) {
    if (rename(from, to) == 0) return HS_OK;
    return hs_error_set(error, HS_E_IO, "%s: cannot be put in its place: %s", output->shown, strerror(errno));
}

/* Size of a path without its last extension. */
static size_t stem_size(const char *path) {
    const char *dot = strrchr(base_name(path), '.');
    return dot ? (size_t)(dot - path) : strlen(path);
}

/* Indexes of a Shapefile that was there before would lead into the new one wrongly. */
static void remove_old_indexes(const hs_output *output) {
    static const char *const ends[] = {".qix", ".sbn", ".sbx", ".idm", ".ind", ".fbn", ".fbx", NULL};
    char *stem = strndup(output->target, stem_size(output->target));
    for (const char *const *end = ends; stem && *end; end++) {
        char *path = join(stem, *end, "");
        if (path) (void)unlink(path);
        free(path);
    }
    free(stem);
}

/* A file beside the main one keeps its end: made as `incidents.dbf` it goes to `out.dbf`. */
static hs_status put_beside(const hs_output *output, const char *name, hs_error *error) {
    size_t made = stem_size(base_name(output->file));
    char *from = join(output->folder, "/", name);
    char *stem = strndup(output->target, stem_size(output->target));
    char *to = stem ? join(stem, "", name + made) : NULL;
    hs_status status = from && to ? put(output, from, to, error) : hs_error_memory(error, "an export");
    free(from);
    free(stem);
    free(to);
    return status;
}

hs_status hs_output_keep(const hs_output *output, hs_error *error) {
    const char *main_name = base_name(output->file);
    size_t made = stem_size(main_name), main_size = strlen(main_name);
    bool is_shapefile = main_size > 4 && strcmp(main_name + main_size - 4, ".shp") == 0;
    DIR *folder = is_shapefile ? opendir(output->folder) : NULL;
    hs_status status = HS_OK;
    for (struct dirent *entry; folder && status == HS_OK && (entry = readdir(folder));)
        if (strncmp(entry->d_name, main_name, made) == 0 && strcmp(entry->d_name, main_name) != 0)
            status = put_beside(output, entry->d_name, error);
    if (folder) closedir(folder);
    if (is_shapefile) remove_old_indexes(output);
    /* Who could not read the file before cannot read the new one. */
    struct stat there;
    if (stat(output->target, &there) == 0) (void)chmod(output->file, there.st_mode & 0777);
    return status == HS_OK ? put(output, output->file, output->target, error) : status;
}

hs_status hs_output_open(const hs_output *output, hs_error *error, int *file, uint64_t *size) {
    struct stat about;
    int opened = open(output->file, O_RDONLY | O_CLOEXEC);
    if (opened < 0 || fstat(opened, &about) != 0) {
        if (opened >= 0) close(opened);
        return hs_error_set(error, HS_E_IO, "%s: %s", output->shown, strerror(errno));
    }
    *file = opened;
    *size = (uint64_t)about.st_size;
    return HS_OK;
}

/* nftw passes nothing on: what it adds up stands here, one a thread. */
static _Thread_local uint64_t bytes_seen;

static int add_bytes(const char *path, const struct stat *about, int kind, struct FTW *where) {
    (void)path;
    (void)where;
    if (kind == FTW_F) bytes_seen += (uint64_t)about->st_size;
    return 0;
}

uint64_t hs_output_bytes(const hs_output *output) {
    bytes_seen = 0;
    (void)nftw(output->folder, add_bytes, 8, FTW_PHYS);
    return bytes_seen;
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where) {
    (void)about;
    (void)kind;
    (void)where;
    (void)remove(path);
    return 0;
}

void hs_output_end(hs_output *output) {
    if (output->folder) (void)nftw(output->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    free(output->folder);
    free(output->file);
    free(output->target);
    free(output->shown);
    *output = (hs_output){0};
}

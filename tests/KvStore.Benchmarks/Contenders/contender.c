/* What SQLite costs by itself: kept statements in C on the very library that KvStore uses, handed over by its path.
   Compiled by the benchmark, where there is a compiler. Keys are of 30 bytes, values of 100, one behind the other. */
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { KEY = 30, VALUE = 100, ROW = 100, DONE = 101 };
typedef struct sqlite3 sqlite3;
typedef struct sqlite3_stmt sqlite3_stmt;

static int (*open_v2)(const char *, sqlite3 **, int, const char *);
static int (*exec)(sqlite3 *, const char *, void *, void *, void *);
static int (*prepare_v3)(sqlite3 *, const char *, int, unsigned, sqlite3_stmt **, const char **);
static int (*bind_text)(sqlite3_stmt *, int, const char *, int, intptr_t);
static int (*bind_int64)(sqlite3_stmt *, int, int64_t);
static int (*step)(sqlite3_stmt *);
static int (*reset)(sqlite3_stmt *);
static int (*finalize)(sqlite3_stmt *);
static const unsigned char *(*column_text)(sqlite3_stmt *, int);
static int (*column_bytes)(sqlite3_stmt *, int);
static int (*close_v2)(sqlite3 *);
static int (*autocheckpoint)(sqlite3 *, int);

typedef struct {
    sqlite3 *database;
    sqlite3_stmt *get, *put, *scan;
} contender;

static int load_library(const char *library)
{
    void *handle = dlopen(library, RTLD_NOW);
    if (!handle) return 0;
    open_v2 = dlsym(handle, "sqlite3_open_v2");
    exec = dlsym(handle, "sqlite3_exec");
    prepare_v3 = dlsym(handle, "sqlite3_prepare_v3");
    bind_text = dlsym(handle, "sqlite3_bind_text");
    bind_int64 = dlsym(handle, "sqlite3_bind_int64");
    step = dlsym(handle, "sqlite3_step");
    reset = dlsym(handle, "sqlite3_reset");
    finalize = dlsym(handle, "sqlite3_finalize");
    column_text = dlsym(handle, "sqlite3_column_text");
    column_bytes = dlsym(handle, "sqlite3_column_bytes");
    close_v2 = dlsym(handle, "sqlite3_close_v2");
    autocheckpoint = dlsym(handle, "sqlite3_wal_autocheckpoint");
    return open_v2 && exec && prepare_v3 && bind_text && bind_int64 && step && reset && finalize && column_text && column_bytes && close_v2 && autocheckpoint;
}

/* The schema and the three statements come from the benchmark: get binds the key as ?1, put the key as ?1 and the value as
   ?2, scan the bounds as ?1 and ?2. */
contender *contender_open(const char *library, const char *file, const char *schema, const char *get, const char *put, const char *scan)
{
    contender *self = calloc(1, sizeof *self);
    if (!load_library(library) || open_v2(file, &self->database, 0x8006, 0)) return 0;
    autocheckpoint(self->database, 4000);
    if (exec(self->database, schema, 0, 0, 0)) return 0;
    if (prepare_v3(self->database, get, -1, 1, &self->get, 0)) return 0;
    if (prepare_v3(self->database, put, -1, 1, &self->put, 0)) return 0;
    return prepare_v3(self->database, scan, -1, 1, &self->scan, 0) ? 0 : self;
}

int contender_exec(contender *self, const char *sql) { return exec(self->database, sql, 0, 0, 0); }

/* The number of keys found; the values are copied out, as whoever uses them must. */
int contender_get(contender *self, const char *keys, int count)
{
    int found = 0;
    char value[VALUE];
    for (int i = 0; i < count; i++) {
        bind_text(self->get, 1, keys + i * KEY, KEY, 0);
        if (step(self->get) == ROW && column_bytes(self->get, 0) == VALUE) {
            memcpy(value, column_text(self->get, 0), VALUE);
            found += value[0] == '0';
        }
        reset(self->get);
    }
    return found;
}

/* The number of keys put, each in a transaction of its own unless one is open. */
int contender_put(contender *self, const char *keys, const char *values, int count)
{
    int done = 0;
    for (int i = 0; i < count; i++) {
        bind_text(self->put, 1, keys + i * KEY, KEY, 0);
        bind_text(self->put, 2, values + i * VALUE, VALUE, 0);
        done += step(self->put) == DONE;
        reset(self->put);
    }
    return done;
}

/* The number of rows between two bounds; key and value are copied out. */
int contender_scan(contender *self, const char *lower, const char *upper)
{
    int found = 0;
    char row[KEY + VALUE];
    bind_text(self->scan, 1, lower, -1, 0);
    bind_text(self->scan, 2, upper, -1, 0);
    while (step(self->scan) == ROW) {
        memcpy(row, column_text(self->scan, 0), KEY);
        memcpy(row + KEY, column_text(self->scan, 1), VALUE);
        found += row[KEY] == '0';
    }
    reset(self->scan);
    return found;
}

void contender_close(contender *self)
{
    finalize(self->get);
    finalize(self->put);
    finalize(self->scan);
    close_v2(self->database);
    free(self);
}

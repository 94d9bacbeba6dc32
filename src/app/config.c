/* config: see config.h. One table of keys; its rows are the flags, the variables and the file's
 * words. */
#include "app/config.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { FILE_MAX_BYTES = 64 << 10 };

struct key {
    const char *name;    /* in the file: "log_level" */
    const char *flag;    /* "--log-level" */
    const char *absent;  /* value when nobody says anything; NULL: none */
    const char *choices; /* "text|json" or NULL */
    bool is_number;
    bool is_secret; /* may hold a password: masked, and taken from CONVENE_*_FILE too */
};

static const struct key keys[] = {
    {.name = "data", .flag = "--data", .absent = "convene.db", .is_secret = true},
    {.name = "listen", .flag = "--listen", .absent = "127.0.0.1:8080"},
    {.name = "log_format", .flag = "--log-format", .absent = "text", .choices = "text|json"},
    {.name = "log_level",
     .flag = "--log-level",
     .absent = "info",
     .choices = "error|warn|info|debug"},
    {.name = "tls_cert", .flag = "--tls-cert"},
    {.name = "tls_key", .flag = "--tls-key"},
    {.name = "behind_tls", .flag = "--behind-tls", .absent = "no", .choices = "yes|no"},
    {.name = "rate_limits", .flag = "--rate-limits", .absent = "yes", .choices = "yes|no"},
    {.name = "threads", .flag = "--threads", .absent = "0", .is_number = true},
    {.name = "workers", .flag = "--workers", .absent = "2", .is_number = true},
};
enum { KEY_COUNT = sizeof keys / sizeof *keys };

const struct cli_option config_options[] = {
    {"--json", NULL, "answer with the document as JSON"},
    {"--help", NULL, "explain this verb"},
    {"--data", "URL", "the network's data: a file, or postgres://… (CONVENE_DATA; convene.db)"},
    {"--config", "FILE", "a file of settings, one `key = value` a line (CONVENE_CONFIG)"},
    {"--listen", "ADDR", "where `serve` listens: 127.0.0.1:8080, [::1]:8080, :8080 or unix:PATH"},
    {"--log-format", "WORD", "text or json"},
    {"--log-level", "WORD", "error, warn, info or debug"},
    {"--tls-cert", "FILE", "certificate in PEM, when `serve` speaks TLS itself"},
    {"--tls-key", "FILE", "its key in PEM"},
    {"--behind-tls", "WORD", "yes: a proxy before us speaks TLS, so cookies are for TLS only"},
    {"--rate-limits", "WORD", "no: for measuring on this machine only"},
    {"--threads", "N", "event threads of `serve`; 0: as many as cores"},
    {"--workers", "N", "workers for long jobs"},
    {0},
};

struct setting {
    const char *value;
    const char *origin; /* "flag", "CONVENE_DATA", "convene.conf line 3", "default" */
};

static const char *environ_value(char **rows, const char *name)
{
    size_t size = strlen(name);
    for (; rows && *rows; rows++)
        if (strncmp(*rows, name, size) == 0 && (*rows)[size] == '=') return *rows + size + 1;
    return NULL;
}

static const char *variable_name(struct cv_arena *mem, const char *key)
{
    char *name = cv_sprintf(mem, "CONVENE_%s", key);
    for (char *at = name; *at; at++) *at = (char)toupper((unsigned char)*at);
    return name;
}

static const char *nearest_key(const char *word)
{
    const char *names[KEY_COUNT + 1] = {0};
    for (size_t i = 0; i < KEY_COUNT; i++) names[i] = keys[i].name;
    return cv_text_nearest(word, names);
}

/* The whole file as text with its last line break cut off; NULL and a problem when it cannot be
 * read. */
static char *file_text(struct cli_request *req, const char *path)
{
    FILE *file = fopen(path, "rbe");
    if (!file) {
        cv_problem(&req->problems, 0, "config", "check the path and who may read it",
                   "the file \"%s\" cannot be read (%s)", path, strerror(errno));
        return NULL;
    }
    char *text = cv_alloc(req->mem, FILE_MAX_BYTES + 1);
    size_t size = fread(text, 1, FILE_MAX_BYTES, file);
    (void)fclose(file);
    while (size > 0 && (text[size - 1] == '\n' || text[size - 1] == '\r')) text[--size] = '\0';
    if (strlen(text) == size && cv_utf8_valid(text, size)) return text;
    cv_problem(&req->problems, 0, "config", "write it as plain UTF-8 text",
               "the file \"%s\" is not a text file", path);
    return NULL;
}

/* word: as it was written; key: the setting it may have meant, in small letters. */
static void problem_unknown(struct cli_request *req, int64_t line, const char *what,
                            const char *word, const char *key)
{
    const char *near = nearest_key(key);
    if (near && word != key) near = variable_name(req->mem, near);
    cv_problem(&req->problems, line, word,
               near ? cv_sprintf(req->mem, "did you mean %s?", near)
                    : "\"convene config show\" lists the keys",
               "%s %s is not a setting of convene", what, word);
}

static void read_file_line(struct setting *settings, struct cli_request *req, const char *path,
                           int64_t line, char *text)
{
    char *tidy = cv_text_tidy(req->mem, text);
    if (tidy[0] == '#' || tidy[0] == '\0') return;
    char *equals = strchr(tidy, '=');
    if (!equals) {
        cv_problem(&req->problems, line, "config", "write key = value",
                   "line %" PRId64 " of %s has no =", line, path);
        return;
    }
    *equals = '\0';
    char *key = cv_text_tidy(req->mem, tidy);
    char *value = cv_text_tidy(req->mem, equals + 1);
    size_t size = strlen(value);
    if (size >= 2 && value[0] == '"' && value[size - 1] == '"') {
        value[size - 1] = '\0';
        value++;
    }
    for (size_t i = 0; i < KEY_COUNT; i++) {
        if (strcmp(keys[i].name, key) != 0) continue;
        settings[i] = (struct setting){value, cv_sprintf(req->mem, "%s line %" PRId64, path, line)};
        return;
    }
    problem_unknown(req, line, "the key", key, key);
}

static void read_file(struct setting *settings, struct cli_request *req, const char *path)
{
    char *text = file_text(req, path);
    int64_t line = 0;
    while (text) {
        char *end = strchr(text, '\n');
        if (end) *end = '\0';
        read_file_line(settings, req, path, ++line, text);
        text = end ? end + 1 : NULL;
    }
}

static void read_environ(struct setting *settings, struct cli_request *req, char **rows)
{
    for (size_t i = 0; i < KEY_COUNT; i++) {
        const char *name = variable_name(req->mem, keys[i].name);
        const char *value = environ_value(rows, name);
        const char *file_name = cv_sprintf(req->mem, "%s_FILE", name);
        const char *file = keys[i].is_secret ? environ_value(rows, file_name) : NULL;
        if (value) settings[i] = (struct setting){value, name};
        if (file) settings[i] = (struct setting){file_text(req, file), file_name};
    }
    for (; rows && *rows; rows++) {
        if (strncmp(*rows, "CONVENE_", 8) != 0 || strncmp(*rows, "CONVENE_TEST_", 13) == 0)
            continue;
        char *word = cv_strndup(req->mem, *rows + 8, strcspn(*rows + 8, "="));
        for (char *at = word; *at; at++) *at = (char)tolower((unsigned char)*at);
        bool known = strcmp(word, "config") == 0;
        for (size_t i = 0; i < KEY_COUNT && !known; i++)
            known = strcmp(word, keys[i].name) == 0 ||
                    (keys[i].is_secret &&
                     strcmp(word, cv_sprintf(req->mem, "%s_file", keys[i].name)) == 0);
        if (!known) problem_unknown(req, 0, "the variable", variable_name(req->mem, word), word);
    }
}

static bool is_choice(const char *choices, const char *value)
{
    size_t size = strlen(value);
    for (const char *at = choices; *at;) {
        size_t one = strcspn(at, "|");
        if (one == size && strncmp(at, value, size) == 0) return true;
        at += one + (at[one] == '|');
    }
    return false;
}

static void check_setting(const struct key *key, const struct setting *setting,
                          struct cli_request *req)
{
    if (!setting->value) return;
    if (key->choices && !is_choice(key->choices, setting->value))
        cv_problem(&req->problems, 0, key->name,
                   cv_sprintf(req->mem, "write one of %s", key->choices),
                   "\"%s\" is not a value for %s (%s)", setting->value, key->name, setting->origin);
    if (key->is_number) {
        char *end = NULL;
        long value = strtol(setting->value, &end, 10);
        if (end == setting->value || *end || value < 0 || value > 64)
            cv_problem(&req->problems, 0, key->name, "write a whole number from 0 to 64",
                       "\"%s\" is not a number for %s (%s)", setting->value, key->name,
                       setting->origin);
    }
}

static void settings_read(struct setting *settings, struct cli_request *req, char **rows)
{
    for (size_t i = 0; i < KEY_COUNT; i++)
        settings[i] = (struct setting){keys[i].absent, "default"};
    const char *file = cli_option(req, "--config");
    if (!file) file = environ_value(rows, "CONVENE_CONFIG");
    if (file) read_file(settings, req, file);
    read_environ(settings, req, rows);
    for (size_t i = 0; i < KEY_COUNT; i++) {
        const char *value = cli_option(req, keys[i].flag);
        if (value) settings[i] = (struct setting){value, "flag"};
        check_setting(&keys[i], &settings[i], req);
    }
}

static const char *setting_of(const struct setting *settings, const char *name)
{
    for (size_t i = 0; i < KEY_COUNT; i++)
        if (strcmp(keys[i].name, name) == 0) return settings[i].value;
    return NULL;
}

cv_rc config_read(struct config *out, struct cli_request *req, char **rows)
{
    struct setting settings[KEY_COUNT];
    settings_read(settings, req, rows);
    *out = (struct config){
        .data = setting_of(settings, "data"),
        .listen = setting_of(settings, "listen"),
        .log_format = setting_of(settings, "log_format"),
        .log_level = setting_of(settings, "log_level"),
        .tls_cert = setting_of(settings, "tls_cert"),
        .tls_key = setting_of(settings, "tls_key"),
        .behind_tls = setting_of(settings, "behind_tls"),
        .rate_limits = setting_of(settings, "rate_limits"),
    };
    if (!out->tls_cert != !out->tls_key)
        cv_problem(&req->problems, 0, "tls_cert", "give both or neither",
                   "tls_cert and tls_key belong together");
    if (req->problems.total_count > 0) return CV_INVALID;
    out->threads = strtol(setting_of(settings, "threads"), NULL, 10);
    out->workers = strtol(setting_of(settings, "workers"), NULL, 10);
    out->data_is_default = strcmp(settings[0].origin, "default") == 0;
    static const char *const levels[] = {"error", "warn", "info", "debug"};
    for (int i = 0; i < 4; i++)
        if (strcmp(out->log_level, levels[i]) == 0) out->log.level = (enum cv_log_level)i;
    /* A verb that ends by itself tells its outcome; only a server's life is worth a line each time.
     */
    const char *verb = req->command->words;
    bool is_served = strcmp(verb, "serve") == 0 || strcmp(verb, "demo") == 0;
    if (!is_served && !cli_option(req, "--log-level")) out->log.level = CV_LOG_WARN;
    out->log.json = strcmp(out->log_format, "json") == 0;
    return CV_OK;
}

/* A password in a URL is nobody's business on a screen: postgres://name:…@host, and nothing of its
 * parameters, which may hold one too. */
const char *config_masked(struct cv_arena *mem, const char *value)
{
    const char *start = strstr(value, "://");
    if (!start) return value;
    const char *question = strchr(start, '?');
    int size = question ? (int)(question - value) : (int)strlen(value);
    const char *tail = question ? "?…" : "";
    const char *at = memrchr(start, '@', (size_t)(value + size - start));
    const char *colon = at ? memchr(start + 3, ':', (size_t)(at - start - 3)) : NULL;
    if (!colon) return cv_sprintf(mem, "%.*s%s", size, value, tail);
    return cv_sprintf(mem, "%.*s:…%.*s%s", (int)(colon - value), value, (int)(value + size - at),
                      at, tail);
}

json_t *config_document(struct cli_request *req, char **rows)
{
    struct setting settings[KEY_COUNT];
    settings_read(settings, req, rows);
    json_t *list = json_array();
    for (size_t i = 0; i < KEY_COUNT; i++) {
        const char *value = settings[i].value ? settings[i].value : "";
        if (keys[i].is_secret) value = config_masked(req->mem, value);
        json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "key", keys[i].name, "value",
                                              value, "origin", settings[i].origin));
    }
    return list;
}

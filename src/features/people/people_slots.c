/* people_slots: when somebody can meet, from the words that rosters use to 21 bits and back. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "features/people/people.h"

enum { MORNING = 1, AFTERNOON = 2, EVENING = 4, ALL_PARTS = 7, WORK_DAYS = 0x1f, ALL_DAYS = 0x7f };

static const char *const day_names[7] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
static const char *const part_names[3] = {"morning", "afternoon", "evening"};

/* Folded words; a plural s is taken off before. */
static const struct {
    const char *word;
    int days;  /* bits, Monday 1 */
    int parts; /* bits, morning 1 */
} words[] = {
    {"mon", 1, 0},
    {"monday", 1, 0},
    {"lun", 1, 0},
    {"lune", 1, 0},
    {"tue", 2, 0},
    {"tuesday", 2, 0},
    {"mar", 2, 0},
    {"marte", 2, 0},
    {"wed", 4, 0},
    {"wednesday", 4, 0},
    {"mie", 4, 0},
    {"miercole", 4, 0},
    {"thu", 8, 0},
    {"thur", 8, 0},
    {"thursday", 8, 0},
    {"jue", 8, 0},
    {"jueve", 8, 0},
    {"fri", 16, 0},
    {"friday", 16, 0},
    {"vie", 16, 0},
    {"vierne", 16, 0},
    {"sat", 32, 0},
    {"saturday", 32, 0},
    {"sab", 32, 0},
    {"sabado", 32, 0},
    {"sun", 64, 0},
    {"sunday", 64, 0},
    {"dom", 64, 0},
    {"domingo", 64, 0},
    {"weekday", WORK_DAYS, 0},
    {"weekend", 96, 0},
    {"entresemana", WORK_DAYS, 0},
    {"semana", WORK_DAYS, 0},
    {"daily", ALL_DAYS, 0},
    {"any", ALL_DAYS, 0},
    {"anytime", ALL_DAYS, ALL_PARTS},
    {"siempre", ALL_DAYS, ALL_PARTS},
    {"cualquier", ALL_DAYS, 0},
    {"morning", 0, MORNING},
    {"am", 0, MORNING},
    {"manana", 0, MORNING},
    {"afternoon", 0, AFTERNOON},
    {"tarde", 0, AFTERNOON},
    {"midday", 0, AFTERNOON},
    {"evening", 0, EVENING},
    {"night", 0, EVENING},
    {"noche", 0, EVENING},
    {"pm", 0, AFTERNOON | EVENING},
    {"all", 0, 0}, /* "all day": no part means the whole day */
    {"day", 0, 0},
    {"dia", 0, 0},
    {"todo", 0, 0},
    {"el", 0, 0},
    {"lo", 0, 0},
    {"la", 0, 0},
    {"por", 0, 0},
    {"en", 0, 0},
    {"de", 0, 0},
    {"on", 0, 0},
    {"in", 0, 0},
    {"the", 0, 0},
    {"at", 0, 0},
    {"from", 0, 0},
    {"entre", 0, 0},
    {"and", 0, 0},
    {"y", 0, 0},
    {"or", 0, 0},
    {"o", 0, 0},
    {"to", 0, 0},
    {"a", 0, 0},
    {"time", 0, 0},
};

struct reading {
    int64_t slots;
    int days;
    int parts;
    int last_day; /* 0..6 for "Mon-Thu"; -1 */
    bool is_range;
    bool parts_first; /* "evenings: Tue, Thu" */
};

/* "Tue, Thu evening": the parts hold for the days before them. Parts alone hold Monday to Friday.
 */
static void flush(struct reading *reading)
{
    int days = reading->days ? reading->days : WORK_DAYS;
    int parts = reading->parts ? reading->parts : ALL_PARTS;
    if (reading->days || reading->parts)
        for (int day = 0; day < 7; day++)
            for (int part = 0; part < 3; part++)
                if ((days >> day & 1) && (parts >> part & 1))
                    reading->slots |= INT64_C(1) << (3 * day + part);
    reading->days = reading->parts = 0;
    reading->last_day = -1;
    reading->is_range = false;
    reading->parts_first = false;
}

static void add_parts(struct reading *reading, int parts)
{
    if (!parts) return;
    if (reading->parts_first && reading->days) flush(reading);
    if (!reading->days) reading->parts_first = true;
    reading->parts |= parts;
}

/* Reads "16", "16:30", "4pm", "4h"; minutes since midnight, -1 when it is no time of day. */
static int read_time(const char **at, int *half)
{
    char *end = NULL;
    long hour = strtol(*at, &end, 10);
    if (end == *at || hour < 0 || hour > 24) return -1;
    long minute = 0;
    if ((*end == ':' || *end == '.') && end[1] >= '0' && end[1] <= '5') {
        minute = strtol(end + 1, &end, 10);
    }
    if (*end == 'h') end++;
    while (*end == ' ') end++;
    *half = 0;
    if (strncmp(end, "am", 2) == 0 || strncmp(end, "a.m.", 4) == 0) *half = 1;
    if (strncmp(end, "pm", 2) == 0 || strncmp(end, "p.m.", 4) == 0) *half = 2;
    if (*half) end += end[1] == '.' ? 4 : 2;
    *at = end;
    return (int)(hour * 60 + minute);
}

static int with_half(int minutes, int half)
{
    if (half == 2 && minutes < 720) return minutes + 720;
    if (half == 1 && minutes >= 720) return minutes - 720;
    if (half == 0 && minutes < 420) return minutes + 720; /* nobody meets at four in the morning */
    return minutes;
}

/* The parts of the day in which at least an hour of [from, to) lies, else the one with most. */
static int parts_of_times(int from, int to)
{
    static const int bounds[4] = {0, 720, 1020, 1440};
    int parts = 0;
    int best = 0;
    int best_minutes = -1;
    for (int part = 0; part < 3; part++) {
        int low = from > bounds[part] ? from : bounds[part];
        int high = to < bounds[part + 1] ? to : bounds[part + 1];
        if (high - low >= 60) parts |= 1 << part;
        if (high - low > best_minutes) {
            best_minutes = high - low;
            best = 1 << part;
        }
    }
    return parts ? parts : best;
}

/* "16-18", "4-6pm", "16:00 a 18:00", "4pm". False when it is no time. */
static bool read_times(struct reading *reading, const char **at)
{
    const char *p = *at;
    int from_half = 0;
    int to_half = 0;
    int from = read_time(&p, &from_half);
    if (from < 0) return false;
    const char *after = p;
    p += strspn(p, " ");
    int to = -1;
    if (*p == '-' || strncmp(p, "\xe2\x80\x93", 3) == 0 || strncmp(p, "a ", 2) == 0 ||
        strncmp(p, "to ", 3) == 0) {
        p += *p == '-' ? 1 : *p == 'a' ? 2 : 3;
        p += strspn(p, " ");
        to = read_time(&p, &to_half);
    }
    if (to < 0) p = after;
    if (to >= 0 && from_half == 0 && to_half != 0 && from <= to) from_half = to_half;
    from = with_half(from, from_half);
    to = to < 0 ? from + 60 : with_half(to, to_half);
    if (to <= from) to = from + 60;
    if (from >= 1440) return false;
    add_parts(reading, parts_of_times(from, to));
    *at = p;
    return true;
}

static bool read_word(struct reading *reading, const char *word)
{
    size_t size = strlen(word);
    if (size > 2 && word[size - 1] == 's') size--;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strlen(words[i].word) != size || memcmp(words[i].word, word, size) != 0) continue;
        if (words[i].days) {
            if (reading->parts && !reading->parts_first) flush(reading);
            int day = __builtin_ctz((unsigned)words[i].days);
            if (reading->is_range && reading->last_day >= 0)
                for (int d = reading->last_day; d != day; d = (d + 1) % 7) reading->days |= 1 << d;
            reading->days |= words[i].days;
            reading->last_day = day;
            reading->is_range = false;
        }
        add_parts(reading, words[i].parts);
        if ((strcmp(word, "to") == 0 || strcmp(word, "a") == 0) && reading->last_day >= 0)
            reading->is_range = true;
        return true;
    }
    return false;
}

cv_rc people_slots_read(int64_t *out, const char **stray, struct cv_arena *mem, const char *text)
{
    struct reading reading = {.last_day = -1};
    *stray = NULL;
    const char *at = cv_text_fold(mem, text);
    /* Line breaks and semicolons end a thought; the fold made blanks of line breaks, so that only
     * semicolons are left to do it. */
    while (*at) {
        if (*at == ';' || *at == '|') {
            flush(&reading);
            at++;
        } else if (*at == '-' && !reading.parts && reading.last_day >= 0) {
            reading.is_range = true;
            at++;
        } else if (strchr(" ,.:()/+&-", *at)) {
            at++;
        } else if (*at >= '0' && *at <= '9') {
            if (!read_times(&reading, &at)) {
                *stray = cv_strndup(mem, at, strcspn(at, " ,;"));
                return CV_INVALID;
            }
        } else {
            size_t size = strcspn(at, " ,.:()/+&-;|0123456789");
            const char *word = cv_strndup(mem, at, size);
            if (size == 0 || !read_word(&reading, word)) {
                *stray = size ? word : at;
                return CV_INVALID;
            }
            at += size;
        }
    }
    flush(&reading);
    *out = reading.slots;
    return CV_OK;
}

const char *people_slots_text(struct cv_arena *mem, int64_t slots)
{
    struct cv_buf buf = cv_buf_new(mem, 1 << 12);
    for (int day = 0; day < 7; day++) {
        for (int part = 0; part < 3; part++) {
            if (!(slots >> (3 * day + part) & 1)) continue;
            if (buf.size) cv_buf_puts(&buf, ", ");
            cv_buf_printf(&buf, "%s %s", day_names[day], part_names[part]);
        }
    }
    return cv_buf_text(&buf);
}

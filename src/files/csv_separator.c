/* csv_separator: which of comma, semicolon and tab parts the cells of a CSV text. Each candidate is
 * tried on the first records, quotes respected; the one under which most records have the same
 * number of cells wins. Not here: taking the records apart (csv_read.c). */
#include "files/files_internal.h"

enum { SAMPLE_RECORDS = 200, SAMPLE_BYTES = 1 << 18 };

struct trial {
    size_t counts[SAMPLE_RECORDS]; /* cells of each record that is not blank */
    size_t record_count;
    size_t found;           /* separators outside quotes */
    size_t before_blank;    /* of these, followed by a blank: prose has its commas so */
    size_t broken;          /* quoted cells that go on after their closing quote */
    bool blank_after_first; /* an empty line below the first record: that was a title */
};

static bool is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

/* Where the quoted cell opening at `at` ends: just past its closing quote; `end` when unclosed. */
static const char *skip_quoted(const char *at, const char *end)
{
    for (at++; at < end; at++) {
        if (*at != '"') continue;
        if (at + 1 == end || at[1] != '"') return at + 1;
        at++;
    }
    return end;
}

/* Counts the cells of one record; returns where the next begins, NULL when the sample ends first.
 */
static const char *try_record(struct trial *trial, size_t *count, const char *at, const char *end,
                              char separator)
{
    *count = 1;
    bool at_start = true;
    while (at < end && !is_line_end(*at)) {
        if (at_start && *at == '"') {
            at = skip_quoted(at, end);
            while (at < end && *at == ' ') at++;
            trial->broken += at < end && *at != separator && !is_line_end(*at);
            at_start = false;
            continue;
        }
        if (*at == separator) {
            ++*count;
            trial->found++;
            trial->before_blank += at + 1 < end && at[1] == ' ';
            at_start = true;
        } else if (*at != ' ') {
            at_start = false;
        }
        at++;
    }
    if (at == end) return NULL;
    return at + (at + 1 < end && at[0] == '\r' && at[1] == '\n' ? 2 : 1);
}

static void try_separator(struct trial *trial, const char *text, size_t size, char separator)
{
    memset(trial, 0, sizeof *trial);
    const char *end = text + (size < SAMPLE_BYTES ? size : SAMPLE_BYTES);
    bool whole = size <= SAMPLE_BYTES;
    for (const char *at = text; at && at < end && trial->record_count < SAMPLE_RECORDS;) {
        const char *start = at;
        size_t count = 0;
        at = try_record(trial, &count, at, end, separator);
        if (is_line_end(*start)) {
            if (trial->record_count == 1) trial->blank_after_first = true;
        } else if (at || whole || trial->record_count == 0) {
            trial->counts[trial->record_count++] = count;
        }
    }
}

/* How many of the records agree, from 0 to 1.5; below 0 when the separator is out of the question.
 * *width is the number of cells they agree on. */
static double judge(size_t *width, const struct trial *trial)
{
    size_t n = trial->record_count;
    *width = 1;
    size_t most = 0;
    for (size_t i = 0; i < n; i++) {
        size_t same = 0;
        if (trial->counts[i] < 2) continue;
        for (size_t j = 0; j < n; j++) same += trial->counts[j] == trial->counts[i];
        if (same <= most) continue; /* on a tie the earlier record: the header */
        most = same;
        *width = trial->counts[i];
    }
    if (most == 0) return -1;
    double agree = (double)most / (double)n;
    bool prose = trial->before_blank * 2 > trial->found;
    bool first_has_it = trial->counts[0] >= 2;
    if (first_has_it && agree < 0.5 && prose) return -1;
    bool title_first = trial->blank_after_first ? agree >= 0.5 : agree >= 0.6 && *width >= 3;
    if (!first_has_it && (prose || !title_first)) return -1;
    return agree + (first_has_it ? 0.5 : 0) - (double)trial->broken / (double)n;
}

char csv_find_separator(const char *text, size_t size)
{
    static const char candidates[] = {',', ';', '\t'};
    char best = 0;
    double best_score = -0.9;
    size_t best_width = 0;
    for (size_t i = 0; i < sizeof candidates; i++) {
        struct trial trial;
        size_t width = 0;
        try_separator(&trial, text, size, candidates[i]);
        double score = judge(&width, &trial);
        bool better =
            score > best_score + 1e-9 || (score > best_score - 1e-9 && width > best_width);
        if (!better) continue;
        best = candidates[i];
        best_score = score;
        best_width = width;
    }
    return best;
}

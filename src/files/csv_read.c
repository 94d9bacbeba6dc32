/* csv_read: records and cells of a CSV text, unpacked in place: each cell ends up as a NUL-ended
 * slice of the one decoded buffer.
 *
 * RFC 4180 with what people really have: any line end, blanks around a quoted cell, a lone quote
 * inside a plain cell. A quoted cell that is never closed, or that goes on after its closing quote,
 * is reported with the line where it opened. Reading goes on below that one physical line, so that
 * one stray quote does not hide what else is wrong; but all that the quotes may have meant to hold
 * is marked refused, since half a statement must not become a person. No text is scanned more than
 * twice: an opening quote is always an odd run of quotes, which ends an earlier scan. */
#include <stdio.h>

#include "base/limits.h"
#include "files/files_internal.h"

enum { MAX_CELLS = CV_LIMIT_TABLE_COLUMNS + 1, MAX_REPORTED_CELL = 60 };

struct csv_scan {
    struct files_reading *reading;
    char *text; /* of the whole buffer; positions are offsets from here */
    char *at;
    char *end; /* the NUL after the content */
    int64_t line;
    char separator;
    bool damaged;
    bool has_nul;
    bool stops[256]; /* separator and line ends */

    /* the record being read */
    uint32_t cells[MAX_CELLS];
    size_t count; /* cells seen, also those past MAX_CELLS */
    int64_t record_line;
    bool refused;
    const char *suspect_end; /* records that begin before belong to broken quotes */
};

static void scan_refuse(struct csv_scan *scan, const char *remedy, const char *sentence)
{
    scan->refused = true;
    files_problem(scan->reading, scan->record_line, (int64_t)scan->count + 1, remedy, "%s",
                  sentence);
}

/* Rare things: checked for only when the file is known to hold them, or the cell is long. */
static size_t check_cell(struct csv_scan *scan, char *cell, size_t size)
{
    if (scan->has_nul && memchr(cell, 0, size)) {
        for (size_t i = 0; i < size; i++)
            if (cell[i] == '\0') cell[i] = ' ';
        scan_refuse(
            scan,
            "Write this cell again, or save the file once more from the program it came from.",
            "The cell holds a NUL byte, which no text has.");
    }
    if (scan->damaged && memmem(cell, size, "\xef\xbf\xbd", 3))
        scan_refuse(scan, "Save the file as CSV UTF-8, or write this cell again.",
                    "A letter in this cell cannot be read: its bytes are damaged.");
    if (size <= CV_LIMIT_CELL_BYTES) return size;
    scan->refused = true;
    files_problem(scan->reading, scan->record_line, (int64_t)scan->count + 1,
                  "Shorten it, or look for a missing quotation mark.",
                  "The cell holds %zu bytes; the most is %d.", size, CV_LIMIT_CELL_BYTES);
    size = CV_LIMIT_CELL_BYTES;
    while (size > 0 && ((unsigned char)cell[size] & 0xC0) == 0x80) size--;
    return size;
}

static void put_cell(struct csv_scan *scan, char *cell, size_t size)
{
    if (scan->has_nul || scan->damaged || size > CV_LIMIT_CELL_BYTES)
        size = check_cell(scan, cell, size);
    if (size > 1 && cell[0] == '\'' && files_wants_guard(cell + 1, size - 1)) {
        cell++;
        size--;
    }
    cell[size] = '\0';
    if (scan->count < MAX_CELLS) {
        scan->cells[scan->count] = size ? (uint32_t)(cell - scan->text) : 0;
    } else if (size) {
        scan->cells[MAX_CELLS - 1] = (uint32_t)(cell - scan->text); /* too many: seen later */
    }
    scan->count++;
}

/* The closing quote of the cell whose content begins at `from`, or NULL. Counts line breaks. */
static char *find_closing(const struct csv_scan *scan, char *from, int64_t *lines)
{
    for (char *at = from;; at++) {
        char *quote = memchr(at, '"', (size_t)(scan->end - at));
        if (!quote) return NULL;
        for (char *c = at; c < quote; c++)
            if (*c == '\n' || (*c == '\r' && c[1] != '\n')) ++*lines;
        if (quote[1] != '"') return quote;
        at = quote + 1;
    }
}

static void shown(char out[MAX_REPORTED_CELL + 1], const char *from, const char *end)
{
    size_t size = 0;
    while (from + size < end && size < MAX_REPORTED_CELL && from[size] != '\n' &&
           from[size] != '\r' && from[size] != '\0')
        size++;
    while (size > 0 && from + size < end && ((unsigned char)from[size] & 0xC0) == 0x80) size--;
    memcpy(out, from, size);
    out[size] = '\0';
}

static bool broken_quotes(struct csv_scan *scan, const char *suspect_end, const char *remedy,
                          const char *sentence)
{
    scan->refused = true;
    scan->suspect_end = suspect_end;
    files_problem(scan->reading, scan->line, (int64_t)scan->count + 1, remedy, "%s", sentence);
    return false;
}

/* A quoted cell whose quote stands at `quote`. False when the quotes are broken: nothing was
 * changed then but the report. */
static bool read_quoted(struct csv_scan *scan, char *quote)
{
    int64_t lines = 0;
    char *from = quote + 1;
    char *closing = find_closing(scan, from, &lines);
    char sample[MAX_REPORTED_CELL + 1];
    char sentence[MAX_REPORTED_CELL + 160];
    if (!closing) {
        shown(sample, from, scan->end);
        (void)snprintf(
            sentence, sizeof sentence,
            "The quotation mark before \"%s\" is never closed; nothing from here on is taken.",
            sample);
        return broken_quotes(scan, scan->end,
                             "Close it with a second quotation mark, or take this one out.",
                             sentence);
    }
    char *after = closing + 1;
    while (*after == ' ' && after < scan->end) after++;
    if (after < scan->end && !scan->stops[(unsigned char)*after]) {
        shown(sample, after, scan->end);
        (void)snprintf(sentence, sizeof sentence,
                       "The quoted cell that begins in line %lld goes on after its closing "
                       "quotation mark in line %lld, with \"%s\".",
                       (long long)scan->line, (long long)(scan->line + lines), sample);
        return broken_quotes(
            scan, after,
            "Write a quotation mark inside a quoted cell twice (\"\"), or take it out.", sentence);
    }
    char *to = from;
    for (char *c = from; c < closing;) {
        char *next = memchr(c, '"', (size_t)(closing - c));
        size_t size = (size_t)((next ? next + 1 : closing) - c);
        if (to != c) memmove(to, c, size);
        to += size;
        c += size + (next != NULL);
    }
    scan->at = after;
    scan->line += lines;
    put_cell(scan, from, (size_t)(to - from));
    return true;
}

/* One cell; scan->at ends on the stop after it (or on the end). The stop is returned, since the
 * cell's own NUL may stand in its place. */
static char read_cell(struct csv_scan *scan)
{
    char *start = scan->at;
    char *quote = start;
    while (*quote == ' ') quote++;
    char *end = start;
    if (*quote == '"' && quote < scan->end) {
        char stop = '\0';
        char *before = scan->at;
        int64_t line = scan->line;
        /* The stop must be read before put_cell writes the cell's NUL, which never reaches it: the
         * closing quote stands between. */
        if (read_quoted(scan, quote)) {
            stop = scan->at < scan->end ? *scan->at : '\0';
            return stop;
        }
        scan->at = before;
        scan->line = line;
        while (end < scan->end && *end != '\n' && *end != '\r') end++;
    } else {
        while (end < scan->end && !scan->stops[(unsigned char)*end]) end++;
    }
    char stop = end < scan->end ? *end : '\0';
    scan->at = end;
    put_cell(scan, start, (size_t)(end - start));
    return stop;
}

/* Reads one record; false at the end of the text. The separator test comes before the end test:
 * "a," at the end of a file has two cells. */
static bool read_record(struct csv_scan *scan)
{
    if (scan->at >= scan->end) return false;
    scan->count = 0;
    scan->refused = scan->suspect_end && scan->at < scan->suspect_end;
    scan->record_line = scan->line;
    for (;;) {
        char stop = read_cell(scan);
        if (scan->at >= scan->end) return true;
        char *stopped = scan->at++;
        if (stop == scan->separator && stop != '\0') continue;
        scan->line++;
        if (stop == '\r' && stopped + 1 < scan->end && stopped[1] == '\n') scan->at++;
        return true;
    }
}

static cv_rc keep_record(struct csv_scan *scan)
{
    struct files_reading *reading = scan->reading;
    if (reading->grid->row_count > CV_LIMIT_TABLE_ROWS) {
        files_problem(reading, scan->record_line, 0, "Split the file into smaller ones.",
                      "The table has more than %d rows.", CV_LIMIT_TABLE_ROWS);
        return CV_TOO_LARGE;
    }
    size_t kept = scan->count < MAX_CELLS ? scan->count : MAX_CELLS;
    struct grid_row *row = grid_add_row(reading->grid, scan->record_line, scan->cells, kept,
                                        scan->refused ? GRID_REFUSED : 0);
    if (row && scan->count > kept)
        row->file_count = (uint16_t)(scan->count < UINT16_MAX ? scan->count : UINT16_MAX);
    return CV_OK;
}

/* "sep=;" on the first line is Excel's own way to name the separator. */
static bool take_sep_line(struct csv_scan *scan)
{
    const char *at = scan->at;
    if (scan->end - at < 5 || strncasecmp(at, "sep=", 4) != 0) return false;
    if (!strchr(",;\t", at[4]) || at[4] == '\0') return false;
    if (scan->end - at > 5 && at[5] != '\r' && at[5] != '\n') return false;
    scan->separator = at[4];
    scan->at += 5;
    if (scan->at < scan->end && *scan->at == '\r') scan->at++;
    if (scan->at < scan->end && *scan->at == '\n') scan->at++;
    scan->line++;
    return true;
}

cv_rc files_read_csv(struct files_reading *reading, const uint8_t *bytes, size_t size)
{
    struct csv_text decoded;
    cv_rc rc = csv_decode(&decoded, reading, bytes, size);
    if (rc != CV_OK) return rc;
    struct csv_scan *scan = CV_NEW(reading->mem, struct csv_scan);
    *scan = (struct csv_scan){.reading = reading,
                              .text = decoded.text,
                              .at = decoded.text + 1,
                              .end = decoded.text + 1 + decoded.size,
                              .line = 1,
                              .damaged = decoded.damaged,
                              .has_nul = decoded.has_nul};
    if (!take_sep_line(scan))
        scan->separator = csv_find_separator(scan->at, (size_t)(scan->end - scan->at));
    reading->out->separator = scan->separator;
    scan->stops['\n'] = scan->stops['\r'] = true;
    if (scan->separator) scan->stops[(unsigned char)scan->separator] = true;
    grid_adopt_text(reading->grid, decoded.text, decoded.size + 2);
    while (rc == CV_OK && read_record(scan)) rc = keep_record(scan);
    return rc;
}

/* xlsx_value: a spreadsheet stores dates, times, shares and ZIP codes as plain numbers; the format
 * of the cell says what a person sees. Not here: where formats stand in the file (xlsx_book.c). */
#include <math.h>
#include <stdio.h>

#include "files/xlsx_internal.h"

enum xlsx_look xlsx_look_of_builtin(unsigned format)
{
    switch (format) {
    case 9:
    case 10: return XLSX_PERCENT;
    case 22: return XLSX_DATE_TIME;
    case 46: return XLSX_ELAPSED;
    case 18:
    case 19:
    case 20:
    case 21:
    case 45:
    case 47:
    case 32: /* 27 to 36 and 50 to 58 are dates in East Asian versions; these are times */
    case 33:
    case 34:
    case 35:
    case 55:
    case 56: return XLSX_TIME;
    default: break;
    }
    bool is_date = (format >= 14 && format <= 17) || (format >= 27 && format <= 36) ||
                   (format >= 50 && format <= 58);
    return is_date ? XLSX_DATE : XLSX_NUMBER;
}

struct code_signs {
    bool date;
    bool time;
    bool month_or_minute;
    bool elapsed;
    bool percent;
    bool literal; /* digits, colours, words: anything else */
    int zeros;
};

/* One bracket: [h], [mm] and [ss] count on past the day; colours and locales say nothing. */
static const char *read_bracket(struct code_signs *signs, const char *at)
{
    const char *close = strchr(at, ']');
    if (!close) return at + strlen(at) - 1;
    if (strchr("hHmMsS", at[1]) && at[1] == at[close - at - 1]) {
        bool same = true;
        for (const char *c = at + 1; c < close; c++) same &= (*c | 32) == (at[1] | 32);
        signs->elapsed |= same && close > at + 1;
    }
    return close;
}

static void read_sign(struct code_signs *signs, char c)
{
    switch (c) {
    case 'y':
    case 'Y':
    case 'd':
    case 'D': signs->date = true; break;
    case 'h':
    case 'H':
    case 's':
    case 'S': signs->time = true; break;
    case 'm':
    case 'M': signs->month_or_minute = true; break;
    case '%': signs->percent = true; break;
    case '0': signs->zeros++; break;
    default: signs->literal = true; break;
    }
}

enum xlsx_look xlsx_look_of_code(const char *code)
{
    struct code_signs signs = {0};
    if (strncasecmp(code, "general", 7) == 0) return XLSX_NUMBER;
    for (const char *at = code; *at && *at != ';'; at++) {
        if (*at == '"') {
            const char *close = strchr(at + 1, '"');
            if (!close) break;
            at = close;
        } else if (*at == '\\' || *at == '_' || *at == '*') {
            if (!at[1]) break;
            at++;
        } else if (*at == '[') {
            at = read_bracket(&signs, at);
        } else if (strncasecmp(at, "am/pm", 5) == 0) {
            signs.time = true;
            at += 4;
        } else {
            read_sign(&signs, *at);
        }
    }
    if (signs.elapsed) return XLSX_ELAPSED;
    if (signs.month_or_minute && !signs.time) signs.date = true;
    if (signs.date) return signs.time ? XLSX_DATE_TIME : XLSX_DATE;
    if (signs.time) return XLSX_TIME;
    if (signs.percent) return XLSX_PERCENT;
    bool padded = signs.zeros > 1 && signs.zeros <= 15 && !signs.literal;
    return padded ? (enum xlsx_look)(XLSX_ZEROS + signs.zeros) : XLSX_NUMBER;
}

/* Days since 1970-01-01 to a date of the Gregorian calendar (Hinnant 2013, civil_from_days). */
static void civil_date(int64_t days, int *year, int *month, int *day)
{
    days += 719468;
    int64_t era = days / 146097;
    int64_t of_era = days - era * 146097;
    int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted = (5 * of_year + 2) / 153; /* months from March */
    *day = (int)(of_year - (153 * shifted + 2) / 5 + 1);
    *month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    *year = (int)(year_of_era + era * 400 + (*month <= 2));
}

/* Spreadsheets of the 1900 kind count a 29 February 1900 that never was: days before it stand one
 * off, and the day itself is shown as they show it. */
static int date_text(char *out, size_t size, int64_t serial, bool is_1904)
{
    int year = 0;
    int month = 0;
    int day = 0;
    if (!is_1904 && serial == 60) return snprintf(out, size, "1900-02-29");
    int64_t unix_days = is_1904 ? serial - 24107 : serial - (serial < 60 ? 25568 : 25569);
    civil_date(unix_days, &year, &month, &day);
    return snprintf(out, size, "%04d-%02d-%02d", year, month, day);
}

static void time_text(char *out, size_t size, int64_t seconds)
{
    int hours = (int)(seconds / 3600);
    int minutes = (int)(seconds / 60 % 60);
    int rest = (int)(seconds % 60);
    if (rest)
        (void)snprintf(out, size, "%02d:%02d:%02d", hours, minutes, rest);
    else
        (void)snprintf(out, size, "%02d:%02d", hours, minutes);
}

static void moment_text(char out[XLSX_VALUE_SIZE], double number, enum xlsx_look look, bool is_1904)
{
    int64_t seconds = (int64_t)floor(number * 86400 + 0.5);
    int64_t day = seconds / 86400;
    int64_t of_day = seconds % 86400;
    if (look == XLSX_ELAPSED) {
        time_text(out, XLSX_VALUE_SIZE, seconds);
    } else if (look == XLSX_TIME || (day == 0 && !is_1904 && of_day)) {
        time_text(out, XLSX_VALUE_SIZE, of_day);
    } else {
        int used = date_text(out, XLSX_VALUE_SIZE - 12, day, is_1904);
        if (look == XLSX_DATE || of_day == 0) return;
        out[used++] = ' ';
        time_text(out + used, XLSX_VALUE_SIZE - (size_t)used, of_day);
    }
}

void xlsx_number_text(char out[XLSX_VALUE_SIZE], double number, enum xlsx_look look, bool is_1904)
{
    /* 2958465 is the last day of 9999; beyond it and below 0 no program shows a date. */
    bool is_moment = look >= XLSX_DATE && look <= XLSX_ELAPSED && number >= 0 && number < 2958466;
    if (is_moment) {
        moment_text(out, number, look, is_1904);
    } else if (look == XLSX_PERCENT) {
        files_number_text(out, number * 100);
        size_t used = strlen(out);
        out[used] = '%';
        out[used + 1] = '\0';
    } else if (look > XLSX_ZEROS && number >= 0 && number < 1e15 && floor(number) == number) {
        (void)snprintf(out, XLSX_VALUE_SIZE, "%0*lld", (int)look - XLSX_ZEROS, (long long)number);
    } else {
        files_number_text(out, number);
    }
}

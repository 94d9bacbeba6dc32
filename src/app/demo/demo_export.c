/* demo_export: writes the demo network as CSV files. */
#include "app/demo/demo_export.h"

#include <assert.h>
#include <string.h>

#include "base/buf.h"

enum { FILE_BYTES = 1 << 20 };

static const char *const spanish_roles[DEMO_ROLE_COUNT] = {
    [DEMO_TEACHER] = "Docente líder",
    [DEMO_COACH] = "Asesor pedagógico",
    [DEMO_LEADER] = "Director",
    [DEMO_PSYCHOLOGIST] = "Psicología u orientación escolar",
    [DEMO_CENTRAL] = "Oficina central",
    [DEMO_SUPERINTENDENT] = "Superintendente",
    [DEMO_LIAISON] = "Enlace con familias y comunidad",
    [DEMO_COMMUNITY] = "Liderazgo comunitario",
    [DEMO_STUDENT] = "Liderazgo estudiantil o juvenil",
};

struct writer {
    struct cv_buf buf;
    char separator;
    const char *line_end;
    bool in_line; /* a cell stands before */
};

static struct writer new_writer(struct cv_arena *mem, char separator, const char *line_end)
{
    return (struct writer){cv_buf_new(mem, FILE_BYTES), separator, line_end, false};
}

static void put_cell(struct writer *w, const char *text)
{
    if (w->in_line) cv_buf_putc(&w->buf, w->separator);
    w->in_line = true;
    char special[] = {'"', '\n', '\r', w->separator, '\0'};
    if (text[strcspn(text, special)] == '\0') {
        cv_buf_puts(&w->buf, text);
        return;
    }
    cv_buf_putc(&w->buf, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"') cv_buf_putc(&w->buf, '"');
        cv_buf_putc(&w->buf, *text);
    }
    cv_buf_putc(&w->buf, '"');
}

static void put_number(struct writer *w, int32_t number)
{
    if (w->in_line) cv_buf_putc(&w->buf, w->separator);
    w->in_line = true;
    cv_buf_printf(&w->buf, "%d", number);
}

static void end_line(struct writer *w)
{
    cv_buf_puts(&w->buf, w->line_end);
    w->in_line = false;
}

static void put_line(struct writer *w, const char *const *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) put_cell(w, cells[i]);
    end_line(w);
}

static struct demo_file finish(const char *name, struct writer *w)
{
    assert(!w->buf.overflowed);
    return (struct demo_file){name, cv_buf_text(&w->buf), w->buf.size};
}

/* --- cells of a roster ------------------------------------------------------------------------ */

static void put_item(struct cv_buf *buf, const char *item)
{
    if (buf->size > 0) cv_buf_puts(buf, "; ");
    cv_buf_puts(buf, item);
}

static const char *languages_cell(struct cv_arena *mem, uint32_t languages, bool spanish)
{
    static const char *const names[][2] = {{"English", "inglés"},
                                           {"Spanish", "español"},
                                           {"Mixteco", "mixteco"},
                                           {"Triqui", "triqui"}};
    struct cv_buf buf = cv_buf_new(mem, 256);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if ((languages >> i & 1) != 0) put_item(&buf, names[i][spanish]);
    }
    return cv_buf_text(&buf);
}

static const char *slots_cell(struct cv_arena *mem, uint32_t slots, bool spanish)
{
    static const char *const days[DEMO_DAYS][2] = {{"Mon", "lun"}, {"Tue", "mar"}, {"Wed", "mié"},
                                                   {"Thu", "jue"}, {"Fri", "vie"}, {"Sat", "sáb"},
                                                   {"Sun", "dom"}};
    static const char *const parts[DEMO_PARTS][2] = {
        {"morning", "mañana"}, {"afternoon", "tarde"}, {"evening", "noche"}};
    struct cv_buf buf = cv_buf_new(mem, 1024);
    for (int day = 0; day < DEMO_DAYS; day++) {
        for (int part = 0; part < DEMO_PARTS; part++) {
            if ((slots & DEMO_SLOT(day, part)) == 0) continue;
            put_item(&buf, cv_sprintf(mem, "%s %s", days[day][spanish], parts[part][spanish]));
        }
    }
    return cv_buf_text(&buf);
}

static const char *gifts_cell(struct cv_arena *mem, const struct demo_network *net,
                              const struct demo_person *who, bool spanish)
{
    struct cv_buf buf = cv_buf_new(mem, 1024);
    for (int32_t i = 0; i < who->offer_count; i++) {
        const struct demo_skill *skill = &net->skills[who->offers[i].skill];
        put_item(&buf, spanish ? skill->es : skill->en);
    }
    return cv_buf_text(&buf);
}

static const char *role_cell(const struct demo_person *who, bool spanish)
{
    bool assists = who->role == DEMO_LEADER && strcmp(who->title, "Assistant principal") == 0;
    if (spanish) return assists ? "Subdirector" : spanish_roles[who->role];
    if (who->role == DEMO_LEADER) return assists ? "Assistant principal" : "Principal";
    return demo_role_name(who->role);
}

static const char *practice_cell(enum demo_practice practice, bool spanish)
{
    static const char *const words[DEMO_PRACTICE_COUNT] = {"", "observa", "cofacilitador",
                                                           "facilita", "formador"};
    return spanish ? words[practice] : demo_practice_name(practice);
}

static struct writer write_roster(const struct demo_network *net, struct cv_arena *mem,
                                  bool spanish)
{
    static const char *const english_heads[] = {"name",      "email", "role",  "district",
                                                "languages", "slots", "gifts", "facilitates"};
    static const char *const spanish_heads[] = {
        "Nombre",  "Correo electrónico", "Cargo", "Distrito", "Idiomas", "Horario", "Dones",
        "Facilita"};
    struct writer w = spanish ? new_writer(mem, ';', "\r\n") : new_writer(mem, ',', "\n");
    put_line(&w, spanish ? spanish_heads : english_heads, 8);
    for (int32_t i = 0; i < net->person_count; i++) {
        const struct demo_person *who = &net->people[i];
        put_cell(&w, who->name);
        put_cell(&w, who->email == NULL ? "" : who->email);
        put_cell(&w, role_cell(who, spanish));
        put_cell(&w, net->places[who->district].name);
        put_cell(&w, languages_cell(mem, who->languages, spanish));
        put_cell(&w, slots_cell(mem, who->slots, spanish));
        put_cell(&w, gifts_cell(mem, net, who, spanish));
        put_cell(&w, practice_cell(who->practice, spanish));
        end_line(&w);
    }
    return w;
}

/* UTF-8 to Windows-1252, for the letters that the demo has. */
static struct demo_file to_windows(const char *name, const struct writer *from,
                                   struct cv_arena *mem)
{
    struct cv_buf out = cv_buf_new(mem, FILE_BYTES);
    const unsigned char *at = (const unsigned char *)cv_buf_text(&from->buf);
    for (; *at != '\0'; at++) {
        if (*at < 0x80) {
            cv_buf_putc(&out, (char)*at);
        } else if (*at == 0xc2 || *at == 0xc3) { /* U+0080..U+00FF */
            unsigned char low = *++at;
            cv_buf_putc(&out, (char)(low | (*(at - 1) == 0xc3 ? 0x40 : 0)));
        } else {
            assert(memcmp(at, "\xe2\x80\x93", 3) == 0); /* – */
            cv_buf_putc(&out, (char)0x96);
            at += 2;
        }
    }
    return (struct demo_file){name, cv_buf_text(&out), out.size};
}

/* --- the other files -------------------------------------------------------------------------- */

static struct demo_file write_statements(const struct demo_network *net, struct cv_arena *mem)
{
    static const char *const heads[] = {"name", "language", "statement"};
    struct writer w = new_writer(mem, ',', "\n");
    put_line(&w, heads, 3);
    for (int32_t i = 0; i < net->statement_count; i++) {
        const struct demo_statement *statement = &net->statements[i];
        put_cell(&w, net->people[statement->person].name);
        put_cell(&w, statement->lang);
        put_cell(&w, statement->text);
        end_line(&w);
    }
    return finish("statements.csv", &w);
}

static struct demo_file write_ties(const struct demo_network *net, struct cv_arena *mem)
{
    static const char *const heads[] = {"from", "to", "kind", "strength", "since", "last"};
    struct writer w = new_writer(mem, ',', "\n");
    put_line(&w, heads, 6);
    for (int32_t i = 0; i < net->tie_count; i++) {
        const struct demo_tie *tie = &net->ties[i];
        put_cell(&w, net->people[tie->from].name);
        put_cell(&w, net->people[tie->to].name);
        put_cell(&w, demo_tie_kind_name(tie->kind));
        put_number(&w, tie->strength);
        put_number(&w, tie->first_year);
        put_number(&w, tie->last_year);
        end_line(&w);
    }
    return finish("ties.csv", &w);
}

static struct demo_file write_places(const struct demo_network *net, struct cv_arena *mem)
{
    static const char *const heads[] = {
        "name",    "kind",         "part of",          "locale",         "students",
        "schools", "pct_hispanic", "pct_multilingual", "pct_low_income", "pct_chronic_absence"};
    struct writer w = new_writer(mem, ',', "\n");
    put_line(&w, heads, 10);
    for (int32_t i = 0; i < net->place_count; i++) {
        const struct demo_place *place = &net->places[i];
        bool is_zone = place->kind == DEMO_ZONE;
        put_cell(&w, place->name);
        put_cell(&w, is_zone ? "zone" : "district");
        put_cell(&w, is_zone ? "" : net->places[place->zone].name);
        put_cell(&w, place->locale);
        put_number(&w, place->students);
        put_number(&w, place->schools);
        const int32_t shares[] = {place->hispanic_pct, place->multilingual_pct,
                                  place->low_income_pct, place->chronic_absence_pct};
        for (size_t s = 0; s < 4; s++) {
            if (is_zone)
                put_cell(&w, "");
            else
                put_number(&w, shares[s]);
        }
        end_line(&w);
    }
    return finish("places.csv", &w);
}

void demo_export(struct demo_file out[DEMO_FILES], const struct demo_network *net,
                 struct cv_arena *mem)
{
    struct writer roster = write_roster(net, mem, false);
    struct writer spanish = write_roster(net, mem, true);
    out[0] = finish("roster.csv", &roster);
    out[1] = write_statements(net, mem);
    out[2] = write_ties(net, mem);
    out[3] = write_places(net, mem);
    out[4] = to_windows("roster_es.csv", &spanish, mem);
}

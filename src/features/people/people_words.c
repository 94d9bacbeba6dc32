/* people_words: the words for roles and languages, English and Spanish, as rosters write them.
 * Meeting times are in people_slots.c. */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "features/people/people.h"

/* domain.md 5.2. */
const struct people_role people_roles[] = {
    {"teacher_leader", "Teacher leader", "Docente líder", false},
    {"coach", "Instructional coach", "Asesor pedagógico", false},
    {"school_leader", "School leader", "Dirección de escuela", true},
    {"counsellor", "School psychologist or counselor", "Psicología u orientación escolar", false},
    {"central_office", "Central-office leader", "Oficina central", true},
    {"superintendent", "Superintendent", "Superintendencia", true},
    {"family_liaison", "Family and community liaison", "Enlace con familias y comunidad", false},
    {"community_leader", "Community leader", "Liderazgo comunitario", false},
    {"youth_leader", "Student or youth leader", "Liderazgo estudiantil o juvenil", false},
    {NULL, NULL, NULL, false},
};

/* Folded titles; '|' between. The names and keys of the table above count too. */
static const struct {
    const char *key;
    const char *titles;
} role_words[] = {
    {"teacher_leader",
     "teacher|lead teacher|teacher lead|docente|maestro|maestra|profesor|profesora|"
     "maestra lider|maestro lider|profesor lider|profesora lider|mentor teacher|"
     "department chair|department head"},
    {"coach", "coach|literacy coach|math coach|learning coach|teacher coach|asesora pedagogica|"
              "coach pedagogico|coach pedagogica|entrenador pedagogico|instructional facilitator"},
    {"school_leader",
     "principal|vice principal|assistant principal|associate principal|deputy head|"
     "head of school|headteacher|head teacher|director|directora|subdirector|"
     "subdirectora|director de escuela|directora de escuela|dean"},
    {"counsellor",
     "counselor|counsellor|school counselor|school counsellor|school psychologist|"
     "psychologist|psicologo|psicologa|psicologa escolar|psicologo escolar|orientador|"
     "orientadora|consejero|consejera|consejera escolar|social worker|"
     "school social worker|trabajador social|trabajadora social"},
    {"central_office", "central office|district leader|district office|director of teaching|"
                       "assistant superintendent|curriculum director|oficina de distrito|"
                       "central office leader|district administrator"},
    {"superintendent", "superintendent of schools|superintendente"},
    {"family_liaison", "family liaison|community liaison|parent liaison|family engagement|"
                       "home visitor|enlace familiar|enlace con familias|enlace comunitario|"
                       "family engagement liaison|family and community liaison|"
                       "family & community liaison"},
    {"community_leader",
     "community org|community organisation|community organization|community organizer|"
     "community organiser|organizer|organiser|organizador|organizadora|lider comunitario|"
     "lider comunitaria|community organisation leader|community organization leader|nonprofit "
     "leader"},
    {"youth_leader", "student|student leader|youth leader|youth|estudiante|alumno|alumna|"
                     "lider estudiantil|lider juvenil|joven"},
};

static bool is_among(const char *word, const char *words)
{
    size_t size = strlen(word);
    for (const char *at = words; *at;) {
        size_t this_size = strcspn(at, "|");
        if (this_size == size && memcmp(at, word, size) == 0) return true;
        at += this_size + (at[this_size] == '|');
    }
    return false;
}

const char *people_role_key(struct cv_arena *mem, const char *title)
{
    if (!title || !*title) return "";
    char *folded = cv_text_fold(mem, title);
    for (char *at = folded; *at; at++)
        if (*at == '_' || *at == '-') *at = ' ';
    for (const struct people_role *role = people_roles; role->key; role++) {
        char *key = cv_strdup(mem, role->key);
        for (char *at = key; *at; at++)
            if (*at == '_') *at = ' ';
        if (strcmp(folded, key) == 0 || strcmp(folded, cv_text_fold(mem, role->english)) == 0 ||
            strcmp(folded, cv_text_fold(mem, role->spanish)) == 0)
            return role->key;
    }
    for (size_t i = 0; i < sizeof role_words / sizeof role_words[0]; i++)
        if (is_among(folded, role_words[i].titles)) return role_words[i].key;
    return folded;
}

const struct people_role *people_role_find(const char *key)
{
    for (const struct people_role *role = people_roles; role->key; role++)
        if (strcmp(role->key, key) == 0) return role;
    return NULL;
}

const char *people_role_text(const struct person *person)
{
    if (person->title) return person->title;
    const struct people_role *role = people_role_find(person->role_key);
    return role ? role->english : person->role_key;
}

/* ISO 639 codes; the last two stand for families of languages spoken in the region. */
static const struct {
    const char *code;
    const char *name;
    const char *words;
} languages[] = {
    {"en", "English", "en|eng|english|ingles|inglesa"},
    {"es", "Spanish", "es|spa|spanish|espanol|castellano|espanola"},
    {"mix", "Mixteco", "mix|mixteco|mixtec"},
    {"trq", "Triqui", "trq|triqui|trique"},
    {"pt", "Portuguese", "pt|por|portuguese|portugues"},
    {"fr", "French", "fr|fra|french|frances"},
    {"ru", "Russian", "ru|rus|russian|ruso"},
    {"uk", "Ukrainian", "uk|ukr|ukrainian|ucraniano"},
    {"vi", "Vietnamese", "vi|vie|vietnamese|vietnamita"},
    {"zh", "Chinese", "zh|zho|chinese|chino|mandarin"},
    {"ar", "Arabic", "ar|ara|arabic|arabe"},
    {"so", "Somali", "so|som|somali"},
    {"tl", "Tagalog", "tl|tgl|tagalog|filipino"},
    {"ase", "American Sign Language", "ase|asl|american sign language|lengua de senas"},
};
enum { LANGUAGE_COUNT = sizeof languages / sizeof languages[0] };

/* The next piece of a list that people wrote: cut at , ; / + & | line breaks, and at the words
 * "and", "y", "e". NULL at the end. */
static char *next_language(struct cv_arena *mem, const char **at)
{
    *at += strspn(*at, ",;/+&|\n ");
    if (!**at) return NULL;
    size_t size = 0;
    for (; (*at)[size] && !strchr(",;/+&|\n", (*at)[size]); size++) {
        const char *rest = *at + size;
        if (strncmp(rest, " and ", 5) == 0 || strncmp(rest, " y ", 3) == 0 ||
            strncmp(rest, " e ", 3) == 0)
            break;
    }
    char *word = cv_text_tidy(mem, cv_strndup(mem, *at, size));
    *at += size;
    if (strncmp(*at, " and ", 5) == 0) *at += 5;
    if (strncmp(*at, " y ", 3) == 0 || strncmp(*at, " e ", 3) == 0) *at += 3;
    return word;
}

static const char *language_code(const char *word)
{
    for (size_t i = 0; i < LANGUAGE_COUNT; i++)
        if (is_among(word, languages[i].words)) return languages[i].code;
    return NULL;
}

static void put_language(struct cv_buf *buf, const char *code)
{
    size_t size = strlen(code);
    if (size == 0) return;
    for (const char *at = cv_buf_text(buf); *at;) {
        size_t this_size = strcspn(at, " ");
        if (this_size == size && memcmp(at, code, size) == 0) return;
        at += this_size + (at[this_size] == ' ');
    }
    if (buf->size) cv_buf_putc(buf, ' ');
    cv_buf_puts(buf, code);
}

const char *people_languages_read(struct cv_arena *mem, const char *text)
{
    struct cv_buf buf = cv_buf_new(mem, 1 << 12);
    const char *at = cv_text_fold(mem, text);
    for (char *word = next_language(mem, &at); word; word = next_language(mem, &at)) {
        const char *code = language_code(word);
        if (code) {
            put_language(&buf, code);
            continue;
        }
        /* "en es": codes with a blank between. An unknown language keeps its words together. */
        bool all_known = strchr(word, ' ') != NULL;
        for (const char *p = word; all_known && *p;) {
            size_t size = strcspn(p, " ");
            all_known = language_code(cv_strndup(mem, p, size)) != NULL;
            p += size + (p[size] == ' ');
        }
        for (char *p = word; all_known && *p;) {
            size_t size = strcspn(p, " ");
            put_language(&buf, language_code(cv_strndup(mem, p, size)));
            p += size + (p[size] == ' ');
        }
        if (all_known) continue;
        for (char *p = word; *p; p++)
            if (*p == ' ') *p = '_';
        put_language(&buf, word);
    }
    return cv_buf_text(&buf);
}

const char *people_languages_text(struct cv_arena *mem, const char *codes)
{
    struct cv_buf buf = cv_buf_new(mem, 1 << 12);
    for (const char *at = codes; *at;) {
        size_t size = strcspn(at, " ");
        char *word = cv_strndup(mem, at, size);
        const char *name = NULL;
        for (size_t i = 0; i < LANGUAGE_COUNT && !name; i++)
            if (strcmp(languages[i].code, word) == 0) name = languages[i].name;
        for (char *p = word; *p; p++)
            if (*p == '_') *p = ' ';
        if (buf.size) cv_buf_puts(&buf, ", ");
        cv_buf_puts(&buf, name ? name : word);
        at += size + (at[size] == ' ');
    }
    return cv_buf_text(&buf);
}

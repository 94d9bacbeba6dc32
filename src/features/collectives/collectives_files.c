/* collectives_files: collectives as tables for spreadsheets, as sheets to print, and as PDF. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "features/collectives/collectives_internal.h"

/* --- exports
 * ------------------------------------------------------------------------------------------ */

static const char *const collective_columns[] = {
    "collective", "theme", "state", "name", "email", "role", "place", "facilitates", "why", NULL};

static cv_rc collectives_rows(json_t **out, struct store_db *db, struct cv_arena *mem)
{
    struct board board;
    cv_rc rc = board_load(&board, db, mem, 0);
    if (rc != CV_OK) return rc;
    *out = json_array();
    for (size_t g = 0; g < board.groups.count; g++) {
        json_t *group = collectives_group_document(&board, (int32_t)g, true, mem);
        size_t i = 0;
        json_t *p = NULL;
        json_array_foreach(json_object_get(group, "people"), i, p)
        {
            int32_t at = board_person(&board, json_integer_value(json_object_get(p, "id")));
            const char *email = at >= 0 ? board.people[at].email : NULL;
            json_t *row = json_pack(
                "{s:s, s:s, s:O, s:O, s:O, s:O}", "collective", board.groups.items[g].name, "state",
                board.groups.items[g].state, "name", json_object_get(p, "name"), "role",
                json_object_get(p, "role"), "why", json_object_get(p, "why"), "theme",
                json_object_get(json_object_get(group, "theme"), "name"));
            json_object_set_new(row, "email", json_string(email ? email : ""));
            if (json_is_string(json_object_get(p, "place")))
                json_object_set(row, "place", json_object_get(p, "place"));
            json_object_set_new(
                row, "facilitates",
                json_string(json_is_true(json_object_get(p, "is_facilitator")) ? "yes" : ""));
            json_array_append_new(*out, row);
        }
        json_decref(group);
    }
    return CV_OK;
}

const struct exchange_export collectives_exports[] = {
    {.name = "collectives",
     .title = "Collectives and their people",
     .columns = collective_columns,
     .rows = collectives_rows},
    {0},
};

/* --- PDF
 * ---------------------------------------------------------------------------------------------- */

static const char *text_of(const json_t *row, const char *key)
{
    const char *text = json_string_value(json_object_get(row, key));
    return text ? text : "";
}

static struct files_block people_block(const json_t *people, struct cv_arena *mem)
{
    size_t count = json_array_size(people);
    struct files_person *rows = CV_NEW_ARRAY(mem, struct files_person, count + 1);
    for (size_t i = 0; i < count; i++) {
        const json_t *p = json_array_get(people, i);
        bool leads = json_is_true(json_object_get(p, "is_facilitator"));
        rows[i] = (struct files_person){
            .name = text_of(p, "name"),
            .detail =
                cv_sprintf(mem, "%s%s%s%s", text_of(p, "role"), text_of(p, "place")[0] ? ", " : "",
                           text_of(p, "place"), leads ? " · facilitates" : ""),
            .note = text_of(p, "why"),
            .is_lead = leads,
        };
    }
    return (struct files_block){.kind = FILES_BLOCK_PEOPLE, .people = rows, .count = count};
}

static struct files_block checks_block(const json_t *checks, struct cv_arena *mem)
{
    size_t count = json_array_size(checks);
    struct files_item *items = CV_NEW_ARRAY(mem, struct files_item, count + 1);
    for (size_t i = 0; i < count; i++) {
        const json_t *check = json_array_get(checks, i);
        items[i].text = text_of(check, "text");
        items[i].mark = json_object_get(check, "is_no")     ? FILES_MARK_UNMET
                        : json_object_get(check, "is_part") ? FILES_MARK_PART
                                                            : FILES_MARK_MET;
    }
    return (struct files_block){.kind = FILES_BLOCK_LIST, .items = items, .count = count};
}

/* One card a person with the code that says who answers; the QR code holds the same code, since
 * this program does not know the address it will be reached at. */
static size_t code_cards(struct files_card *cards, const struct board *board, int32_t group,
                         struct cv_arena *mem)
{
    size_t count = 0;
    for (size_t i = 0; i < board->members.count; i++) {
        const struct membership *m = &board->members.items[i];
        int32_t person = board_person(board, m->person_id);
        if (m->collective_id != board->groups.items[group].id || !m->code || person < 0) continue;
        cards[count++] = (struct files_card){
            .title = board->people[person].name,
            .text = cv_sprintf(
                mem,
                "You are invited to %s. With this code you answer: yes, another theme, or not now.",
                board->groups.items[group].name),
            .code = m->code,
            .qr = m->code,
        };
    }
    return count;
}

cv_rc collectives_write_pdf(struct files_bytes *out, const struct board *board, int32_t group,
                            const json_t *voices, struct cv_arena *mem, int64_t now_s)
{
    enum { FIXED_BLOCKS = 8 };
    json_t *row = collectives_group_document(board, group, true, mem);
    size_t voice_count = json_array_size(voices);
    struct files_block *blocks = CV_NEW_ARRAY(mem, struct files_block, FIXED_BLOCKS + voice_count);
    struct files_card *cards = CV_NEW_ARRAY(mem, struct files_card, board->members.count + 1);
    const char *name = board->groups.items[group].name;
    const char *theme = cv_strdup(mem, text_of(json_object_get(row, "theme"), "name"));
    size_t count = 0;
    blocks[count++] = (struct files_block){.kind = FILES_BLOCK_HEADING, .level = 1, .text = name};
    blocks[count++] = (struct files_block){
        .kind = FILES_BLOCK_PARAGRAPH,
        .level = 1,
        .text = cv_sprintf(mem, "%s around the theme %s. %s.",
                           cv_count_text(mem, board->score.groups[group].size, "person", "people"),
                           theme, text_of(json_object_get(row, "fit"), "word"))};
    blocks[count++] = people_block(json_object_get(row, "people"), mem);
    blocks[count++] =
        (struct files_block){.kind = FILES_BLOCK_HEADING, .level = 2, .text = "How it fits"};
    blocks[count++] = checks_block(json_object_get(row, "checks"), mem);
    if (voice_count > 0)
        blocks[count++] = (struct files_block){
            .kind = FILES_BLOCK_HEADING, .level = 2, .text = "What they wrote"};
    for (size_t i = 0; i < voice_count; i++) {
        const json_t *voice = json_array_get(voices, i);
        blocks[count++] = (struct files_block){
            .kind = FILES_BLOCK_VOICE, .text = text_of(voice, "text"), .who = text_of(voice, "by")};
    }
    size_t card_count = code_cards(cards, board, group, mem);
    if (card_count > 0) {
        blocks[count++] = (struct files_block){.kind = FILES_BLOCK_PAGE_BREAK};
        blocks[count++] =
            (struct files_block){.kind = FILES_BLOCK_CARDS, .cards = cards, .count = card_count};
    }
    const struct files_document document = {.title = name,
                                            .language = "en",
                                            .footer = name,
                                            .created_at_s = now_s,
                                            .blocks = blocks,
                                            .block_count = count};
    cv_rc rc = files_write_pdf(out, &document, mem);
    json_decref(row);
    return rc;
}

/* demo_places: zones, districts, organisations, skills and statements, as the tables of this folder
 * have them. Nothing is drawn by lot here. */
#include <assert.h>
#include <string.h>

#include "app/demo/demo_internal.h"

int32_t demo_find_place(const struct demo_network *net, const char *name)
{
    for (int32_t i = 0; i < net->place_count; i++) {
        if (strcmp(net->places[i].name, name) == 0) return i;
    }
    return DEMO_NONE;
}

int32_t demo_find_organisation(const struct demo_network *net, const char *key)
{
    for (int32_t i = 0; i < net->organisation_count; i++) {
        if (strcmp(net->organisations[i].key, key) == 0) return i;
    }
    return DEMO_NONE;
}

int32_t demo_person_of_statement(const struct demo_network *net, int32_t statement_id)
{
    for (int32_t i = 0; i < net->statement_count; i++) {
        if (net->statements[i].id == statement_id) return net->statements[i].person;
    }
    return DEMO_NONE;
}

static void make_districts(struct demo_network *net, struct cv_arena *mem)
{
    struct demo_table table = demo_table_read(mem, "app/demo/districts.csv");
    net->places = CV_NEW_ARRAY(mem, struct demo_place, 2 * table.row_count);
    for (size_t row = 0; row < table.row_count; row++) {
        const char *zone = demo_cell(&table, row, "zone");
        if (demo_find_place(net, zone) != DEMO_NONE) continue;
        net->places[net->place_count++] =
            (struct demo_place){.kind = DEMO_ZONE, .name = zone, .zone = DEMO_NONE, .locale = ""};
    }
    for (size_t row = 0; row < table.row_count; row++) {
        struct demo_place place = {
            .kind = DEMO_DISTRICT,
            .name = demo_cell(&table, row, "district"),
            .zone = demo_find_place(net, demo_cell(&table, row, "zone")),
            .locale = demo_cell(&table, row, "locale"),
            .students = demo_number(&table, row, "students"),
            .schools = demo_number(&table, row, "schools"),
            .hispanic_pct = demo_number(&table, row, "pct_hispanic"),
            .multilingual_pct = demo_number(&table, row, "pct_multilingual"),
            .low_income_pct = demo_number(&table, row, "pct_low_income"),
            .chronic_absence_pct = demo_number(&table, row, "pct_chronic_absence"),
        };
        net->places[place.zone].students += place.students;
        net->places[place.zone].schools += place.schools;
        net->places[net->place_count++] = place;
    }
}

static void make_organisations(struct demo_network *net, struct cv_arena *mem)
{
    struct demo_table table = demo_table_read(mem, "app/demo/organisations.csv");
    net->organisations = CV_NEW_ARRAY(mem, struct demo_organisation, table.row_count);
    for (size_t row = 0; row < table.row_count; row++) {
        struct demo_organisation organisation = {
            .key = demo_cell(&table, row, "key"),
            .name = demo_cell(&table, row, "name"),
            .sector = demo_cell(&table, row, "sector"),
            .place = demo_find_place(net, demo_cell(&table, row, "district")),
            .domain = demo_cell(&table, row, "domain"),
        };
        assert(organisation.place != DEMO_NONE);
        net->organisations[net->organisation_count++] = organisation;
    }
}

void demo_make_places(struct demo_maker *maker)
{
    struct demo_network *net = maker->net;
    make_districts(net, maker->mem);
    make_organisations(net, maker->mem);
    net->skills = CV_NEW_ARRAY(maker->mem, struct demo_skill, maker->skills.row_count);
    for (size_t row = 0; row < maker->skills.row_count; row++) {
        net->skills[net->skill_count++] = (struct demo_skill){
            .key = demo_cell(&maker->skills, row, "key"),
            .en = demo_cell(&maker->skills, row, "en"),
            .es = demo_cell(&maker->skills, row, "es"),
        };
    }
}

void demo_make_statements(struct demo_maker *maker)
{
    struct demo_network *net = maker->net;
    struct demo_table table = maker->statements;
    assert(table.row_count == maker->voices.row_count);
    net->statements = CV_NEW_ARRAY(maker->mem, struct demo_statement, table.row_count);
    for (size_t row = 0; row < table.row_count; row++) {
        assert(demo_number(&maker->voices, row, "statement") == demo_number(&table, row, "id"));
        net->statements[net->statement_count++] = (struct demo_statement){
            .id = demo_number(&table, row, "id"),
            .person = DEMO_NONE,
            .lang = demo_cell(&table, row, "lang"),
            .text = demo_cell(&table, row, "text"),
            .gold_primary = demo_cell(&table, row, "gold_primary"),
            .gold_secondary = demo_cell(&table, row, "gold_secondary"),
        };
    }
}

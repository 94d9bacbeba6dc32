/* Tests of imports and exports from bytes to stored and back, on both databases: previews, refused
 * inputs (golden/refused_*), undo, re-import. CONVENE_TEST_ACCEPT=1 writes the goldens anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/rng.h"
#include "base/text.h"
#include "features/exchange/exchange_internal.h"
#include "features/features_testing.h"
#include "features/history/history.h"
#include "features/network/network.h"
#include "features/people/people.h"
#include "features/ties/ties.h"

const struct feature *const house_features[] = {&history_feature, &exchange_feature,
                                                &network_feature, &people_feature, &ties_feature};
const size_t house_feature_count = 5;
static const struct house house = {.features = house_features, .feature_count = 5};

static int set_up(void **state)
{
    int rc = store_testing_open(state);
    struct store_testing *t = *state;
    if (rc || !t) return rc;
    for (size_t i = 0; i < house_feature_count; i++)
        features_testing_migrate(t, house_features[i]->migrations);
    return 0;
}

static void assert_ok(cv_rc rc)
{
    assert_string_equal(cv_rc_name(rc), "ok");
}

static json_t *import_with(struct store_testing *t, const char *kind, const char *text,
                           struct exchange_options options)
{
    json_t *document = NULL;
    t->problems = cv_problems_new(&t->mem);
    cv_rc rc = exchange_import_file(&document, t->db, &t->mem, &house, kind, "roster.csv", text,
                                    strlen(text), &options, 0, 1000, &t->problems);
    assert_true(rc == CV_OK || rc == CV_INVALID);
    return document;
}

static json_t *import_text(struct store_testing *t, const char *kind, const char *text)
{
    return import_with(t, kind, text, (struct exchange_options){.on_match = EXCHANGE_UPDATE});
}

static int64_t count_of(const json_t *document, const char *name)
{
    return json_integer_value(json_object_get(json_object_get(document, "counts"), name));
}

static void assert_counts(json_t *document, int64_t new_count, int64_t changed, int64_t same,
                          int64_t refused, int64_t skipped)
{
    assert_int_equal(count_of(document, "new"), new_count);
    assert_int_equal(count_of(document, "changed"), changed);
    assert_int_equal(count_of(document, "same"), same);
    assert_int_equal(count_of(document, "refused"), refused);
    assert_int_equal(count_of(document, "skipped"), skipped);
    json_decref(document);
}

static int64_t import_id(json_t *document)
{
    int64_t id = json_integer_value(json_object_get(document, "import_id"));
    json_decref(document);
    return id;
}

/* Everything the features know, as text; imports and history are their own trace. */
static const char *dump(struct store_testing *t)
{
    STORE_SQL(sql_people, "SELECT * FROM person ORDER BY id");
    STORE_SQL(sql_roles, "SELECT * FROM role_holding ORDER BY person_id, number");
    STORE_SQL(sql_gifts, "SELECT * FROM gift ORDER BY person_id, kind, skill_folded");
    STORE_SQL(sql_wishes, "SELECT * FROM wish ORDER BY person_id, other_id");
    STORE_SQL(sql_places, "SELECT * FROM place ORDER BY id");
    STORE_SQL(sql_ties, "SELECT * FROM tie ORDER BY id");
    const struct store_sql *all[] = {&sql_people, &sql_roles,  &sql_gifts,
                                     &sql_wishes, &sql_places, &sql_ties};
    const char *text = "";
    for (size_t i = 0; i < 6; i++) {
        json_t *rows = NULL;
        assert_ok(store_json(&rows, t->db, all[i]));
        text = cv_sprintf(&t->mem, "%s\n%s", text, feature_json_text(&t->mem, rows));
        json_decref(rows);
    }
    return text;
}

static const char *export_text(struct store_testing *t, const char *name,
                               enum exchange_format format, size_t *size)
{
    const char *bytes = NULL;
    size_t rows = 0;
    assert_ok(exchange_export_bytes(&bytes, size, &rows, exchange_export_find(&house, name), format,
                                    t->db, &t->mem, 1000));
    return bytes;
}

/* --- goldens ---------------------------------------------------------------------------------- */

static const char *read_all(struct cv_arena *mem, const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (!file) fail_msg("%s is not there", path);
    char *bytes = cv_alloc(mem, 1 << 20);
    *size = fread(bytes, 1, (1 << 20) - 1, file);
    (void)fclose(file);
    return bytes;
}

static void assert_golden(struct store_testing *t, const char *name, const json_t *document)
{
    const char *path = cv_sprintf(&t->mem, "%s/golden/%s.json", EXCHANGE_FOLDER, name);
    size_t size = json_dumpb(document, NULL, 0, JSON_INDENT(1));
    char *text = cv_alloc(&t->mem, size + 2);
    (void)json_dumpb(document, text, size, JSON_INDENT(1));
    text[size] = '\n';
    if (getenv("CONVENE_TEST_ACCEPT")) {
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        assert_int_equal(fwrite(text, 1, size + 1, file), size + 1);
        (void)fclose(file);
    }
    size_t wanted_size = 0;
    assert_string_equal(text, read_all(&t->mem, path, &wanted_size));
}

static void seed(struct store_testing *t)
{
    json_decref(import_text(t, "places",
                            "name,kind,parent\nRiverbend,district,\nKestrel,district,\n"
                            "Lincoln School,school,Riverbend\n"
                            "Lincoln School,school,Kestrel\n"));
    json_decref(
        import_text(t, "people",
                    "name,email,role,district\nAna Ruiz,ana@x.org,Teacher leader,Riverbend\n"
                    "Luis Vega,luis@x.org,Coach,Kestrel\nMartin Salcedo,,Principal,Riverbend\n"
                    "Twin Soul,,Coach,Riverbend\n"));
    struct exchange_options keep = {.on_match = EXCHANGE_KEEP_BOTH};
    json_decref(
        import_with(t, "people", "name,district,role\nTwin Soul,Riverbend,Principal\n", keep));
}

/* The part of a preview that a person acts on. */
static json_t *report(const json_t *document)
{
    static const char *const kept[] = {"page", "counts", "sensitive", "problems", "near", "notes"};
    json_t *out = json_object();
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        json_object_set(out, kept[i], json_object_get(document, kept[i]));
    json_t *rows = json_array();
    size_t i = 0;
    json_t *row = NULL;
    json_array_foreach(json_object_get(document, "rows"), i, row)
    {
        json_array_append_new(
            rows, json_pack("{s:O,s:O,s:O,s:O}", "line", json_object_get(row, "line"), "fate",
                            json_object_get(row, "fate"), "match", json_object_get(row, "match"),
                            "note", json_object_get(row, "note")));
    }
    json_object_set_new(out, "rows", rows);
    json_t *columns = json_array();
    json_array_foreach(json_object_get(document, "columns"), i, row)
    {
        json_array_append_new(columns,
                              json_pack("{s:O,s:O,s:O}", "heading", json_object_get(row, "heading"),
                                        "field", json_object_get(row, "field"), "is_sensitive",
                                        json_object_get(row, "is_sensitive")));
    }
    json_object_set_new(out, "columns", columns);
    return out;
}

static void test_import__wrong_input_gets_every_problem_with_its_cell(void **state)
{
    static const struct {
        const char *kind;
        const char *name;
    } cases[] = {
        {"people", "refused_people_cells"},      {"people", "refused_people_sensitive"},
        {"people", "refused_people_header"},     {"people", "refused_people_wishes"},
        {"people", "refused_people_lookalikes"}, {"places", "refused_places_cells"},
        {"ties", "refused_ties_cells"},
    };
    struct store_testing *t = store_testing_of(state);
    seed(t);
    const char *before = dump(t);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t size = 0;
        const char *path = cv_sprintf(&t->mem, "%s/golden/%s.csv", EXCHANGE_FOLDER, cases[i].name);
        const char *text = read_all(&t->mem, path, &size);
        json_t *document =
            import_with(t, cases[i].kind, text,
                        (struct exchange_options){.on_match = EXCHANGE_UPDATE, .dry_run = true});
        json_t *told = report(document);
        assert_golden(t, cases[i].name, told);
        json_decref(told);
        json_decref(document);
    }
    assert_string_equal(dump(t), before);
}

/* --- what matches what ------------------------------------------------------------------------ */

static void test_import__matches_by_email_then_by_name_and_place(void **state)
{
    struct store_testing *t = store_testing_of(state);
    seed(t);
    const char *text = "name,email,role,district\n"
                       "Ana Ruiz Soto,ANA@x.org,Teacher leader,Riverbend\n"
                       "martín  salcedo,,Superintendent,riverbend\n"
                       "Luis Vega,luis@x.org,Coach,Kestrel\n"
                       "Eva Moya,eva@x.org,Coach,Kestrel\n";
    struct exchange_options options = {.on_match = EXCHANGE_SKIP};
    assert_counts(import_with(t, "people", text, options), 1, 0, 1, 0, 2);
    assert_counts(import_text(t, "people", text), 0, 2, 2, 0, 0);
    assert_counts(import_text(t, "people", text), 0, 0, 4, 0, 0);
}

static void test_import__keep_both_stores_beside_and_leaves_the_email(void **state)
{
    struct store_testing *t = store_testing_of(state);
    seed(t);
    struct exchange_options keep = {.on_match = EXCHANGE_KEEP_BOTH};
    int64_t before = 0;
    int64_t after = 0;
    assert_ok(people_count(&before, t->db));
    assert_counts(
        import_with(t, "people", "name,email,district\nAna Other,ana@x.org,Kestrel\n", keep), 1, 0,
        0, 0, 0);
    assert_ok(people_count(&after, t->db));
    assert_int_equal(after, before + 1);
    struct people_index index;
    bool is_ambiguous = false;
    assert_ok(people_index_load(&index, t->db, &t->mem));
    assert_string_equal(people_index_find(&is_ambiguous, &index, "ana@x.org")->name, "Ana Ruiz");
    assert_null(people_index_find(&is_ambiguous, &index, "Ana Other")->email);
}

static void test_import__near_duplicates_are_offered_and_merged_only_when_asked(void **state)
{
    struct store_testing *t = store_testing_of(state);
    seed(t);
    const char *text = "name,phone,district\nMartín Salcedo Jr,,Kestrel\n"
                       "Martin Salcedoo,555 1234,Riverbend\n";
    json_t *document = import_with(
        t, "people", text, (struct exchange_options){.on_match = EXCHANGE_UPDATE, .dry_run = true});
    assert_int_equal(json_array_size(json_object_get(document, "near")), 1);
    assert_counts(document, 2, 0, 0, 0, 0);
    const int64_t lines[] = {3, 0};
    struct exchange_options merge = {.on_match = EXCHANGE_UPDATE, .merge_lines = lines};
    assert_counts(import_with(t, "people", text, merge), 1, 1, 0, 0, 0);
    struct people_index index;
    bool is_ambiguous = false;
    assert_ok(people_index_load(&index, t->db, &t->mem));
    const struct person *person = people_index_find(&is_ambiguous, &index, "Martin Salcedoo");
    assert_non_null(person);
    assert_string_equal(person->phone, "555 1234");
    assert_string_equal(person->title, "Principal");
}

/* --- undo ------------------------------------------------------------------------------------- */

static const char rich[] =
    "name,email,role,district,languages,slots,offers,wants,together,apart,years,facilitates\n"
    "Ana Ruiz,ana@x.org,Superintendent,New Town,\"en, es\",Tue evening,data (can teach); music,,"
    "Eva Moya,,4,yes\n"
    "Eva Moya,eva@x.org,Coach,New Town,es,,,grants,luis@x.org,Martin Salcedo,,no\n"
    "Martin Salcedo,martin@x.org,,Riverbend,,,,,,,12,\n";

static void test_undo__leaves_the_store_as_it_was(void **state)
{
    struct store_testing *t = store_testing_of(state);
    seed(t);
    const char *before = dump(t);
    json_t *document = import_text(t, "people", rich);
    assert_int_equal(t->problems.total_count, 0);
    assert_int_equal(count_of(document, "new"), 1);
    assert_int_equal(count_of(document, "changed"), 2);
    int64_t id = import_id(document);
    assert_string_not_equal(dump(t), before);
    json_t *outcome = NULL;
    assert_ok(exchange_import_undo(&outcome, t->db, &t->mem, &house, id, 0, 2000));
    assert_int_equal(json_integer_value(json_object_get(outcome, "kept_count")), 0);
    json_decref(outcome);
    assert_string_equal(dump(t), before);
    assert_int_equal(exchange_import_undo(&outcome, t->db, &t->mem, &house, id, 0, 2000),
                     CV_CONFLICT);
}

static void test_undo__places_and_ties_too(void **state)
{
    struct store_testing *t = store_testing_of(state);
    seed(t);
    json_decref(import_text(t, "ties", "from,to,kind\nana@x.org,luis@x.org,trust\n"));
    const char *before = dump(t);
    int64_t ties =
        import_id(import_text(t, "ties",
                              "from,to,kind,strength,last\nana@x.org,luis@x.org,trust,4,2025-03\n"
                              "Luis Vega,Martin Salcedo,work with,3,\n"));
    int64_t places = import_id(import_text(
        t, "places", "name,students,part of\nRiverbend,3400,Sur\nSur,,\nNew Town,12,Riverbend\n"));
    assert_true(ties > 0 && places > 0);
    json_t *outcome = NULL;
    assert_ok(exchange_import_undo(&outcome, t->db, &t->mem, &house, ties, 0, 2000));
    json_decref(outcome);
    assert_ok(exchange_import_undo(&outcome, t->db, &t->mem, &house, places, 0, 2000));
    json_decref(outcome);
    assert_string_equal(dump(t), before);
}

static void test_undo__rows_touched_since_stay_and_are_named(void **state)
{
    struct store_testing *t = store_testing_of(state);
    int64_t id = import_id(import_text(
        t, "people", "name,email\nAna Ruiz,ana@x.org\nLuis Vega,luis@x.org\nEva Moya,eva@x.org\n"));
    json_decref(import_text(t, "people", "name,email,phone\nAna Ruiz,ana@x.org,555\n"));
    json_decref(import_text(t, "ties", "from,to\nLuis Vega,Ana Ruiz\n"));
    json_t *outcome = NULL;
    assert_ok(exchange_import_undo(&outcome, t->db, &t->mem, &house, id, 0, 2000));
    assert_int_equal(json_integer_value(json_object_get(outcome, "kept_count")), 2);
    assert_int_equal(json_integer_value(json_object_get(outcome, "taken_back")), 1);
    const json_t *kept = json_object_get(outcome, "kept");
    assert_string_equal(json_string_value(json_object_get(json_array_get(kept, 0), "name")),
                        "Luis Vega");
    json_decref(outcome);
    int64_t count = 0;
    assert_ok(people_count(&count, t->db));
    assert_int_equal(count, 2);
}

/* --- out and in again ------------------------------------------------------------------------- */

static void test_export__comes_back_in_as_the_same(void **state)
{
    static const char *const kinds[] = {"places", "people", "ties"};
    static const enum exchange_format formats[] = {EXCHANGE_CSV, EXCHANGE_EXCEL_CSV, EXCHANGE_XLSX,
                                                   EXCHANGE_JSON};
    struct store_testing *t = store_testing_of(state);
    seed(t);
    json_decref(import_text(t, "people", rich));
    json_decref(
        import_text(t, "people", "name,role,district\n=1+1,@SUM(A1),Lincoln School (Kestrel)\n"));
    json_decref(import_text(t, "ties",
                            "from,to,kind,last\nTwin Soul (Riverbend),Ana Ruiz,know,\n"
                            "ana@x.org,Luis Vega,ask for help,2025-11-03\n"));
    const char *before = dump(t);
    for (size_t k = 0; k < 3; k++) {
        for (size_t f = 0; f < 4; f++) {
            size_t size = 0;
            const char *bytes = export_text(t, kinds[k], formats[f], &size);
            json_t *document = NULL;
            struct exchange_options options = {.on_match = EXCHANGE_UPDATE};
            t->problems = cv_problems_new(&t->mem);
            assert_ok(exchange_import_file(&document, t->db, &t->mem, &house, kinds[k], "export",
                                           bytes, size, &options, 0, 3000, &t->problems));
            if (t->problems.total_count)
                fail_msg("%s: %s", kinds[k], t->problems.items[0].sentence);
            assert_int_equal(count_of(document, "same"), count_of(document, "rows"));
            assert_true(count_of(document, "rows") > 0);
            json_decref(document);
        }
    }
    assert_string_equal(dump(t), before);
}

static void test_export__fills_an_empty_store_the_same_way(void **state)
{
    struct store_testing *t = store_testing_of(state);
    seed(t);
    json_decref(import_text(t, "people", rich));
    size_t size = 0;
    const char *places = export_text(t, "places", EXCHANGE_CSV, &size);
    const char *people = export_text(t, "people", EXCHANGE_CSV, &size);
    struct store_testing *other = store_testing_new(t->kind);
    for (size_t i = 0; i < house_feature_count; i++)
        features_testing_migrate(other, house_features[i]->migrations);
    json_decref(import_text(other, "places", places));
    json_decref(import_with(other, "people", people,
                            (struct exchange_options){.on_match = EXCHANGE_KEEP_BOTH}));
    assert_string_equal(export_text(other, "people", EXCHANGE_CSV, &size), people);
    assert_string_equal(export_text(other, "places", EXCHANGE_CSV, &size), places);
    store_testing_free(other);
}

/* --- many ------------------------------------------------------------------------------------- */

static const char *random_roster(struct cv_arena *mem, uint64_t seed_number, size_t count)
{
    static const char *const first[] = {"Ana",  "Luis",  "María", "José", "Eva",    "Wren",
                                        "Hank", "Grace", "Rosa",  "Del",  "Odalys", "June"};
    static const char *const last[] = {"Ruiz",   "Vega",     "Núñez", "Kim",
                                       "Campos", "Tallbear", "Yazzie"};
    static const char *const roles[] = {"Coach", "Principal", "Docente", "Bus driver", ""};
    struct cv_rng rng = cv_rng_new(seed_number, 0);
    size_t room = 64 + count * 160;
    char *text = cv_alloc(mem, room);
    size_t used = (size_t)snprintf(text, room, "name,email,role,district,slots,offers,languages\n");
    for (size_t i = 0; i < count; i++) {
        bool has_email = cv_rng_below(&rng, 4) > 0;
        used += (size_t)snprintf(
            text + used, room - used, "%s %s %c%zu,%s,%s,District %u,%s,%s,%s\n",
            first[cv_rng_below(&rng, 12)], last[cv_rng_below(&rng, 7)],
            (char)('A' + cv_rng_below(&rng, 26)), i,
            has_email ? cv_sprintf(mem, "p%zu@x.org", i) : "", roles[cv_rng_below(&rng, 5)],
            cv_rng_below(&rng, 24), cv_rng_below(&rng, 2) ? "Tue evening; Wed am" : "",
            cv_rng_below(&rng, 3) ? "data; music" : "", cv_rng_below(&rng, 2) ? "en" : "es en");
    }
    return text;
}

static void test_import__ten_thousand_random_rows_come_in_once_and_go_again(void **state)
{
    enum { COUNT = 10000 };
    struct store_testing *t = store_testing_of(state);
    const char *empty = dump(t);
    const char *text = random_roster(&t->mem, 7, COUNT);
    json_t *document = import_text(t, "people", text);
    assert_int_equal(count_of(document, "refused"), 0);
    assert_int_equal(count_of(document, "new"), COUNT);
    int64_t id = import_id(document);
    assert_counts(import_text(t, "people", text), 0, 0, COUNT, 0, 0);
    json_t *outcome = NULL;
    assert_ok(exchange_import_undo(&outcome, t->db, &t->mem, &house, id, 0, 2000));
    assert_int_equal(json_integer_value(json_object_get(outcome, "kept_count")), 0);
    json_decref(outcome);
    assert_string_equal(dump(t), empty);
}

/* --- two steps, as the pages take them -------------------------------------------------------- */

static void test_confirm__stores_what_was_looked_at_and_only_once(void **state)
{
    struct store_testing *t = store_testing_of(state);
    static const char text[] = "nombre,correo\nAna Ruiz,ana@x.org\nAnna Ruiz,\n";
    struct import_batch batch = {.kind = "people",
                                 .file_name = "roster.csv",
                                 .bytes = text,
                                 .size = strlen(text),
                                 .choices = "{}"};
    int64_t id = 0;
    json_t *outcome = NULL;
    json_t *choices = json_pack("{s:s,s:[s,s]}", "on_match", "skip", "map", "#0=name", "#1=");
    assert_ok(exchange_batch_insert(&id, t->db, &batch));
    assert_ok(exchange_preview(t->db, &t->mem, id, choices, 0));
    json_decref(choices);
    assert_ok(exchange_confirm(&outcome, t->db, &t->mem, id, 0, 2000));
    assert_int_equal(count_of(outcome, "new"), 2);
    json_decref(outcome);
    assert_int_equal(exchange_confirm(&outcome, t->db, &t->mem, id, 0, 2000), CV_CONFLICT);
    struct people_index index;
    bool is_ambiguous = false;
    assert_ok(people_index_load(&index, t->db, &t->mem));
    assert_null(people_index_find(&is_ambiguous, &index, "Ana Ruiz")->email);
    assert_ok(exchange_batch_find(&batch, t->db, &t->mem, id, true));
    assert_null(batch.bytes);
}

/* The whole of a statement list is prepared on this database. */
static void test_statements__all_are_valid(void **state)
{
    struct store_testing *t = store_testing_of(state);
    t->problems = cv_problems_new(&t->mem);
    cv_rc rc = store_prepare_all(t->db, &t->problems);
    assert_true(rc == CV_OK || t->problems.total_count > 0);
    for (size_t i = 0; i < t->problems.count; i++)
        if (strstr(t->problems.items[i].sentence, "features/"))
            fail_msg("%s %s", t->problems.items[i].sentence, t->problems.items[i].remedy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TESTING_BOTH(test_import__wrong_input_gets_every_problem_with_its_cell, set_up),
        STORE_TESTING_BOTH(test_import__matches_by_email_then_by_name_and_place, set_up),
        STORE_TESTING_BOTH(test_import__keep_both_stores_beside_and_leaves_the_email, set_up),
        STORE_TESTING_BOTH(test_import__near_duplicates_are_offered_and_merged_only_when_asked,
                           set_up),
        STORE_TESTING_BOTH(test_undo__leaves_the_store_as_it_was, set_up),
        STORE_TESTING_BOTH(test_undo__places_and_ties_too, set_up),
        STORE_TESTING_BOTH(test_undo__rows_touched_since_stay_and_are_named, set_up),
        STORE_TESTING_BOTH(test_export__comes_back_in_as_the_same, set_up),
        STORE_TESTING_BOTH(test_export__fills_an_empty_store_the_same_way, set_up),
        STORE_TESTING_BOTH(test_import__ten_thousand_random_rows_come_in_once_and_go_again, set_up),
        STORE_TESTING_BOTH(test_confirm__stores_what_was_looked_at_and_only_once, set_up),
        STORE_TESTING_BOTH(test_statements__all_are_valid, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

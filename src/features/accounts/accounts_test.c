/* Tests of accounts, on SQLite and, where CONVENE_TEST_POSTGRES says so, on PostgreSQL. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "features/accounts/accounts_internal.h"
#include "store/store_testing.h"

enum { NOW_S = 1800000000, DAY_S = 86400 };

/* people's own tables come with people; here only what a session points at. */
static const struct store_migration person[] = {
    {.feature = "people", .name = "0001_start", .sql = "CREATE TABLE person (id IDENTITY);\n"},
};

static int set_up(void **state)
{
    int rc = store_testing_open(state);
    if (!*state) return rc;
    store_testing_migrate(*state, person, 1);
    store_testing_migrate(*state, accounts_migrations, 1);
    return rc;
}

static void assert_ok(cv_rc rc)
{
    if (rc != CV_OK) fail_msg("%s", cv_rc_name(rc));
}

static const char *new_link(struct store_testing *t, int64_t now_s)
{
    const char *path = NULL;
    assert_ok(accounts_owner_link_new(&path, t->db, &t->mem, now_s));
    assert_int_equal(strncmp(path, "/owner/", 7), 0);
    assert_int_equal(strlen(path + 7), 43);
    return path + 7;
}

static enum accounts_link_state link_state(struct store_testing *t, const char *token,
                                           int64_t now_s)
{
    enum accounts_link_state state;
    assert_ok(accounts_link_state(&state, t->db, &t->mem, token, now_s));
    return state;
}

static bool is_signed_in(struct store_testing *t, const char *token, int64_t now_s)
{
    struct web_session session = {.role = ROLE_ANYONE};
    cv_rc rc = accounts_session_find(&session, t->db, &t->mem, token, true, now_s);
    if (rc == CV_NOT_FOUND) return false;
    assert_ok(rc);
    assert_int_equal(session.role, ROLE_STEWARD);
    assert_int_equal(session.person_id, 0);
    assert_int_equal(strlen(session.csrf), 32);
    return true;
}

static void test_accounts_link__works_once(void **state)
{
    struct store_testing *t = store_testing_of(state);
    const char *token = NULL;
    const char *second = NULL;
    bool has_owner = true;
    assert_ok(accounts_has_owner(&has_owner, t->db));
    assert_false(has_owner);
    const char *link = new_link(t, NOW_S);
    assert_int_equal(link_state(t, link, NOW_S), LINK_OPEN);
    assert_int_equal(link_state(t, link, NOW_S), LINK_OPEN);
    assert_ok(accounts_sign_in(&token, t->db, &t->mem, link, "", NOW_S));
    assert_true(is_signed_in(t, token, NOW_S));
    assert_int_equal(link_state(t, link, NOW_S), LINK_USED);
    assert_int_equal(accounts_sign_in(&second, t->db, &t->mem, link, "", NOW_S), CV_NOT_FOUND);
    assert_null(second);
    assert_ok(accounts_has_owner(&has_owner, t->db));
    assert_true(has_owner);
}

static void test_accounts_link__of_yesterday_and_of_nobody_are_refused(void **state)
{
    struct store_testing *t = store_testing_of(state);
    const char *token = NULL;
    const char *link = new_link(t, NOW_S);
    int64_t late_s = NOW_S + CV_LIMIT_LINK_HOURS * 3600;
    assert_int_equal(link_state(t, link, late_s - 1), LINK_OPEN);
    assert_int_equal(link_state(t, link, late_s), LINK_OLD);
    assert_int_equal(accounts_sign_in(&token, t->db, &t->mem, link, "", late_s), CV_NOT_FOUND);
    assert_int_equal(link_state(t, "", NOW_S), LINK_UNKNOWN);
    assert_int_equal(link_state(t, "short", NOW_S), LINK_UNKNOWN);
    char *other = cv_strdup(&t->mem, link);
    other[42] = other[42] == 'A' ? 'Q' : 'A';
    assert_int_equal(link_state(t, other, NOW_S), LINK_UNKNOWN);
    assert_int_equal(accounts_sign_in(&token, t->db, &t->mem, other, "", NOW_S), CV_NOT_FOUND);
}

static void test_accounts_link__a_new_one_forgets_the_unused(void **state)
{
    struct store_testing *t = store_testing_of(state);
    const char *token = NULL;
    const char *used = new_link(t, NOW_S);
    assert_ok(accounts_sign_in(&token, t->db, &t->mem, used, "", NOW_S));
    const char *unused = new_link(t, NOW_S);
    const char *newest = new_link(t, NOW_S);
    assert_int_equal(link_state(t, used, NOW_S), LINK_USED);
    assert_int_equal(link_state(t, unused, NOW_S), LINK_UNKNOWN);
    assert_int_equal(link_state(t, newest, NOW_S), LINK_OPEN);
    assert_string_not_equal(unused, newest);
}

STORE_SQL(sql_everything, "SELECT coalesce((SELECT min(token_hash) FROM owner_link), ''), "
                          "coalesce((SELECT min(token_hash) FROM session), '')");

static void test_accounts_token__is_not_in_the_database(void **state)
{
    struct store_testing *t = store_testing_of(state);
    const char *token = NULL;
    const char *link = new_link(t, NOW_S);
    assert_ok(accounts_sign_in(&token, t->db, &t->mem, link, "", NOW_S));
    struct store_rows rows;
    cv_rc rc = store_select(&rows, t->db, &sql_everything);
    assert_true(rc == CV_OK && store_next(&rows));
    assert_int_equal(strlen(store_text(&rows, 0, &t->mem)), ACCOUNTS_HASH_CHARS);
    assert_int_equal(strlen(store_text(&rows, 1, &t->mem)), ACCOUNTS_HASH_CHARS);
    assert_string_not_equal(store_text(&rows, 0, &t->mem), store_text(&rows, 1, &t->mem));
    /* What stands in the database opens nothing. */
    assert_false(is_signed_in(t, store_text(&rows, 1, &t->mem), NOW_S));
    assert_ok(store_done(&rows, rc));
}

static void test_accounts_session__ends_by_signing_out_by_age_and_by_a_new_one(void **state)
{
    struct store_testing *t = store_testing_of(state);
    const char *first = NULL;
    const char *second = NULL;
    assert_ok(accounts_sign_in(&first, t->db, &t->mem, new_link(t, NOW_S), "", NOW_S));
    assert_true(is_signed_in(t, first, NOW_S + 29 * DAY_S));
    assert_false(is_signed_in(t, first, NOW_S + CV_LIMIT_SESSION_DAYS * DAY_S));
    assert_ok(accounts_sign_in(&second, t->db, &t->mem, new_link(t, NOW_S), first, NOW_S));
    assert_string_not_equal(first, second);
    assert_false(is_signed_in(t, first, NOW_S));
    assert_true(is_signed_in(t, second, NOW_S));
    assert_ok(accounts_sign_out(t->db, &t->mem, second));
    assert_false(is_signed_in(t, second, NOW_S));
    assert_ok(accounts_sign_out(t->db, &t->mem, second));
    assert_ok(accounts_sign_out(t->db, &t->mem, ""));
}

STORE_SQL(sql_last_seen, "SELECT max(last_seen_at_s) FROM session");

static void test_accounts_session__being_seen_is_noted_now_and_then(void **state)
{
    struct store_testing *t = store_testing_of(state);
    const char *token = NULL;
    int64_t seen_s = 0;
    struct web_session session;
    assert_ok(accounts_sign_in(&token, t->db, &t->mem, new_link(t, NOW_S), "", NOW_S));
    assert_true(is_signed_in(t, token, NOW_S + 299));
    assert_ok(store_number(&seen_s, t->db, &sql_last_seen));
    assert_int_equal(seen_s, NOW_S);
    assert_ok(accounts_session_find(&session, t->db, &t->mem, token, false, NOW_S + 900));
    assert_ok(store_number(&seen_s, t->db, &sql_last_seen));
    assert_int_equal(seen_s, NOW_S);
    assert_true(is_signed_in(t, token, NOW_S + 300));
    assert_ok(store_number(&seen_s, t->db, &sql_last_seen));
    assert_int_equal(seen_s, NOW_S + 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TESTING_BOTH(test_accounts_link__works_once, set_up),
        STORE_TESTING_BOTH(test_accounts_link__of_yesterday_and_of_nobody_are_refused, set_up),
        STORE_TESTING_BOTH(test_accounts_link__a_new_one_forgets_the_unused, set_up),
        STORE_TESTING_BOTH(test_accounts_token__is_not_in_the_database, set_up),
        STORE_TESTING_BOTH(test_accounts_session__ends_by_signing_out_by_age_and_by_a_new_one,
                           set_up),
        STORE_TESTING_BOTH(test_accounts_session__being_seen_is_noted_now_and_then, set_up),
    };
    return cmocka_run_group_tests_name("accounts", tests, NULL, NULL);
}

/* What can be wrong with the place of a SQLite file, in words with a remedy; and the copy of a file
 * page by page. Not here: SQLite at work (sqlite.c). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/store_internal.h"

static cv_rc check_folder(const char *path, struct cv_problems *problems)
{
    char *folder = cv_strdup(problems->mem, path);
    char *slash = strrchr(folder, '/');
    if (!slash) return CV_OK;
    slash[slash == folder ? 1 : 0] = '\0';
    struct stat facts;
    if (stat(folder, &facts) == 0 && S_ISDIR(facts.st_mode)) return CV_OK;
    cv_problem(problems, 0, NULL, "Make the folder first, or give another place.",
               "There is no folder %s to put the database into.", folder);
    return CV_INVALID;
}

static cv_rc check_missing(const char *path, enum store_mode mode, struct cv_problems *problems)
{
    if (mode == STORE_CREATE) return check_folder(path, problems);
    cv_problem(
        problems, 0, NULL,
        "Make one with \"convene init\" or \"convene demo\", or say where it is with --data.",
        "There is no database at %s.", path);
    return CV_INVALID;
}

/* Never opens the file: closing it again would drop the locks SQLite holds on it in this process.
 */
cv_rc store_sqlite_check_place(const char *path, enum store_mode mode, struct cv_problems *problems)
{
    struct stat facts;
    if (!*path) {
        cv_problem(problems, 0, NULL, "Say where it is with --data.", "No database was named.");
        return CV_INVALID;
    }
    if (stat(path, &facts) != 0) {
        if (errno == ENOENT || errno == ENOTDIR) return check_missing(path, mode, problems);
        cv_problem(problems, 0, NULL, "Ask whoever runs this machine for the right to read it.",
                   "%s cannot be looked at: %s.", path, strerror(errno));
        return CV_UNAVAILABLE;
    }
    if (!S_ISREG(facts.st_mode)) {
        cv_problem(problems, 0, NULL, "Give the name of a file in it, such as convene.db.",
                   S_ISDIR(facts.st_mode) ? "%s is a folder, not a database."
                                          : "%s is no ordinary file.",
                   path);
        return CV_INVALID;
    }
    if (eaccess(path, R_OK) != 0) {
        cv_problem(problems, 0, NULL, "Ask whoever runs this machine for the right to read it.",
                   "The database %s cannot be read: %s.", path, strerror(errno));
        return CV_UNAVAILABLE;
    }
    if (facts.st_size == 0 && mode != STORE_CREATE) {
        cv_problem(problems, 0, NULL, "Remove it and make a database with \"convene init\".",
                   "The file %s is empty.", path);
        return CV_INVALID;
    }
    return CV_OK;
}

void store_sqlite_explain(struct cv_problems *problems, const struct store_db *db, const char *path)
{
    if (strcmp(db->error, STORE_OTHER_PROGRAM) == 0) {
        cv_problem(problems, 0, NULL, "Give the file that \"convene init\" made.",
                   "The file %s is a database of another program.", path);
        return;
    }
    int code = db->lite ? sqlite3_extended_errcode(db->lite) : SQLITE_NOMEM;
    switch (code & 255) {
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        cv_problem(problems, 0, NULL,
                   "Check the rights on the file and on its folder (files are made beside it), and "
                   "that the disk is not read-only.",
                   "The database %s cannot be written.", path);
        return;
    case SQLITE_FULL:
        cv_problem(problems, 0, NULL, "Make room on the disk. Nothing was half stored.",
                   "There is no room left on the disk of %s.", path);
        return;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        cv_problem(problems, 0, NULL, "Wait until it is done, or stop it, and try again.",
                   "Another program is writing to %s.", path);
        return;
    case SQLITE_NOTADB:
        cv_problem(
            problems, 0, NULL,
            "Give the file that \"convene init\" made. To read a spreadsheet into a network, "
            "use \"convene import\".",
            "The file %s is no database.", path);
        return;
    case SQLITE_CORRUPT:
        cv_problem(problems, 0, NULL, "Restore the newest backup with \"convene restore\".",
                   "The database %s is damaged.", path);
        return;
    case SQLITE_IOERR:
        cv_problem(problems, 0, NULL, "Check the disk and whether there is room on it.",
                   "The disk of %s does not do what is asked of it: %s.", path,
                   strerror(sqlite3_system_errno(db->lite)));
        return;
    default:
        cv_problem(problems, 0, NULL, "Check the file, or restore the newest backup.",
                   "The database %s cannot be used: %s.", path, db->error);
    }
}

/* All pages in one step: a reader's view of one moment, while writers go on in the log. */
cv_rc store_sqlite_copy(struct store_db *from, const char *to_path, struct cv_problems *problems)
{
    sqlite3 *to = NULL;
    int code = sqlite3_open_v2(to_path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
    sqlite3_backup *backup =
        code == SQLITE_OK ? sqlite3_backup_init(to, "main", from->lite, "main") : NULL;
    if (backup) {
        while ((code = sqlite3_backup_step(backup, -1)) == SQLITE_BUSY || code == SQLITE_LOCKED)
            sqlite3_sleep(20);
        int finish_code = sqlite3_backup_finish(backup);
        code = code == SQLITE_DONE ? finish_code : code;
    } else if (code == SQLITE_OK) {
        code = sqlite3_errcode(to);
    }
    /* One file, nothing beside it. */
    if (code == SQLITE_OK) code = sqlite3_exec(to, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL);
    if (code != SQLITE_OK) {
        struct store_db failed = {.lite = to};
        (void)snprintf(failed.error, sizeof failed.error, "%s", sqlite3_errmsg(to));
        store_sqlite_explain(problems, &failed, to_path);
    }
    sqlite3_close_v2(to);
    return code == SQLITE_OK ? CV_OK : CV_UNAVAILABLE;
}

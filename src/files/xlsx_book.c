/* xlsx_book: what stands around the sheets of an XLSX file: which sheets there are and where, the
 * strings they share, and how numbers are shown. Not here: rows (xlsx_sheet.c). */
#include <stdlib.h>

#include "files/xlsx_internal.h"

/* ---- relationships: ids to paths --------------------------------------------------------------
 */

static const char *folder_of(struct xlsx_book *book, const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? cv_strndup(book->reading->mem, path, (size_t)(slash - path) + 1) : "";
}

/* Targets are relative to the folder of the part that names them, or absolute from "/". */
static const char *resolve(struct xlsx_book *book, const char *folder, const char *target)
{
    if (target[0] == '/') return cv_strdup(book->reading->mem, target + 1);
    while (strncmp(target, "./", 2) == 0) target += 2;
    while (strncmp(target, "../", 3) == 0) {
        char *parent = cv_strdup(book->reading->mem, folder);
        size_t size = strlen(parent);
        if (size) parent[size - 1] = '\0';
        folder = folder_of(book, parent);
        target += 3;
    }
    return cv_sprintf(book->reading->mem, "%s%s", folder, target);
}

static const char *last_word(const char *type)
{
    const char *slash = strrchr(type, '/');
    return slash ? slash + 1 : type;
}

static void on_relationship(struct xlsx_book *book, const char *name, const char **attributes)
{
    if (strcmp(name, "Relationship") != 0) return;
    const char *id = xlsx_attribute(attributes, "Id");
    const char *type = xlsx_attribute(attributes, "Type");
    const char *target = xlsx_attribute(attributes, "Target");
    if (!id || !type || !target || book->parts.count == CV_LIMIT_ZIP_PARTS) return;
    struct cv_arena *mem = book->reading->mem;
    const char *folder = book->workbook_path ? folder_of(book, book->workbook_path) : "";
    struct xlsx_part *part = xlsx_list_add(book, &book->parts, sizeof *part);
    *part = (struct xlsx_part){.id = cv_strdup(mem, id),
                               .type = cv_strdup(mem, last_word(type)),
                               .target = resolve(book, folder, target)};
}

static const char *part_by_type(const struct xlsx_book *book, const char *type)
{
    const struct xlsx_part *parts = book->parts.items;
    for (size_t i = 0; i < book->parts.count; i++)
        if (strcmp(parts[i].type, type) == 0) return parts[i].target;
    return NULL;
}

static const struct xlsx_part *part_by_id(const struct xlsx_book *book, const char *id)
{
    const struct xlsx_part *parts = book->parts.items;
    for (size_t i = 0; i < book->parts.count; i++)
        if (strcmp(parts[i].id, id) == 0) return &parts[i];
    return NULL;
}

static cv_rc find_workbook(struct xlsx_book *book)
{
    static const struct xlsx_handlers handlers = {.start = on_relationship};
    const char *path = NULL;
    if (xlsx_has_part(book, "_rels/.rels")) {
        cv_rc rc = xlsx_parse(book, "_rels/.rels", &handlers);
        if (rc != CV_OK) return rc;
        path = part_by_type(book, "officeDocument");
    }
    if (!path || !xlsx_has_part(book, path)) path = "xl/workbook.xml";
    size_t size = strlen(path);
    bool is_word = strncasecmp(path, "word/", 5) == 0 || strncasecmp(path, "ppt/", 4) == 0;
    bool is_binary = size > 4 && strcasecmp(path + size - 4, ".bin") == 0;
    if (is_word || is_binary || !xlsx_has_part(book, path)) {
        xlsx_explain_other(book);
        return CV_INVALID;
    }
    const char *folder = folder_of(book, path);
    const char *rels =
        cv_sprintf(book->reading->mem, "%s_rels/%s.rels", folder, path + strlen(folder));
    book->workbook_path = path;
    book->parts.count = 0;
    return xlsx_parse(book, rels, &handlers);
}

/* ---- the workbook -----------------------------------------------------------------------------
 */

static bool is_true(const char *value)
{
    return value && (strcmp(value, "1") == 0 || strcmp(value, "true") == 0);
}

static void on_workbook(struct xlsx_book *book, const char *name, const char **attributes)
{
    if (strcmp(name, "workbookPr") == 0)
        book->is_1904 = is_true(xlsx_attribute(attributes, "date1904"));
    if (strcmp(name, "sheet") != 0) return;
    const char *title = xlsx_attribute(attributes, "name");
    const char *id = xlsx_attribute(attributes, "id");
    const char *state = xlsx_attribute(attributes, "state");
    if (!title) return;
    if (book->sheets.count == CV_LIMIT_SHEETS) {
        files_problem(book->reading, 0, 0, "Save the sheet that is needed as a file of its own.",
                      "The file has more than %d sheets.", CV_LIMIT_SHEETS);
        xlsx_stop(book, CV_TOO_LARGE);
        return;
    }
    const struct xlsx_part *part = id ? part_by_id(book, id) : NULL;
    struct xlsx_sheet *sheet = xlsx_list_add(book, &book->sheets, sizeof *sheet);
    *sheet = (struct xlsx_sheet){.name = cv_strdup(book->reading->mem, title),
                                 .path = part ? part->target : NULL,
                                 .hidden = state && strcmp(state, "visible") != 0,
                                 .is_table = !part || strcmp(part->type, "worksheet") == 0};
}

/* ---- shared strings ---------------------------------------------------------------------------
 */

static void on_shared_start(struct xlsx_book *book, const char *name, const char **attributes)
{
    (void)attributes;
    if (strcmp(name, "si") == 0) {
        xlsx_collect(book);
        book->collecting = false;
        book->in_phonetic = false;
    } else if (strcmp(name, "rPh") == 0) {
        book->in_phonetic = true; /* how it is pronounced; not part of the text */
    } else if (strcmp(name, "t") == 0) {
        book->collecting = !book->in_phonetic && !book->text_cut;
    }
}

static void on_shared_end(struct xlsx_book *book, const char *name)
{
    if (strcmp(name, "rPh") == 0) book->in_phonetic = false;
    if (strcmp(name, "t") == 0) book->collecting = false;
    if (strcmp(name, "si") != 0) return;
    xlsx_collected(book);
    if (book->text_cut) {
        uint32_t *cut = xlsx_list_add(book, &book->cut, sizeof *cut);
        *cut = (uint32_t)book->shared.count;
    }
    uint32_t *position = xlsx_list_add(book, &book->shared, sizeof *position);
    *position = grid_put_text(book->reading->grid, book->text, book->text_size);
}

/* ---- styles -----------------------------------------------------------------------------------
 */

enum { MAX_STYLES = 1 << 16 };

static unsigned format_id(const char *text)
{
    unsigned long id = text ? strtoul(text, NULL, 10) : 0;
    return id < sizeof((struct xlsx_book *)0)->looks ? (unsigned)id : 0;
}

static void on_style_start(struct xlsx_book *book, const char *name, const char **attributes)
{
    if (strcmp(name, "cellXfs") == 0) book->in_cell_styles = true;
    if (strcmp(name, "numFmt") == 0) {
        const char *code = xlsx_attribute(attributes, "formatCode");
        unsigned id = format_id(xlsx_attribute(attributes, "numFmtId"));
        if (code && id) book->looks[id] = (uint8_t)xlsx_look_of_code(code);
    }
    if (strcmp(name, "xf") != 0 || !book->in_cell_styles || book->styles.count == MAX_STYLES)
        return;
    uint16_t *style = xlsx_list_add(book, &book->styles, sizeof *style);
    *style = (uint16_t)format_id(xlsx_attribute(attributes, "numFmtId"));
}

static void on_style_end(struct xlsx_book *book, const char *name)
{
    if (strcmp(name, "cellXfs") == 0) book->in_cell_styles = false;
}

cv_rc xlsx_read_book(struct xlsx_book *book)
{
    static const struct xlsx_handlers workbook = {.start = on_workbook};
    static const struct xlsx_handlers shared = {.start = on_shared_start, .end = on_shared_end};
    static const struct xlsx_handlers styles = {.start = on_style_start, .end = on_style_end};
    for (unsigned i = 0; i < 64; i++) book->looks[i] = (uint8_t)xlsx_look_of_builtin(i);
    cv_rc rc = find_workbook(book);
    if (rc == CV_OK) rc = xlsx_parse(book, book->workbook_path, &workbook);
    const char *strings_path = part_by_type(book, "sharedStrings");
    if (rc == CV_OK && strings_path) rc = xlsx_parse(book, strings_path, &shared);
    const char *styles_path = part_by_type(book, "styles");
    if (rc == CV_OK && styles_path) rc = xlsx_parse(book, styles_path, &styles);
    return rc;
}

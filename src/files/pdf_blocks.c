/* pdf_blocks: how each kind of block of a document is composed on paper. */
#include "files/pdf_internal.h"

enum { GAP = 10, BODY = 10 };
enum { FACE_SIZE = 30, CARD_ROW = 142, CARD_QR = 104, CARD_INSET = 12 };

static const char *text_of(const char *text)
{
    return text ? text : "";
}

static void heading(struct pdf *pdf, const struct files_block *block)
{
    static const double sizes[] = {22, 14, 11.5};
    static const char *const tags[] = {"H1", "H2", "H3"};
    int level = block->level < 1 ? 1 : block->level > 3 ? 3 : block->level;
    if (pdf->y > pdf->top) pdf->y += level == 1 ? GAP : GAP * 0.8;
    pdf_need(pdf, sizes[level - 1] * 1.4 + 44); /* never alone at the foot of a page */
    pdf_set_colour(pdf, pdf_ink);
    pdf_flow(pdf, text_of(block->text), level == 3 ? PDF_BOLD : PDF_HEAD, sizes[level - 1],
             pdf->left, pdf->right - pdf->left, tags[level - 1]);
    pdf->y += level == 1 ? 6 : 4;
}

static void paragraph(struct pdf *pdf, const struct files_block *block)
{
    double size = block->level == 1 ? 12.5 : block->level == 2 ? 8.5 : BODY;
    pdf_set_colour(pdf, block->level == 0 ? pdf_ink : pdf_quiet);
    pdf_need(pdf, size * 2.6);
    pdf_flow(pdf, text_of(block->text), PDF_SANS, size, pdf->left, pdf->right - pdf->left, "P");
    pdf->y += GAP * 0.7;
}

static void voice(struct pdf *pdf, const struct files_block *block)
{
    double x = pdf->left + 12;
    double width = pdf->right - x;
    pdf_need(pdf, 40);
    int page = pdf->page;
    double from = pdf->y;
    pdf_set_colour(pdf, pdf_ink);
    pdf_flow(pdf, text_of(block->text), PDF_VOICE, 11, x, width, "BlockQuote");
    if (block->who) {
        pdf_set_colour(pdf, pdf_quiet);
        pdf_flow(pdf, block->who, PDF_SANS, 8.5, x, width, "P");
    }
    pdf_set_colour(pdf, pdf_mulberry);
    pdf_line(pdf, pdf->left + 2, page == pdf->page ? from + 2 : pdf->top, pdf->left + 2, pdf->y, 2);
    pdf->y += GAP;
}

static void list(struct pdf *pdf, const struct files_block *block)
{
    double x = pdf->left + 18;
    for (size_t i = 0; i < block->count && !pdf->failed; i++) {
        pdf_need(pdf, BODY * 2);
        pdf_mark(pdf, block->items[i].mark, pdf->left + 2, pdf->y + 2.2, 8.4);
        pdf_set_colour(pdf, pdf_ink);
        pdf_flow(pdf, text_of(block->items[i].text), PDF_SANS, BODY, x, pdf->right - x, "P");
        pdf->y += 3;
    }
    pdf->y += GAP * 0.6;
}

static void people(struct pdf *pdf, const struct files_block *block)
{
    double x = pdf->left + FACE_SIZE + 10;
    double width = pdf->right - x;
    for (size_t i = 0; i < block->count && !pdf->failed; i++) {
        const struct files_person *person = &block->people[i];
        const char *initials = pdf->initials[pdf->next_initials++];
        pdf_need(pdf, FACE_SIZE + 14);
        int page = pdf->page;
        double from = pdf->y;
        pdf_face(pdf, initials, pdf->left, from, FACE_SIZE, person->is_lead);
        pdf_set_colour(pdf, pdf_ink);
        pdf_flow(pdf, text_of(person->name), PDF_BOLD, 10.5, x, width, "P");
        pdf_set_colour(pdf, pdf_quiet);
        if (person->detail) pdf_flow(pdf, person->detail, PDF_SANS, 9, x, width, "P");
        pdf_set_colour(pdf, pdf_ink);
        if (person->note) pdf_flow(pdf, person->note, PDF_SANS, 9, x, width, "P");
        if (page == pdf->page && pdf->y < from + FACE_SIZE) pdf->y = from + FACE_SIZE;
        pdf->y += 7;
    }
    pdf->y += GAP * 0.4;
}

/* ---- tables -----------------------------------------------------------------------------------
 */

static double column_width(const struct pdf *pdf, const struct files_block *block, size_t column)
{
    double total = 0;
    for (size_t i = 0; i < block->column_count; i++)
        total += block->columns[i].share > 0 ? block->columns[i].share : 1;
    double share = block->columns[column].share > 0 ? block->columns[column].share : 1;
    return (pdf->right - pdf->left) * share / total;
}

/* Draws one row of cells, or only measures it. NULL cells: the titles. Returns its height. */
static double table_row(struct pdf *pdf, const struct files_block *block, const char *const *cells,
                        bool draw)
{
    double tallest = 0;
    double x = pdf->left;
    if (draw) cairo_tag_begin(pdf->cr, "TR", NULL);
    for (size_t i = 0; i < block->column_count; i++) {
        double width = column_width(pdf, block, i);
        const char *text = text_of(cells ? cells[i] : block->columns[i].title);
        PangoLayout *layout = pdf_layout(pdf, text, cells ? PDF_SANS : PDF_BOLD, 9, width - 8);
        if (block->columns[i].is_number) pango_layout_set_alignment(layout, PANGO_ALIGN_RIGHT);
        double height = pdf_layout_height(layout);
        if (height > tallest) tallest = height;
        if (draw) pdf_show(pdf, layout, x, pdf->y + 3, cells ? "TD" : "TH");
        g_object_unref(layout);
        x += width;
    }
    if (draw) cairo_tag_end(pdf->cr, "TR");
    return tallest + 6;
}

static void table_titles(struct pdf *pdf, const struct files_block *block, double height)
{
    pdf_set_colour(pdf, pdf_ink);
    (void)table_row(pdf, block, NULL, true);
    pdf->y += height;
    pdf_line(pdf, pdf->left, pdf->y, pdf->right, pdf->y, 1);
}

static void table(struct pdf *pdf, const struct files_block *block)
{
    double titles = table_row(pdf, block, NULL, false);
    pdf_need(pdf, titles + 40);
    cairo_tag_begin(pdf->cr, "Table", NULL);
    table_titles(pdf, block, titles);
    for (size_t i = 0; i < block->count && !pdf->failed; i++) {
        const char *const *cells = block->cells + i * block->column_count;
        double height = table_row(pdf, block, cells, false);
        if (pdf->y + height > pdf->bottom) {
            cairo_tag_end(pdf->cr, "Table");
            pdf_new_page(pdf);
            cairo_tag_begin(pdf->cr, "Table", NULL);
            table_titles(pdf, block, titles);
        }
        pdf_set_colour(pdf, pdf_ink);
        (void)table_row(pdf, block, cells, true);
        pdf->y += height;
        pdf_set_colour(pdf, pdf_hem);
        pdf_line(pdf, pdf->left, pdf->y, pdf->right, pdf->y, 0.6);
    }
    cairo_tag_end(pdf->cr, "Table");
    pdf->y += GAP;
}

/* ---- cards ------------------------------------------------------------------------------------
 */

/* One line or a few, shortened to what fits. Returns the height taken. */
static double card_text(struct pdf *pdf, const char *text, enum pdf_face face, double size,
                        double x, double y, double width, int lines)
{
    PangoLayout *layout = pdf_layout(pdf, text, face, size, width);
    pango_layout_set_height(layout, -lines);
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    double height = pdf_layout_height(layout);
    pdf_show(pdf, layout, x, y, "P");
    g_object_unref(layout);
    return height;
}

static void card(struct pdf *pdf, const struct files_card *card, double x, double y, double width)
{
    double text_x = x + CARD_INSET;
    if (card->qr) {
        pdf_qr(pdf, &pdf->codes[pdf->next_code++], x + 6, y + (CARD_ROW - CARD_QR) / 2.0, CARD_QR);
        text_x = x + CARD_QR + 12;
    }
    double text_width = x + width - CARD_INSET - text_x;
    double at = y + 22;
    pdf_set_colour(pdf, pdf_ink);
    at += card_text(pdf, text_of(card->title), PDF_BOLD, 11.5, text_x, at, text_width, 2) + 3;
    pdf_set_colour(pdf, pdf_quiet);
    if (card->text) at += card_text(pdf, card->text, PDF_SANS, 8.5, text_x, at, text_width, 3) + 4;
    pdf_set_colour(pdf, pdf_ink);
    if (card->code) (void)card_text(pdf, card->code, PDF_BOLD, 15, text_x, at, text_width, 1);
}

static void cut_lines(struct pdf *pdf, double top, double bottom)
{
    static const double dashes[] = {3, 3};
    double middle = (pdf->left + pdf->right) / 2;
    pdf_set_colour(pdf, pdf_quiet);
    cairo_set_dash(pdf->cr, dashes, 2, 0);
    pdf_line(pdf, pdf->left, top, pdf->right, top, 0.5);
    pdf_line(pdf, pdf->left, bottom, pdf->right, bottom, 0.5);
    pdf_line(pdf, pdf->left, top, pdf->left, bottom, 0.5);
    pdf_line(pdf, middle, top, middle, bottom, 0.5);
    pdf_line(pdf, pdf->right, top, pdf->right, bottom, 0.5);
    cairo_set_dash(pdf->cr, NULL, 0, 0);
}

static void cards(struct pdf *pdf, const struct files_block *block)
{
    double width = (pdf->right - pdf->left) / 2;
    for (size_t i = 0; i < block->count && !pdf->failed; i += 2) {
        pdf_need(pdf, CARD_ROW);
        for (size_t side = 0; side < 2 && i + side < block->count; side++)
            card(pdf, &block->cards[i + side], pdf->left + (double)side * width, pdf->y, width);
        cut_lines(pdf, pdf->y, pdf->y + CARD_ROW);
        pdf->y += CARD_ROW;
    }
    pdf->y += GAP;
}

void pdf_block(struct pdf *pdf, const struct files_block *block)
{
    switch (block->kind) {
    case FILES_BLOCK_HEADING: heading(pdf, block); break;
    case FILES_BLOCK_PARAGRAPH: paragraph(pdf, block); break;
    case FILES_BLOCK_VOICE: voice(pdf, block); break;
    case FILES_BLOCK_LIST: list(pdf, block); break;
    case FILES_BLOCK_PEOPLE: people(pdf, block); break;
    case FILES_BLOCK_TABLE: table(pdf, block); break;
    case FILES_BLOCK_CARDS: cards(pdf, block); break;
    case FILES_BLOCK_PAGE_BREAK:
        if (pdf->y > pdf->top) pdf_new_page(pdf);
        break;
    }
}

/* pdf_page: pages, text and the few shapes of print: faces, marks, QR codes. Not here: how blocks
 * are composed of them (pdf_blocks.c). */
#include <math.h>
#include <stdio.h>

#include "base/limits.h"
#include "files/pdf_internal.h"

/* The palette of the pages, light: ink, ink2, hem, mulberry and its tint. */
const struct pdf_colour pdf_ink = {0.122, 0.180, 0.153};
const struct pdf_colour pdf_quiet = {0.290, 0.349, 0.314};
const struct pdf_colour pdf_hem = {0.812, 0.835, 0.722};
const struct pdf_colour pdf_mulberry = {0.482, 0.137, 0.322};
const struct pdf_colour pdf_tint = {0.961, 0.890, 0.925};

static const char *const faces[] = {
    [PDF_SANS] = "Figtree,sans",
    [PDF_BOLD] = "Figtree,sans Bold",
    [PDF_HEAD] = "Bricolage Grotesque,Figtree,sans Bold",
    [PDF_VOICE] = "Literata,serif",
};

void pdf_set_colour(struct pdf *pdf, struct pdf_colour colour)
{
    cairo_set_source_rgb(pdf->cr, colour.red, colour.green, colour.blue);
}

/* ---- text -------------------------------------------------------------------------------------
 */

PangoLayout *pdf_layout(struct pdf *pdf, const char *text, enum pdf_face face, double size,
                        double width)
{
    PangoLayout *layout = pango_cairo_create_layout(pdf->cr);
    PangoFontDescription *font = pango_font_description_from_string(faces[face]);
    pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    /* A ligature becomes a substitute text in the PDF, which some screen readers stumble over. */
    PangoAttrList *plain = pango_attr_list_new();
    pango_attr_list_insert(plain, pango_attr_font_features_new("liga 0, clig 0"));
    pango_layout_set_attributes(layout, plain);
    pango_attr_list_unref(plain);
    pango_layout_set_line_spacing(layout, face == PDF_HEAD ? 1.1F : 1.25F);
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    if (width > 0) pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
    pango_layout_set_text(layout, text, -1);
    return layout;
}

double pdf_layout_height(PangoLayout *layout)
{
    int height = 0;
    pango_layout_get_size(layout, NULL, &height);
    return (double)height / PANGO_SCALE;
}

void pdf_show(struct pdf *pdf, PangoLayout *layout, double x, double y, const char *tag)
{
    cairo_tag_begin(pdf->cr, tag, NULL);
    cairo_move_to(pdf->cr, x, y);
    pango_cairo_show_layout(pdf->cr, layout);
    cairo_tag_end(pdf->cr, tag);
}

/* Line by line: a paragraph may be longer than what is left of the page. */
void pdf_flow(struct pdf *pdf, const char *text, enum pdf_face face, double size, double x,
              double width, const char *tag)
{
    PangoLayout *layout = pdf_layout(pdf, text, face, size, width);
    PangoLayoutIter *at = pango_layout_get_iter(layout);
    cairo_tag_begin(pdf->cr, tag, NULL);
    do {
        PangoRectangle line;
        int top = 0;
        int bottom = 0;
        pango_layout_iter_get_line_extents(at, NULL, &line);
        pango_layout_iter_get_line_yrange(at, &top, &bottom);
        double height = (double)(bottom - top) / PANGO_SCALE;
        if (pdf->y + height > pdf->bottom) { /* a tag cannot span pages */
            cairo_tag_end(pdf->cr, tag);
            pdf_new_page(pdf);
            cairo_tag_begin(pdf->cr, tag, NULL);
        }
        double baseline = (double)(pango_layout_iter_get_baseline(at) - top) / PANGO_SCALE;
        cairo_move_to(pdf->cr, x + (double)line.x / PANGO_SCALE, pdf->y + baseline);
        pango_cairo_show_layout_line(pdf->cr, pango_layout_iter_get_line_readonly(at));
        pdf->y += height;
    } while (pango_layout_iter_next_line(at) && !pdf->failed);
    cairo_tag_end(pdf->cr, tag);
    pango_layout_iter_free(at);
    g_object_unref(layout);
}

/* ---- pages ------------------------------------------------------------------------------------
 */

static void put_footer(struct pdf *pdf)
{
    char number[32];
    double y = pdf->bottom + 18;
    (void)snprintf(number, sizeof number, "%d/%d", pdf->page, pdf->page_count);
    pdf_set_colour(pdf, pdf_quiet);
    double width = pdf->right - pdf->left;
    if (pdf->document->footer) {
        PangoLayout *footer = pdf_layout(pdf, pdf->document->footer, PDF_SANS, 8, width - 48);
        pango_layout_set_height(footer, -1); /* one line, shortened */
        pango_layout_set_ellipsize(footer, PANGO_ELLIPSIZE_END);
        cairo_move_to(pdf->cr, pdf->left, y);
        pango_cairo_show_layout(pdf->cr, footer);
        g_object_unref(footer);
    }
    PangoLayout *page = pdf_layout(pdf, number, PDF_SANS, 8, width);
    pango_layout_set_alignment(page, PANGO_ALIGN_RIGHT);
    cairo_move_to(pdf->cr, pdf->left, y);
    pango_cairo_show_layout(pdf->cr, page);
    g_object_unref(page);
}

void pdf_end_page(struct pdf *pdf)
{
    put_footer(pdf);
    cairo_show_page(pdf->cr);
}

void pdf_new_page(struct pdf *pdf)
{
    double red = 0;
    double green = 0;
    double blue = 0;
    double alpha = 0;
    (void)cairo_pattern_get_rgba(cairo_get_source(pdf->cr), &red, &green, &blue, &alpha);
    pdf_end_page(pdf);
    pdf->page++;
    pdf->y = pdf->top;
    if (pdf->page > CV_LIMIT_PDF_PAGES) pdf->failed = true;
    cairo_set_source_rgb(pdf->cr, red, green, blue); /* text that goes on keeps its colour */
}

void pdf_need(struct pdf *pdf, double needed)
{
    if (pdf->y + needed > pdf->bottom && pdf->y > pdf->top) pdf_new_page(pdf);
}

/* ---- shapes -----------------------------------------------------------------------------------
 */

void pdf_line(struct pdf *pdf, double x1, double y1, double x2, double y2, double thickness)
{
    cairo_set_line_width(pdf->cr, thickness);
    cairo_move_to(pdf->cr, x1, y1);
    cairo_line_to(pdf->cr, x2, y2);
    cairo_stroke(pdf->cr);
}

void pdf_qr(struct pdf *pdf, const struct files_qr *qr, double x, double y, double size)
{
    double square = size / (qr->width + 2 * FILES_QR_QUIET);
    cairo_set_source_rgb(pdf->cr, 0, 0, 0);
    for (int row = 0; row < qr->width; row++) {
        for (int column = 0; column < qr->width; column++) {
            int from = column;
            if (!files_qr_dark(qr, column, row)) continue;
            while (column < qr->width && files_qr_dark(qr, column, row)) column++;
            cairo_rectangle(pdf->cr, x + (from + FILES_QR_QUIET) * square,
                            y + (row + FILES_QR_QUIET) * square, (column - from) * square, square);
        }
    }
    cairo_fill(pdf->cr);
}

static void circle(struct pdf *pdf, double x, double y, double radius)
{
    cairo_new_path(pdf->cr);
    cairo_arc(pdf->cr, x, y, radius, 0, 2 * G_PI);
}

/* The mark of the house: a ring of dots. */
static void ring_of_dots(struct pdf *pdf, double x, double y, double radius)
{
    enum { DOTS = 16 };
    for (int i = 0; i < DOTS; i++) {
        double angle = 2 * G_PI * i / DOTS;
        circle(pdf, x + radius * cos(angle), y + radius * sin(angle), radius * 0.085);
        cairo_fill(pdf->cr);
    }
}

void pdf_face(struct pdf *pdf, const char *initials, double x, double y, double size, bool is_lead)
{
    double centre_x = x + size / 2;
    double centre_y = y + size / 2;
    double radius = is_lead ? size * 0.37 : size * 0.44;
    pdf_set_colour(pdf, pdf_tint);
    circle(pdf, centre_x, centre_y, radius);
    cairo_fill(pdf->cr);
    pdf_set_colour(pdf, pdf_mulberry);
    if (is_lead) ring_of_dots(pdf, centre_x, centre_y, size * 0.46);
    PangoLayout *text = pdf_layout(pdf, initials, PDF_BOLD, size * 0.3, 0);
    PangoRectangle extents;
    pango_layout_get_extents(text, NULL, &extents);
    cairo_move_to(pdf->cr, centre_x - (double)extents.width / PANGO_SCALE / 2,
                  centre_y - (double)extents.height / PANGO_SCALE / 2);
    pango_cairo_show_layout(pdf->cr, text); /* untagged: a screen reader needs the name, not this */
    g_object_unref(text);
}

static void draw_tick(struct pdf *pdf, double x, double y, double radius)
{
    cairo_set_source_rgb(pdf->cr, 1, 1, 1);
    cairo_set_line_width(pdf->cr, radius * 0.34);
    cairo_move_to(pdf->cr, x - radius * 0.45, y + radius * 0.05);
    cairo_line_to(pdf->cr, x - radius * 0.1, y + radius * 0.4);
    cairo_line_to(pdf->cr, x + radius * 0.48, y - radius * 0.38);
    cairo_stroke(pdf->cr);
}

void pdf_mark(struct pdf *pdf, enum files_mark mark, double x, double y, double size)
{
    double radius = size / 2;
    double cx = x + radius;
    double cy = y + radius;
    pdf_set_colour(pdf, pdf_ink);
    cairo_set_line_width(pdf->cr, 1.1);
    circle(pdf, cx, cy, mark == FILES_MARK_DOT ? radius * 0.34 : radius);
    switch (mark) {
    case FILES_MARK_DOT: cairo_fill(pdf->cr); break;
    case FILES_MARK_MET:
        cairo_fill(pdf->cr);
        draw_tick(pdf, cx, cy, radius);
        break;
    case FILES_MARK_PART:
        cairo_stroke(pdf->cr);
        cairo_arc(pdf->cr, cx, cy, radius, G_PI / 2, 3 * G_PI / 2);
        cairo_close_path(pdf->cr);
        cairo_fill(pdf->cr);
        break;
    case FILES_MARK_UNMET:
        cairo_stroke(pdf->cr);
        pdf_line(pdf, cx - radius * 0.5, cy + radius * 0.5, cx + radius * 0.5, cy - radius * 0.5,
                 1.1);
        break;
    }
}

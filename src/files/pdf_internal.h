/* pdf_internal: the page that is being printed. Shared by pdf*.c only. Lengths are points. */
#ifndef FILES_PDF_INTERNAL_H
#define FILES_PDF_INTERNAL_H

#include <pango/pangocairo.h>

#include "files/pdf.h"
#include "files/qr.h"

struct pdf_colour {
    double red, green, blue;
};
extern const struct pdf_colour pdf_ink, pdf_quiet, pdf_hem, pdf_mulberry, pdf_tint;

enum pdf_face { PDF_SANS = 0, PDF_BOLD, PDF_HEAD, PDF_VOICE };

struct pdf {
    cairo_t *cr;
    const struct files_document *document;
    double width, height; /* of the paper */
    double left, right, top, bottom;
    double y;       /* where the next thing begins */
    int page;       /* from 1 */
    int page_count; /* 0 while they are being counted */
    bool failed;    /* more pages than allowed */

    /* made ready before cairo is opened, since the arena may jump */
    const char **initials; /* of all people, in their order */
    size_t next_initials;
    struct files_qr *codes; /* of all cards with one */
    size_t next_code;
};

/* ---- pages, text and shapes: pdf_page.c ---- */
void pdf_set_colour(struct pdf *pdf, struct pdf_colour colour);
/* A laid-out text; unref with g_object_unref. width <= 0: no wrapping. */
PangoLayout *pdf_layout(struct pdf *pdf, const char *text, enum pdf_face face, double size,
                        double width);
double pdf_layout_height(PangoLayout *layout);
/* Draws the layout as a whole, its top left at x, y, tagged for screen readers ("P", "H1", …). */
void pdf_show(struct pdf *pdf, PangoLayout *layout, double x, double y, const char *tag);
/* Goes to a new page when less than `needed` is left (and the page is not fresh). */
void pdf_need(struct pdf *pdf, double needed);
void pdf_new_page(struct pdf *pdf);
void pdf_end_page(struct pdf *pdf); /* the foot of the page, and out */
/* A text from pdf->y down, over as many pages as it takes; moves pdf->y. */
void pdf_flow(struct pdf *pdf, const char *text, enum pdf_face face, double size, double x,
              double width, const char *tag);
void pdf_line(struct pdf *pdf, double x1, double y1, double x2, double y2, double thickness);
void pdf_qr(struct pdf *pdf, const struct files_qr *qr, double x, double y, double size);
void pdf_face(struct pdf *pdf, const char *initials, double x, double y, double size, bool is_lead);
void pdf_mark(struct pdf *pdf, enum files_mark mark, double x, double y, double size);

/* ---- blocks: pdf_blocks.c ---- */
void pdf_block(struct pdf *pdf, const struct files_block *block);

/* ---- pdf_language.c ---- */
/* Names the language in a finished PDF, which cairo 1.16 cannot. Returns the new size; what is
 * written past `size` must have PDF_LANGUAGE_ROOM. Leaves a file it does not understand alone. */
enum { PDF_LANGUAGE_ROOM = 2048 };
size_t pdf_add_language(char *bytes, size_t size, const char *language);

#endif

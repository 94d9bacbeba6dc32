/* pdf: see pdf.h. Built on cairo and pango. A document is set twice: once to count its pages, once
 * for good. */
#include "files/pdf.h"

#include <cairo-pdf.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/text.h"
#include "files/files_internal.h"
#include "files/pdf_internal.h"

enum { MARGIN = 51 }; /* 18 mm */

/* Everything that needs the arena, before cairo holds anything. */
static cv_rc make_ready(struct pdf *pdf, struct cv_arena *mem)
{
    const struct files_document *document = pdf->document;
    size_t people_count = 0;
    size_t code_count = 0;
    for (size_t i = 0; i < document->block_count; i++) {
        const struct files_block *block = &document->blocks[i];
        if (block->kind == FILES_BLOCK_PEOPLE) people_count += block->count;
        if (block->kind == FILES_BLOCK_CARDS) code_count += block->count;
    }
    pdf->initials = CV_NEW_ARRAY(mem, const char *, people_count);
    pdf->codes = CV_NEW_ARRAY(mem, struct files_qr, code_count);
    people_count = code_count = 0;
    for (size_t i = 0; i < document->block_count; i++) {
        const struct files_block *block = &document->blocks[i];
        for (size_t j = 0; block->kind == FILES_BLOCK_PEOPLE && j < block->count; j++) {
            const struct files_person *person = &block->people[j];
            pdf->initials[people_count++] =
                person->initials ? person->initials
                                 : cv_text_initials(mem, person->name ? person->name : "");
        }
        for (size_t j = 0; block->kind == FILES_BLOCK_CARDS && j < block->count; j++) {
            if (!block->cards[j].qr) continue;
            cv_rc rc = files_qr_make(&pdf->codes[code_count++], block->cards[j].qr, mem);
            if (rc != CV_OK) return rc;
        }
    }
    return CV_OK;
}

static void set_metadata(struct pdf *pdf, cairo_surface_t *surface, const char *date)
{
    const char *title = pdf->document->title ? pdf->document->title : "";
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, title);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "Convene");
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, date);
}

/* Sets the whole document on a surface that is its own; returns what cairo says of it. */
static cairo_status_t set_document(struct pdf *pdf, cairo_surface_t *surface, const char *date)
{
    pdf->cr = cairo_create(surface);
    pdf->page = 1;
    pdf->y = pdf->top;
    pdf->next_initials = 0;
    pdf->next_code = 0;
    set_metadata(pdf, surface, date);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_set_font_options(pdf->cr, options);
    cairo_font_options_destroy(options);
    cairo_tag_begin(pdf->cr, "Document", NULL); /* the one root that tagged files must have */
    for (size_t i = 0; i < pdf->document->block_count && !pdf->failed; i++)
        pdf_block(pdf, &pdf->document->blocks[i]);
    if (pdf->page > 1 && pdf->y == pdf->top) /* a break at the very end made an empty page */
        pdf->page--;
    else
        pdf_end_page(pdf);
    cairo_tag_end(pdf->cr, "Document");
    cairo_destroy(pdf->cr);
    cairo_surface_finish(surface);
    cairo_status_t status = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    return status;
}

static cairo_status_t write_piece(void *file, const unsigned char *bytes, unsigned size)
{
    return fwrite(bytes, 1, size, file) == size ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

/* cairo fills a stream outside the arena, since an arena's jump must not cross cairo's frames. */
static cv_rc set_twice(struct pdf *pdf, char **bytes, size_t *size, const char *date)
{
    cairo_surface_t *surface = cairo_pdf_surface_create(NULL, pdf->width, pdf->height);
    cairo_status_t status = set_document(pdf, surface, date);
    if (pdf->failed) return CV_TOO_LARGE;
    if (status != CAIRO_STATUS_SUCCESS) return CV_UNAVAILABLE;
    pdf->page_count = pdf->page;
    FILE *file = open_memstream(bytes, size);
    if (!file) return CV_UNAVAILABLE;
    surface = cairo_pdf_surface_create_for_stream(write_piece, file, pdf->width, pdf->height);
    status = set_document(pdf, surface, date);
    if (fclose(file) != 0 || status != CAIRO_STATUS_SUCCESS) return CV_UNAVAILABLE;
    return CV_OK;
}

/* Brings the finished bytes into the arena; `made` is given back even when the arena jumps. */
static void keep(struct files_bytes *out, char *made, size_t size, const char *language,
                 struct cv_arena *mem)
{
    struct files_catch catch;
    if (files_catch_begin(&catch, mem)) {
        free(made);
        files_catch_pass_on(&catch, mem);
    }
    char *kept = cv_alloc(mem, size + PDF_LANGUAGE_ROOM);
    files_catch_end(&catch, mem);
    memcpy(kept, made, size);
    *out = (struct files_bytes){.bytes = kept, .size = pdf_add_language(kept, size, language)};
}

cv_rc files_write_pdf(struct files_bytes *out, const struct files_document *document,
                      struct cv_arena *mem)
{
    struct pdf *pdf = CV_NEW(mem, struct pdf);
    char *made = NULL;
    size_t size = 0;
    bool is_letter = document->paper == FILES_PAPER_LETTER;
    *pdf = (struct pdf){.document = document,
                        .width = is_letter ? 612 : 595.28,
                        .height = is_letter ? 792 : 841.89,
                        .left = MARGIN,
                        .top = MARGIN};
    pdf->right = pdf->width - MARGIN;
    pdf->bottom = pdf->height - MARGIN - 8;
    const char *date = cv_sprintf(mem, "%sT00:00:00Z", cv_date_text(mem, document->created_at_s));
    cv_rc rc = make_ready(pdf, mem);
    if (rc == CV_OK) rc = set_twice(pdf, &made, &size, date);
    if (rc == CV_OK) keep(out, made, size, document->language, mem);
    free(made);
    return rc;
}

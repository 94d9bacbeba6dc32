/* qr: a text as a QR code: the squares themselves, or a path for SVG. Not here: drawing on paper
 * (pdf.h takes a text and draws it). */
#ifndef FILES_QR_H
#define FILES_QR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/rc.h"

/* Around the squares there must be this much empty space, counted in squares, or phones miss it. */
enum { FILES_QR_QUIET = 4 };

struct files_qr {
    int width;              /* squares on a side, without the quiet space */
    const uint8_t *squares; /* width * width, row by row; 1 = dark */
};

/* Middle error correction: a quarter of the squares may be dirty or torn. CV_TOO_LARGE: over about
 * 2,300 bytes. CV_INVALID: an empty text. */
CV_MUST_USE cv_rc files_qr_make(struct files_qr *out, const char *text, struct cv_arena *mem);

static inline bool files_qr_dark(const struct files_qr *qr, int x, int y)
{
    return qr->squares[y * qr->width + x] != 0;
}

/* The d of one SVG path, in squares, with the quiet space: for
 *     <svg viewBox="0 0 S S"><path d="…"/></svg>   with S = width + 2 * FILES_QR_QUIET */
const char *files_qr_path(const struct files_qr *qr, struct cv_arena *mem);

#endif

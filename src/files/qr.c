/* qr: see qr.h. Built on libqrencode. */
#include "files/qr.h"

#include <errno.h>
#include <qrencode.h>
#include <string.h>

#include "base/buf.h"

cv_rc files_qr_make(struct files_qr *out, const char *text, struct cv_arena *mem)
{
    if (!text[0]) return CV_INVALID;
    QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_Q, QR_MODE_8, 1);
    if (!code) /* a long text may still fit with less correction */
        code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
    if (!code) return errno == ENOMEM ? CV_UNAVAILABLE : CV_TOO_LARGE;
    enum { WIDEST = 177 };
    uint8_t squares[WIDEST * WIDEST] = {0};
    int width = code->width;
    for (int i = 0; i < width * width && i < WIDEST * WIDEST; i++) squares[i] = code->data[i] & 1;
    QRcode_free(code); /* before the arena is asked: it may jump */
    size_t size = (size_t)width * (size_t)width;
    uint8_t *kept = cv_alloc(mem, size);
    memcpy(kept, squares, size);
    *out = (struct files_qr){.width = width, .squares = kept};
    return CV_OK;
}

const char *files_qr_path(const struct files_qr *qr, struct cv_arena *mem)
{
    struct cv_buf buf = cv_buf_new(mem, 1 << 20);
    for (int y = 0; y < qr->width; y++) {
        for (int x = 0; x < qr->width; x++) {
            int from = x;
            if (!files_qr_dark(qr, x, y)) continue;
            while (x < qr->width && files_qr_dark(qr, x, y)) x++;
            cv_buf_printf(&buf, "M%d %dh%dv1h-%dz", from + FILES_QR_QUIET, y + FILES_QR_QUIET,
                          x - from, x - from);
        }
    }
    return cv_buf_text(&buf);
}

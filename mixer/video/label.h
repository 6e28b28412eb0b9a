/**
 * @file mixer/video/label.h  Names on tiles
 *
 * Renders text once with Pango and Cairo into small I420 bitmaps with alpha,
 * which are blended into tiles. Names come from peers: invalid UTF-8 is
 * replaced, control characters are blanked, what is too long is ellipsized.
 *
 * The painter owns the fonts and serves one thread at a time behind its lock:
 * labels are rare. It opens font files at its start, because a sandboxed
 * process cannot later.
 */
#ifndef PARLEY_MIXER_VIDEO_LABEL_H
#define PARLEY_MIXER_VIDEO_LABEL_H

#include <stdbool.h>
#include <stdint.h>
#include "mixer/video/layout.h"
#include "mixer/video/picture.h"

enum {
	/** Tiles smaller than this have no label */
	LABEL_TILE_WIDTH_MIN = 64,
	LABEL_TILE_HEIGHT_MIN = 48,
	/** Bytes of a cleaned name: every byte may become U+FFFD */
	LABEL_TEXT_BYTES = 3 * VIDEO_LABEL_BYTES + 1,
	/** Two characters of up to six bytes, or "+" and a number */
	LABEL_INITIALS_BYTES = 24,
};

struct label_painter;
struct label;

int label_painter_alloc(struct label_painter **pp);
void *label_painter_free(struct label_painter *painter);

/** Valid UTF-8 without control characters, blanks trimmed */
void label_text(char text[LABEL_TEXT_BYTES], const char *name);

/** First letters of the first and last word in capitals; "" if none */
void label_initials(char initials[LABEL_INITIALS_BYTES], const char *name);

/** Colour of a placeholder by a hash of the name; Y, U, V */
void label_colour(uint8_t yuv[3], const char *name);

/**
 * Render the translucent band of a tile
 *
 * @param lp         Set to NULL if there is nothing to show or no room
 * @param height_min Of the band (layout_band); it is a tenth of the tile where
 *                   that is more, and less where the tile has not so much
 * @return 0; ENOMEM
 */
int label_band(struct label_painter *painter, struct label **lp,
	       const char *name, bool muted, unsigned tile_width,
	       unsigned tile_height, unsigned height_min);

/** Render the initials for the middle of a placeholder; as label_band */
int label_middle(struct label_painter *painter, struct label **lp,
		 const char *name, unsigned tile_width, unsigned tile_height);

/** Render "+11" for the middle of a tile; as label_band */
int label_more(struct label_painter *painter, struct label **lp, size_t more,
	       unsigned tile_width, unsigned tile_height);

/** NULL is allowed; always returns NULL */
void *label_free(struct label *label);

/** Size in pixels, even, smaller than the tile; 0 for NULL */
unsigned label_width(const struct label *label);
unsigned label_height(const struct label *label);

/** Blend into a picture at an even place; all of it must be inside */
void label_blend(const struct label *label, struct picture *to, unsigned x,
		 unsigned y);

#endif

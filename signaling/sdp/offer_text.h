/**
 * @file signaling/sdp/offer_text.h  SDP split into rows (RFC 8866 section 5)
 *
 * The body is copied once and cut into "type=value" rows; attributes into
 * name and value; rows belong to the session or to the m-line above them.
 * Slices point into the copy and live as long as it. Nothing here knows what
 * an attribute means. Size, rows and m-lines are capped; control bytes, rows
 * without "x=", and a body that does not begin with v=0 are refused. What does
 * no harm is taken: any line end, empty lines, spaces and NULs at an end, rows
 * that are missing or cannot be read and that nothing here needs (o=, s=, t=).
 * Pure; owned by one thread.
 */
#ifndef PARLEY_SIGNALING_SDP_OFFER_TEXT_H
#define PARLEY_SIGNALING_SDP_OFFER_TEXT_H

#include "mixer/base/re.h"

enum {
	OFFER_TEXT_BYTES_MAX = 64 * 1024,
	OFFER_TEXT_ROWS_MAX = 2000,
	OFFER_TEXT_MEDIA_MAX = 64,
	OFFER_TEXT_SESSION = -1, /**< "media" that means the session level */
};

struct offer_text;

/** @return 0; EBADMSG not SDP; E2BIG over a cap; ENOMEM */
int offer_text_alloc(struct offer_text **tp, const char *sdp, size_t len);

/** Number of m-lines */
int offer_text_media_count(const struct offer_text *t);

/** The m-line's fields. @return false when it is malformed */
struct offer_text_media {
	struct pl kind, proto, formats;
	uint32_t port;
};
bool offer_text_media(const struct offer_text *t, int media,
		      struct offer_text_media *m);

/**
 * Walk the rows of one level
 *
 * @param pos   0 at first; advanced
 * @param type  Set to the row's letter
 * @param name  Attribute's name (a=), else empty
 * @param value Value; empty for a property attribute
 */
bool offer_text_next(const struct offer_text *t, int media, size_t *pos,
		     char *type, struct pl *name, struct pl *value);

/** First attribute of that name at that level */
bool offer_text_attr(const struct offer_text *t, int media, const char *name,
		     struct pl *value);

/** The same, and if absent at the session level */
bool offer_text_attr_any(const struct offer_text *t, int media,
			 const char *name, struct pl *value);

/** First row of another type (c=), at the level, then at the session's */
bool offer_text_row_any(const struct offer_text *t, int media, char type,
			struct pl *value);

/** Cut the next word (separated by spaces) off the front of `rest` */
bool offer_text_word(struct pl *rest, struct pl *word);

/** Copy a token (RFC 8866 section 9) of fewer than `size` bytes */
bool offer_text_token(char *dst, size_t size, const struct pl *src);

#endif

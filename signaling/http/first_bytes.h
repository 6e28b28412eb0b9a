/**
 * @file signaling/http/first_bytes.h  What a connection begins with: TLS, or
 * ICE (RFC 6544)
 *
 * TLS begins with the type of its record, 20 and more; ICE with the length of
 * a frame (RFC 4571) that is a Binding request (RFC 8489). Pure; any thread.
 */
#ifndef PARLEY_SIGNALING_HTTP_FIRST_BYTES_H
#define PARLEY_SIGNALING_HTTP_FIRST_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include "mixer/base/re.h"

enum {
	/** The longest check that is one, bytes */
	FIRST_CHECK_MAX = 1500,
	/** With its length: all that is ever to be looked at */
	FIRST_BYTES_MAX = 2 + FIRST_CHECK_MAX,
};

/**
 * Look for a check
 *
 * @param need  Set to how many bytes there must be to tell more, where EAGAIN
 * @param ufrag Set to the half of its USERNAME that is ours; in buf
 * @return 0; EAGAIN; ENOENT: it is TLS, or none of ICE at any rate; EBADMSG:
 * it is neither
 */
int first_bytes_look(const uint8_t *buf, size_t len, size_t *need,
		     struct pl *ufrag);

#endif

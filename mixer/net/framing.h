/**
 * @file mixer/net/framing.h  Datagrams on a stream (RFC 4571)
 *
 * Each is preceded by its length, two bytes, most significant first. Pure and
 * without allocation; any thread, one at a time.
 */
#ifndef PARLEY_MIXER_NET_FRAMING_H
#define PARLEY_MIXER_NET_FRAMING_H

#include <stddef.h>
#include <stdint.h>

enum {
	FRAMING_HEAD_BYTES = 2,
	/** Largest frame that is read; bytes, without its length */
	FRAMING_FRAME_MAX = 2048,
	/** Some frames at once */
	FRAMING_BUFFER_BYTES = 4 * FRAMING_FRAME_MAX,
};

/** What has been received of a stream and not been read; zeroed: nothing */
struct frame_reader {
	size_t pos, end;
	uint8_t buf[FRAMING_BUFFER_BYTES];
};

/**
 * Where the next bytes go; there is always room for some once frame_next() has
 * said EAGAIN
 *
 * @param size Set to how many
 */
uint8_t *frame_room(struct frame_reader *r, size_t *size);

/** So many have come there */
void frame_received(struct frame_reader *r, size_t size);

/**
 * The next frame
 *
 * @param frame Set to it; may be written to until frame_room() is called
 * @param len   Set to its length, 0 is possible
 * @return 0; EAGAIN it is not whole yet; EMSGSIZE it is longer than
 *         FRAMING_FRAME_MAX: the stream is of no use any more
 */
int frame_next(struct frame_reader *r, uint8_t **frame, size_t *len);

#endif

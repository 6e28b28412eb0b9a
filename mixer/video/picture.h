/**
 * @file mixer/video/picture.h  Raw pictures that threads share
 *
 * An I420 picture is counted atomically: decoder, view and canvas each hold
 * a reference, and the last one to let go returns the memory to the pool it
 * came from, from any thread. A picture is written by whoever took it from
 * the pool until it is handed on, and by nobody after that.
 */
#ifndef PARLEY_MIXER_VIDEO_PICTURE_H
#define PARLEY_MIXER_VIDEO_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	/** Longest side and most pixels that are accepted from a peer */
	PICTURE_SIDE_MAX = 1920,
	PICTURE_PIXELS_MAX = 1920 * 1088,
};

struct picture_pool;

/** I420; chroma planes are (width + 1) / 2 by (height + 1) / 2 */
struct picture {
	uint8_t *planes[3];
	int strides[3];
	unsigned width, height;
	/** Shape of a sample, in relation; square unless somebody says
	 *  otherwise. 0 or out of reason: taken for square */
	unsigned sample_width, sample_height;
	uint64_t serial; /**< differs between any two pictures of a pool */
};

/** True if a peer's picture of that size is not empty and not too large */
bool picture_size_ok(unsigned width, unsigned height);

/** A pool; freed with picture_pool_deref, lives on while pictures are out */
int picture_pool_alloc(struct picture_pool **pp);
void picture_pool_deref(struct picture_pool *pool);

/**
 * Take a picture of that size, contents undefined. Recycles; allocates only
 * when the size is new or more pictures are out than ever before.
 *
 * @return NULL without memory or when the size is not ok
 */
struct picture *picture_take(struct picture_pool *pool, unsigned width,
			     unsigned height);

/** One more reference; NULL is allowed and returned */
struct picture *picture_ref(struct picture *picture);

/** One less; NULL is allowed. Always returns NULL */
void *picture_deref(struct picture *picture);

/** Fill all of it with one colour */
void picture_fill(struct picture *picture, uint8_t y, uint8_t u, uint8_t v);

/** A copy of `from`'s rectangle scaled into `to`'s; offsets are even */
void picture_scale(struct picture *to, unsigned to_x, unsigned to_y,
		   unsigned to_width, unsigned to_height,
		   const struct picture *from, unsigned from_x,
		   unsigned from_y, unsigned from_width, unsigned from_height);

#endif

/**
 * @file mixer/video/picture.c  Raw pictures that threads share
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <libyuv.h>
#include "mixer/video/picture.h"

enum {
	/* Rows start on vector boundaries */
	STRIDE_ALIGN = 64,
	/* Pictures kept for reuse, of any size */
	SPARE_MAX = 16,
};

struct picture_memory {
	struct picture picture; /* first: a picture is its memory */
	atomic_uint refs;
	struct picture_pool *pool;
};

struct picture_pool {
	pthread_mutex_t lock; /* held for a few instructions only */
	atomic_uint refs;     /* owner and pictures that are out */
	struct picture_memory *spares[SPARE_MAX];
	size_t spare_count;
	uint64_t serial;
};

static struct picture_memory *memory_of(struct picture *picture)
{
	return (struct picture_memory *)picture;
}

bool picture_size_ok(unsigned width, unsigned height)
{
	return width && height && width <= PICTURE_SIDE_MAX &&
	       height <= PICTURE_SIDE_MAX &&
	       width * height <= PICTURE_PIXELS_MAX;
}

int picture_pool_alloc(struct picture_pool **pp)
{
	struct picture_pool *pool = calloc(1, sizeof(*pool));

	if (!pool)
		return ENOMEM;

	if (pthread_mutex_init(&pool->lock, NULL)) {
		free(pool);
		return ENOMEM;
	}

	atomic_init(&pool->refs, 1);
	*pp = pool;

	return 0;
}

void picture_pool_deref(struct picture_pool *pool)
{
	if (!pool || atomic_fetch_sub(&pool->refs, 1) != 1)
		return;

	for (size_t i = 0; i < pool->spare_count; i++)
		free(pool->spares[i]);

	pthread_mutex_destroy(&pool->lock);
	free(pool);
}

static struct picture_memory *memory_new(unsigned width, unsigned height)
{
	size_t stride =
		(width + STRIDE_ALIGN - 1) / STRIDE_ALIGN * STRIDE_ALIGN;
	size_t half = ((width + 1) / 2 + STRIDE_ALIGN - 1) / STRIDE_ALIGN *
		      STRIDE_ALIGN;
	size_t head = (sizeof(struct picture_memory) + STRIDE_ALIGN - 1) /
		      STRIDE_ALIGN * STRIDE_ALIGN;
	size_t luma = stride * height;
	size_t chroma = half * ((height + 1) / 2);
	struct picture_memory *m =
		aligned_alloc(STRIDE_ALIGN, head + luma + 2 * chroma);

	if (!m)
		return NULL;

	m->picture = (struct picture){
		.planes = {(uint8_t *)m + head, (uint8_t *)m + head + luma,
			   (uint8_t *)m + head + luma + chroma},
		.strides = {(int)stride, (int)half, (int)half},
		.width = width,
		.height = height,
	};

	return m;
}

static struct picture_memory *spare_take(struct picture_pool *pool,
					 unsigned width, unsigned height)
{
	struct picture_memory *m = NULL;

	for (size_t i = 0; i < pool->spare_count; i++) {
		struct picture *p = &pool->spares[i]->picture;

		if (p->width != width || p->height != height)
			continue;

		m = pool->spares[i];
		pool->spares[i] = pool->spares[--pool->spare_count];
		break;
	}

	return m;
}

struct picture *picture_take(struct picture_pool *pool, unsigned width,
			     unsigned height)
{
	struct picture_memory *m;
	uint64_t serial;

	if (!picture_size_ok(width, height))
		return NULL;

	pthread_mutex_lock(&pool->lock);
	m = spare_take(pool, width, height);
	serial = ++pool->serial;
	pthread_mutex_unlock(&pool->lock);

	if (!m)
		m = memory_new(width, height);
	if (!m)
		return NULL;

	atomic_init(&m->refs, 1);
	atomic_fetch_add(&pool->refs, 1);
	m->pool = pool;
	m->picture.serial = serial;
	m->picture.sample_width = m->picture.sample_height = 1;

	return &m->picture;
}

struct picture *picture_ref(struct picture *picture)
{
	if (picture)
		atomic_fetch_add(&memory_of(picture)->refs, 1);

	return picture;
}

/* Keep it, in place of the oldest spare if there are enough: after a change
 * of size the old ones are pushed out */
static struct picture_memory *spare_put(struct picture_pool *pool,
					struct picture_memory *m)
{
	struct picture_memory *out = NULL;

	if (pool->spare_count == SPARE_MAX) {
		out = pool->spares[0];
		for (size_t i = 1; i < SPARE_MAX; i++)
			pool->spares[i - 1] = pool->spares[i];
		--pool->spare_count;
	}
	pool->spares[pool->spare_count++] = m;

	return out;
}

void *picture_deref(struct picture *picture)
{
	struct picture_memory *m = picture ? memory_of(picture) : NULL;
	struct picture_memory *out;
	struct picture_pool *pool;

	if (!m || atomic_fetch_sub(&m->refs, 1) != 1)
		return NULL;

	pool = m->pool;

	pthread_mutex_lock(&pool->lock);
	out = spare_put(pool, m);
	pthread_mutex_unlock(&pool->lock);

	free(out);
	picture_pool_deref(pool);

	return NULL;
}

void picture_fill(struct picture *picture, uint8_t y, uint8_t u, uint8_t v)
{
	I420Rect(picture->planes[0], picture->strides[0], picture->planes[1],
		 picture->strides[1], picture->planes[2], picture->strides[2],
		 0, 0, (int)picture->width, (int)picture->height, y, u, v);
}

static uint8_t *luma_at(const struct picture *p, unsigned x, unsigned y)
{
	return p->planes[0] + (size_t)y * (size_t)p->strides[0] + x;
}

static uint8_t *chroma_at(const struct picture *p, int plane, unsigned x,
			  unsigned y)
{
	return p->planes[plane] + (size_t)(y / 2) * (size_t)p->strides[plane] +
	       x / 2;
}

void picture_scale(struct picture *to, unsigned to_x, unsigned to_y,
		   unsigned to_width, unsigned to_height,
		   const struct picture *from, unsigned from_x,
		   unsigned from_y, unsigned from_width, unsigned from_height)
{
	/* Below one half bilinear would skip samples; exact halves have fast
	 * box kernels, other ratios down to one half have fast bilinear */
	bool box = to_width * 2 <= from_width && to_height * 2 <= from_height;

	I420Scale(luma_at(from, from_x, from_y), from->strides[0],
		  chroma_at(from, 1, from_x, from_y), from->strides[1],
		  chroma_at(from, 2, from_x, from_y), from->strides[2],
		  (int)from_width, (int)from_height, luma_at(to, to_x, to_y),
		  to->strides[0], chroma_at(to, 1, to_x, to_y), to->strides[1],
		  chroma_at(to, 2, to_x, to_y), to->strides[2], (int)to_width,
		  (int)to_height, box ? kFilterBox : kFilterBilinear);
}

/**
 * @file tests/bench/scene.c  A moving picture to measure with
 */
#include <stdlib.h>
#include <string.h>
#include "tests/bench/scene.h"


struct picture *scene(struct picture_pool *pool, unsigned width,
		      unsigned height, unsigned n)
{
	struct picture *p = picture_take(pool, width, height);
	uint32_t grain = n * 7919 + 1;

	if (!p)
		exit(EXIT_FAILURE);

	for (unsigned y = 0; y < height; y++) {
		uint8_t *row =
			p->planes[0] + (size_t)y * (size_t)p->strides[0];

		for (unsigned x = 0; x < width; x++) {
			unsigned square = x - n * 6 % width < height / 4 &&
					  y - n * 2 % height < height / 4;

			grain = grain * 1664525u + 1013904223u;
			row[x] = (uint8_t)(60 + (x * 90 / width) +
					   ((x / 32 + y / 32) & 1) * 30 +
					   square * 60 + (grain >> 30));
		}
	}

	for (int i = 1; i < 3; i++)
		for (unsigned y = 0; y < height / 2; y++)
			memset(p->planes[i] +
				       (size_t)y * (size_t)p->strides[i],
			       (int)(110 + 40 * y / height), width / 2);

	return p;
}

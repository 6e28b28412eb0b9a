/**
 * @file tests/bench/scene.h  A moving picture to measure with
 */
#ifndef PARLEY_TESTS_BENCH_SCENE_H
#define PARLEY_TESTS_BENCH_SCENE_H

#include "mixer/video/picture.h"

/**
 * Texture with grain over which a bright square moves
 *
 * @param n Number of the frame
 * @return The caller's reference; without memory the program ends
 */
struct picture *scene(struct picture_pool *pool, unsigned width,
		      unsigned height, unsigned n);

#endif

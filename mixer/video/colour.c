/**
 * @file mixer/video/colour.c  What a picture's numbers mean
 */
#include <math.h>
#include <stdint.h>
#include <libyuv.h>
#include "mixer/video/colour.h"
#include "mixer/video/picture.h"

enum {
	/* MatrixCoefficients, H.273 table 4 */
	MATRIX_BT709 = 1,
	MATRIX_FCC = 4,
	MATRIX_SMPTE240M = 7,
	MATRIX_BT2020 = 9,
	/* VideoFullRangeFlag in the extension's last byte */
	RANGE_SHIFT = 4,
	RANGE_MASK = 3,
	RANGE_INVALID = 0,
	RANGE_LIMITED = 1,
	RANGE_FULL = 2,
	/* Samples are taken times 2^7 and factors times 2^14; the upper half
	 * of their product has 5 binary places */
	SAMPLE_BITS = 7,
	FACTOR_BITS = 14,
	UNIT = 1 << SAMPLE_BITS,
	PLACES = SAMPLE_BITS + FACTOR_BITS - 16,
	/* Half a unit, and what two products lose by rounding down */
	ROUND = (1 << (PLACES - 1)) + 1,
	GREY = 128,
};

/** Share of red and blue in luma; 0, 0: not known */
struct weights {
	double red, blue;
};

static const struct weights bt601 = {0.299, 0.114};

/* y' = y * luma + u * luma_u + v * luma_v + offset, and so on: chroma of the
 * one space has no share of the other's luma, for both have no colour in grey
 */
struct kernel {
	int16_t luma, luma_u, luma_v, offset;
	int16_t u_u, u_v, v_u, v_v;
};

bool colour_extension_read(struct video_colour *colour, const uint8_t *data,
			   size_t bytes)
{
	unsigned range;

	if (bytes < COLOUR_EXTENSION_BYTES)
		return false;

	range = (unsigned)data[3] >> RANGE_SHIFT & RANGE_MASK;
	if (range == RANGE_INVALID)
		return false;

	colour->matrix = data[2];
	colour->full_range = range == RANGE_FULL;

	return true;
}

void colour_extension_write(uint8_t data[COLOUR_EXTENSION_BYTES])
{
	data[0] = COLOUR_BT601;
	data[1] = COLOUR_BT601;
	data[2] = COLOUR_BT601;
	data[3] = RANGE_LIMITED << RANGE_SHIFT;
}

static struct weights weights_of(uint8_t matrix)
{
	switch (matrix) {

	case MATRIX_BT709: return (struct weights){0.2126, 0.0722};
	case MATRIX_FCC: return (struct weights){0.30, 0.11};
	case MATRIX_SMPTE240M: return (struct weights){0.212, 0.087};
	case MATRIX_BT2020: return (struct weights){0.2627, 0.0593};
	default: return bt601;
	}
}

static int16_t fixed(double factor)
{
	return (int16_t)lrint(factor * (1 << FACTOR_BITS));
}

static void kernel_make(struct kernel *k, const struct video_colour *colour)
{
	const struct weights from = weights_of(colour->matrix), to = bt601;
	const double green = 1 - from.red - from.blue;
	/* R' - y, B' - y and G' - y of one unit of Cr and Cb */
	const double red_v = 2 * (1 - from.red), blue_u = 2 * (1 - from.blue);
	const double green_u = -from.blue * blue_u / green;
	const double green_v = -from.red * red_v / green;
	/* y' - y, of these */
	const double to_green = 1 - to.red - to.blue;
	const double luma_u = to.blue * blue_u + to_green * green_u;
	const double luma_v = to.red * red_v + to_green * green_v;
	const double u = 2 * (1 - to.blue), v = 2 * (1 - to.red);
	/* Units of range */
	const double y_range = colour->full_range ? 255 : 219;
	const double c_range = colour->full_range ? 255 : 224;
	const double black = colour->full_range ? 0 : 16;

	k->luma = fixed(219 / y_range);
	k->luma_u = fixed(219 / c_range * luma_u);
	k->luma_v = fixed(219 / c_range * luma_v);
	k->offset = (int16_t)(lrint((16 + (GREY - black) * 219 / y_range) *
				    (1 << PLACES)) +
			      ROUND);
	k->u_u = fixed(224 / c_range * (blue_u - luma_u) / u);
	k->u_v = fixed(224 / c_range * -luma_v / u);
	k->v_u = fixed(224 / c_range * -luma_u / v);
	k->v_v = fixed(224 / c_range * (red_v - luma_v) / v);
}

static inline int16_t product(int16_t sample, int16_t factor)
{
	return (int16_t)((sample * factor) >> 16);
}

static inline uint8_t clamped(int16_t x)
{
	const int16_t least = 0, most = 255;

	x = (int16_t)(x >> PLACES);
	x = x > least ? x : least;
	x = x < most ? x : most;

	return (uint8_t)x;
}

/* One row of chroma, and what it adds to the luma of two */
static void chroma_row(const struct kernel *k, const uint8_t *restrict u,
		       const uint8_t *restrict v, uint8_t *restrict to_u,
		       uint8_t *restrict to_v, int16_t *restrict add,
		       unsigned width)
{
	for (unsigned i = 0; i < width; i++) {
		int16_t cb = (int16_t)((u[i] - GREY) * UNIT);
		int16_t cr = (int16_t)((v[i] - GREY) * UNIT);
		int16_t luma = (int16_t)(product(cb, k->luma_u) +
					 product(cr, k->luma_v) + k->offset);

		to_u[i] = clamped((int16_t)(product(cb, k->u_u) +
					    product(cr, k->u_v) +
					    (GREY << PLACES) + ROUND));
		to_v[i] = clamped((int16_t)(product(cb, k->v_u) +
					    product(cr, k->v_v) +
					    (GREY << PLACES) + ROUND));
		add[2 * i] = luma;
		add[2 * i + 1] = luma;
	}
}

static void luma_row(const struct kernel *k, const uint8_t *restrict y,
		     const int16_t *restrict add, uint8_t *restrict to,
		     unsigned width)
{
	const int16_t factor = k->luma;

	for (unsigned i = 0; i < width; i++) {
		int16_t sample = (int16_t)((y[i] - GREY) * UNIT);

		to[i] = clamped((int16_t)(product(sample, factor) + add[i]));
	}
}

static const uint8_t *row(const struct colour_planes *from, int plane,
			  unsigned y)
{
	return from->planes[plane] + (ptrdiff_t)from->strides[plane] * y;
}

static void convert(struct picture *to, const struct colour_planes *from,
		    const struct kernel *k)
{
	/* its pairs fill a row, which clang-tidy cannot tell */
	int16_t add[PICTURE_SIDE_MAX + 1] = {0};

	for (unsigned y = 0; y < to->height; y++) {
		uint8_t *const *p = to->planes;
		size_t half = y / 2;

		if (y % 2 == 0)
			chroma_row(k, row(from, 1, y / 2), row(from, 2, y / 2),
				   p[1] + half * (size_t)to->strides[1],
				   p[2] + half * (size_t)to->strides[2], add,
				   (to->width + 1) / 2);
		luma_row(k, row(from, 0, y), add,
			 p[0] + y * (size_t)to->strides[0], to->width);
	}
}

/* Whether its weights are those of the canvas, or not to be known */
static bool as_canvas(const struct video_colour *colour)
{
	const struct weights w = weights_of(colour->matrix);

	return !colour->full_range && w.red == bt601.red &&
	       w.blue == bt601.blue;
}

void colour_copy(struct picture *to, const struct colour_planes *from,
		 const struct video_colour *colour)
{
	struct kernel k;

	if (!as_canvas(colour)) {
		kernel_make(&k, colour);
		convert(to, from, &k);
		return;
	}

	I420Copy(from->planes[0], from->strides[0], from->planes[1],
		 from->strides[1], from->planes[2], from->strides[2],
		 to->planes[0], to->strides[0], to->planes[1], to->strides[1],
		 to->planes[2], to->strides[2], (int)to->width,
		 (int)to->height);
}

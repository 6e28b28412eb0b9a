/**
 * @file mixer/video/label.c  Names on tiles
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <libyuv.h>
#include <pango/pangocairo.h>
#include "mixer/video/label.h"

enum {
	BAND_HEIGHT_MIN = 16,
	BAND_HEIGHT_MAX = 40,
	/* Text is laid out in this size and scaled as it is drawn: Pango looks
	 * up fonts once a size, and a sandboxed process cannot */
	FONT_PIXELS = 32,
};

#ifdef __has_feature /* clang's way to say it */
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

#ifdef __SANITIZE_ADDRESS__
/* fontconfig keeps a few hundred bytes for ever */
const char *__lsan_default_suppressions(void);
__attribute__((weak)) const char *__lsan_default_suppressions(void)
{
	return "leak:libfontconfig\n";
}
#endif

struct label_painter {
	pthread_mutex_t lock; /* Pango's objects serve one thread */
	PangoFontMap *fonts;
	PangoContext *context;
};

struct label {
	unsigned width, height;
	uint8_t *planes[4]; /* Y, U, V, alpha */
	uint8_t memory[];
};

void *label_free(struct label *label)
{
	free(label);

	return NULL;
}

unsigned label_width(const struct label *label)
{
	return label ? label->width : 0;
}

unsigned label_height(const struct label *label)
{
	return label ? label->height : 0;
}

void label_text(char text[LABEL_TEXT_BYTES], const char *name)
{
	size_t len = strnlen(name, VIDEO_LABEL_BYTES - 1);
	gchar *valid = g_utf8_make_valid(name, (gssize)len);
	size_t n = 0;

	for (const char *p = valid; *p; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);
		size_t bytes = (size_t)(g_utf8_next_char(p) - p);

		if (g_unichar_iscntrl(c) || g_unichar_isspace(c)) {
			if (n && text[n - 1] != ' ')
				text[n++] = ' ';
			continue;
		}
		if (n + bytes >= LABEL_TEXT_BYTES)
			break;
		memcpy(&text[n], p, bytes);
		n += bytes;
	}

	if (n && text[n - 1] == ' ')
		--n;
	text[n] = '\0';
	g_free(valid);
}

static const char *word_initial(const char *word)
{
	for (; *word && *word != ' '; word = g_utf8_next_char(word)) {
		if (g_unichar_isalnum(g_utf8_get_char(word)))
			return word;
	}

	return NULL;
}

void label_initials(char initials[LABEL_INITIALS_BYTES], const char *name)
{
	const char *first = NULL, *last = NULL, *space;
	char text[LABEL_TEXT_BYTES];
	size_t n = 0;

	label_text(text, name);

	for (const char *p = text; p; p = space ? space + 1 : NULL) {
		const char *initial = word_initial(p);

		space = strchr(p, ' ');
		if (initial && !first)
			first = initial;
		else if (initial)
			last = initial;
	}

	if (first)
		n += (size_t)g_unichar_to_utf8(
			g_unichar_toupper(g_utf8_get_char(first)),
			&initials[n]);
	if (last)
		n += (size_t)g_unichar_to_utf8(
			g_unichar_toupper(g_utf8_get_char(last)),
			&initials[n]);
	initials[n] = '\0';
}

void label_colour(uint8_t yuv[3], const char *name)
{
	/* Muted colours of about the same brightness, white reads on all */
	static const uint8_t palette[][3] = {
		{90, 150, 115}, {85, 120, 160}, {90, 115, 105}, {80, 145, 145},
		{95, 105, 135}, {85, 160, 125}, {95, 125, 148}, {80, 135, 108},
	};
	uint32_t hash = 2166136261u; /* FNV-1a */

	for (size_t i = 0; i < VIDEO_LABEL_BYTES && name[i]; i++)
		hash = (hash ^ (uint8_t)name[i]) * 16777619u;

	memcpy(yuv, palette[(hash >> 16) % 8], 3);
}

static struct label *label_new(unsigned width, unsigned height)
{
	size_t luma = (size_t)width * height;
	struct label *label = calloc(1, sizeof(*label) + luma * 5 / 2);

	if (!label)
		return NULL;

	label->width = width;
	label->height = height;
	label->planes[0] = label->memory;
	label->planes[1] = label->memory + luma;
	label->planes[2] = label->planes[1] + luma / 4;
	label->planes[3] = label->planes[2] + luma / 4;

	return label;
}

/* Cairo's pixels are multiplied by alpha, libyuv's blend wants them plain */
static int label_from_surface(struct label **lp, cairo_surface_t *surface)
{
	int w = cairo_image_surface_get_width(surface);
	int h = cairo_image_surface_get_height(surface);
	int stride = cairo_image_surface_get_stride(surface);
	uint8_t *argb = cairo_image_surface_get_data(surface);
	struct label *label;

	if (cairo_surface_status(surface) || !argb)
		return ENOMEM;

	label = label_new((unsigned)w, (unsigned)h);
	if (!label)
		return ENOMEM;

	cairo_surface_flush(surface);
	ARGBExtractAlpha(argb, stride, label->planes[3], w, w, h);
	ARGBUnattenuate(argb, stride, argb, stride, w, h);
	ARGBToI420(argb, stride, label->planes[0], w, label->planes[1], w / 2,
		   label->planes[2], w / 2, w, h);
	*lp = label;

	return 0;
}

static PangoLayout *text_layout(struct label_painter *painter,
				const char *text)
{
	PangoLayout *layout = pango_layout_new(painter->context);
	PangoFontDescription *font =
		pango_font_description_from_string("sans-serif bold");

	pango_font_description_set_absolute_size(font,
						 FONT_PIXELS * PANGO_SCALE);
	pango_layout_set_font_description(layout, font);
	pango_font_description_free(font);
	pango_layout_set_single_paragraph_mode(layout, TRUE);
	pango_layout_set_text(layout, text, -1);

	return layout;
}

/* Draw at x in the middle of that height, scaled */
static void draw_text(cairo_t *cr, PangoLayout *layout, double x,
		      unsigned height, double scale)
{
	int w, h;

	pango_layout_get_pixel_size(layout, &w, &h);
	cairo_translate(cr, x, (height - h * scale) / 2);
	cairo_scale(cr, scale, scale);
	pango_cairo_show_layout(cr, layout);
}

/* A crossed-out microphone in a square of that size */
static void draw_muted(cairo_t *cr, double x, double y, double size)
{
	double middle = x + size / 2;

	cairo_set_source_rgb(cr, 1.0, 0.35, 0.3);
	cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
	cairo_set_line_width(cr, size * 0.3);
	cairo_move_to(cr, middle, y + size * 0.28);
	cairo_line_to(cr, middle, y + size * 0.48);
	cairo_stroke(cr);
	cairo_set_line_width(cr, size * 0.09);
	cairo_arc(cr, middle, y + size * 0.48, size * 0.28, 0, G_PI);
	cairo_stroke(cr);
	cairo_move_to(cr, middle, y + size * 0.76);
	cairo_line_to(cr, middle, y + size * 0.92);
	cairo_stroke(cr);
	cairo_move_to(cr, x + size * 0.15, y + size * 0.1);
	cairo_line_to(cr, x + size * 0.85, y + size * 0.9);
	cairo_stroke(cr);
}

static unsigned even_up(unsigned n)
{
	return (n + 1) & ~1u;
}

static unsigned at_most(unsigned x, unsigned most)
{
	return x < most ? x : most;
}

static unsigned at_least(unsigned x, unsigned least)
{
	return x > least ? x : least;
}

/* Never so high that mark and margins would fill a narrow tile's band, or
 * that it would hide the face above it */
static unsigned band_height(unsigned tile_width, unsigned tile_height,
			    unsigned least)
{
	unsigned h =
		at_least(at_most(tile_height / 10, BAND_HEIGHT_MAX), least);

	h = at_most(h, at_most(tile_width / 5, tile_height / 3));

	return even_up(at_least(h, BAND_HEIGHT_MIN));
}

static int paint_band(struct label_painter *painter, struct label **lp,
		      const char *text, bool muted, unsigned width_max,
		      unsigned height)
{
	unsigned pad = height / 4, icon = muted ? height * 3 / 4 : 0;
	unsigned room = width_max - 2 * pad - icon;
	double scale = height * 0.6 / FONT_PIXELS;
	PangoLayout *layout = text_layout(painter, text);
	cairo_surface_t *surface;
	int w = 0, h = 0, err;
	unsigned width;
	cairo_t *cr;

	pango_layout_set_width(layout, (int)(room / scale) * PANGO_SCALE);
	pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
	/* A name reads from the left of its band in any script */
	pango_layout_set_auto_dir(layout, FALSE);
	pango_layout_get_pixel_size(layout, &w, &h);
	if (w < 0 || !*text)
		w = 0;

	width = even_up((unsigned)(w * scale + 0.5) + 2 * pad + icon);
	if (width > width_max)
		width = width_max;

	surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, (int)width,
					     (int)height);
	cr = cairo_create(surface);
	cairo_set_source_rgba(cr, 0.05, 0.05, 0.08, 0.6);
	cairo_paint(cr);
	if (muted)
		draw_muted(cr, pad / 2.0, height / 8.0, height * 0.75);
	cairo_set_source_rgb(cr, 1, 1, 1);
	draw_text(cr, layout, pad + icon, height, scale);
	cairo_destroy(cr);

	err = label_from_surface(lp, surface);
	cairo_surface_destroy(surface);
	g_object_unref(layout);

	return err;
}

int label_band(struct label_painter *painter, struct label **lp,
	       const char *name, bool muted, unsigned tile_width,
	       unsigned tile_height, unsigned height_min)
{
	char text[LABEL_TEXT_BYTES];
	int err;

	*lp = NULL;
	label_text(text, name);

	if (tile_width < LABEL_TILE_WIDTH_MIN ||
	    tile_height < LABEL_TILE_HEIGHT_MIN || (!*text && !muted))
		return 0;

	pthread_mutex_lock(&painter->lock);
	err = paint_band(painter, lp, text, muted,
			 (tile_width * 15 / 16) & ~1u,
			 band_height(tile_width, tile_height, height_min));
	pthread_mutex_unlock(&painter->lock);

	return err;
}

static int paint_middle(struct label_painter *painter, struct label **lp,
			const char *text, unsigned width, unsigned height)
{
	PangoLayout *layout = text_layout(painter, text);
	double scale = height * 0.75 / FONT_PIXELS;
	cairo_surface_t *surface = cairo_image_surface_create(
		CAIRO_FORMAT_ARGB32, (int)width, (int)height);
	cairo_t *cr = cairo_create(surface);
	int w = 0, h = 0, err;

	pango_layout_get_pixel_size(layout, &w, &h);
	cairo_set_source_rgba(cr, 1, 1, 1, 0.9);
	draw_text(cr, layout, (width - w * scale) / 2, height, scale);
	cairo_destroy(cr);

	err = label_from_surface(lp, surface);
	cairo_surface_destroy(surface);
	g_object_unref(layout);

	return err;
}

static int middle(struct label_painter *painter, struct label **lp,
		  const char *text, unsigned tile_width, unsigned tile_height)
{
	unsigned height = (tile_height / 3) & ~1u;
	int err;

	*lp = NULL;
	if (!*text || height < BAND_HEIGHT_MIN ||
	    tile_width < LABEL_TILE_WIDTH_MIN)
		return 0;

	pthread_mutex_lock(&painter->lock);
	err = paint_middle(painter, lp, text,
			   at_most(tile_width & ~1u, 3 * height), height);
	pthread_mutex_unlock(&painter->lock);

	return err;
}

int label_middle(struct label_painter *painter, struct label **lp,
		 const char *name, unsigned tile_width, unsigned tile_height)
{
	char initials[LABEL_INITIALS_BYTES];

	label_initials(initials, name);

	return middle(painter, lp, initials, tile_width, tile_height);
}

int label_more(struct label_painter *painter, struct label **lp, size_t more,
	       unsigned tile_width, unsigned tile_height)
{
	char text[LABEL_INITIALS_BYTES];

	(void)snprintf(text, sizeof(text), "+%zu", more);

	return middle(painter, lp, text, tile_width, tile_height);
}

void label_blend(const struct label *label, struct picture *to, unsigned x,
		 unsigned y)
{
	uint8_t *dst[3];
	int w, h;

	if (!label || x + label->width > to->width ||
	    y + label->height > to->height)
		return;

	w = (int)label->width;
	h = (int)label->height;
	dst[0] = to->planes[0] + (size_t)y * (size_t)to->strides[0] + x;
	for (int i = 1; i < 3; i++)
		dst[i] = to->planes[i] +
			 (size_t)(y / 2) * (size_t)to->strides[i] + x / 2;

	I420Blend(label->planes[0], w, label->planes[1], w / 2,
		  label->planes[2], w / 2, dst[0], to->strides[0], dst[1],
		  to->strides[1], dst[2], to->strides[2], label->planes[3], w,
		  dst[0], to->strides[0], dst[1], to->strides[1], dst[2],
		  to->strides[2], w, h);
}

/* One text in the scripts that names are written in opens their fonts; each
 * word is of another script and so looks up fonts of its own */
static void warm_up(struct label_painter *painter)
{
	static const char *const scripts[] = {
		"AZaz \u00e9\u0141\u1e9e",           /* Latin */
		"\u0416\u044f \u03a9 \u0531 \u10d0", /* Cyrillic to Georgian */
		"\u05d0 \u0639\u0644\u0649 \u0710",  /* Hebrew, Arabic */
		"\u4e2d\u6587 \u3042\u30a2 \uac00",  /* Han, Kana, Hangul */
		"\u0905 \u0985 \u0a05 \u0a85 \u0b85 \u0c05 \u0c85 \u0d05",
		"\u0e01 \u0e81 \u1000 \u1780 \u0f40 \u1200 \u13a0",
		"\U0001f600\u2764\ufe0f \u2713 \ufffd \u2026",
	};
	struct label *label = NULL;

	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		(void)paint_band(painter, &label, scripts[i], true, 1200,
				 BAND_HEIGHT_MAX);
		label = label_free(label);
	}
}

int label_painter_alloc(struct label_painter **pp)
{
	struct label_painter *painter = calloc(1, sizeof(*painter));

	if (!painter)
		return ENOMEM;

	if (pthread_mutex_init(&painter->lock, NULL)) {
		free(painter);
		return ENOMEM;
	}

	painter->fonts = pango_cairo_font_map_new();
	if (painter->fonts)
		painter->context =
			pango_font_map_create_context(painter->fonts);
	if (!painter->context) {
		label_painter_free(painter);
		return ENOMEM;
	}

	warm_up(painter);
	*pp = painter;

	return 0;
}

void *label_painter_free(struct label_painter *painter)
{
	if (!painter)
		return NULL;

	if (painter->context)
		g_object_unref(painter->context);
	if (painter->fonts)
		g_object_unref(painter->fonts);
	pthread_mutex_destroy(&painter->lock);
	free(painter);

	return NULL;
}

/**
 * @file mixer/mp/capabilities.c  The set of a mixer's codecs and features
 */
#include <string.h>
#include "mixer/mp/capabilities.h"

#define FEATURE(name_, member)                                                \
	{                                                                     \
		.name = (name_), .type = JSON_ROW_BOOL,                       \
		.offset = offsetof(struct mixer_capabilities, member)         \
	}

static const struct json_row codec_rows[] = {
	{.name = "name",
	 .type = JSON_ROW_TEXT,
	 .offset = offsetof(struct mixer_codec, name),
	 .size = sizeof(((struct mixer_codec *)0)->name),
	 .flags = JSON_ROW_REQUIRED},
	{.name = "kind",
	 .type = JSON_ROW_WORD,
	 .offset = offsetof(struct mixer_codec, kind),
	 .words = media_kind_words,
	 .flags = JSON_ROW_REQUIRED},
	{.name = "clock",
	 .type = JSON_ROW_NUMBER,
	 .offset = offsetof(struct mixer_codec, clock_hz),
	 .size = sizeof(uint32_t),
	 .min = 1,
	 .max = 1000000,
	 .flags = JSON_ROW_REQUIRED},
	{.name = NULL},
};

static const struct json_row feature_rows[] = {
	FEATURE("rtx", rtx),     FEATURE("telephone_event", telephone_event),
	FEATURE("cn", cn),       FEATURE("remb", remb),
	FEATURE("relay", relay), {.name = NULL},
};

static const struct json_row hello_rows[] = {
	{.name = "codecs",
	 .type = JSON_ROW_LIST,
	 .offset = offsetof(struct mixer_capabilities, codecs),
	 .size = sizeof(struct mixer_codec),
	 .max = MIXER_CODECS_MAX,
	 .count_offset = offsetof(struct mixer_capabilities, codec_count),
	 .rows = codec_rows},
	{.name = "features", .type = JSON_ROW_OBJECT, .rows = feature_rows},
	{.name = NULL},
};


void mixer_capabilities_add(struct mixer_capabilities *c, enum media_kind kind,
			    const char *name, uint32_t clock_hz)
{
	struct mixer_codec *codec = &c->codecs[c->codec_count];

	if (c->codec_count == MIXER_CODECS_MAX)
		return;

	str_ncpy(codec->name, name, sizeof(codec->name));
	codec->kind = kind;
	codec->clock_hz = clock_hz;
	++c->codec_count;
}


void mixer_capabilities_base(struct mixer_capabilities *c)
{
	memset(c, 0, sizeof(*c));
	mixer_capabilities_add(c, MEDIA_AUDIO, "opus", 48000);
	mixer_capabilities_add(c, MEDIA_AUDIO, "AMR-WB", 16000);
	mixer_capabilities_add(c, MEDIA_AUDIO, "G722", 8000);
	mixer_capabilities_add(c, MEDIA_AUDIO, "AMR", 8000);
	mixer_capabilities_add(c, MEDIA_AUDIO, "PCMU", 8000);
	mixer_capabilities_add(c, MEDIA_AUDIO, "PCMA", 8000);
	mixer_capabilities_add(c, MEDIA_VIDEO, "VP8", 90000);
	mixer_capabilities_add(c, MEDIA_VIDEO, "H264", 90000);
	c->rtx = c->telephone_event = c->cn = c->remb = true;
}


bool mixer_has_codec(const struct mixer_capabilities *c, enum media_kind kind,
		     const char *name, uint32_t clock_hz)
{
	for (size_t i = 0; i < c->codec_count; i++) {
		const struct mixer_codec *codec = &c->codecs[i];

		if (codec->kind == kind && codec->clock_hz == clock_hz &&
		    !str_casecmp(codec->name, name))
			return true;
	}

	return false;
}


void mixer_capabilities_meet(struct mixer_capabilities *c,
			     const struct mixer_capabilities *other)
{
	size_t kept = 0;

	for (size_t i = 0; i < c->codec_count; i++) {
		const struct mixer_codec *codec = &c->codecs[i];

		if (mixer_has_codec(other, codec->kind, codec->name,
				    codec->clock_hz))
			c->codecs[kept++] = *codec;
	}

	c->codec_count = kept;
	c->rtx = c->rtx && other->rtx;
	c->telephone_event = c->telephone_event && other->telephone_event;
	c->cn = c->cn && other->cn;
	c->remb = c->remb && other->remb;
	c->relay = c->relay && other->relay;
}


int mixer_capabilities_read(struct mixer_capabilities *c, const json_t *hello,
			    char why[DESCRIPTION_WHY_BYTES])
{
	if (!json_object_get(hello, "codecs")) {
		mixer_capabilities_base(c);
		return 0;
	}

	memset(c, 0, sizeof(*c));

	return json_table_read(hello_rows, c, hello, why);
}


int mixer_capabilities_write(const struct mixer_capabilities *c, json_t *hello)
{
	return json_table_write(hello_rows, c, hello);
}

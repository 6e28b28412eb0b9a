/**
 * @file mixer/prompt/prompt.c  Words that can be said, and packs of them
 */
#include <errno.h>
#include <string.h>
#include "mixer/audio/g722.h"
#include "mixer/base/re.h"
#include "mixer/prompt/prompt.h"


bool prompt_name_is_good(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");

	return n && !name[n] && n < PROMPT_NAME_BYTES;
}


int prompt_encode(uint8_t **g722p, const int16_t *pcm, size_t samples)
{
	uint8_t *g722 = mem_zalloc((samples + 1) / 2, NULL);
	struct g722 state;

	if (!g722)
		return ENOMEM;

	memset(&state, 0, sizeof(state));
	g722_init(&state);
	g722_encode(&state, pcm, samples & ~(size_t)1, g722);
	if (samples & 1) {
		const int16_t last[2] = {pcm[samples - 1], 0};

		g722_encode(&state, last, 2, g722 + samples / 2);
	}
	*g722p = g722;

	return 0;
}


static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}


static void put32(uint8_t *p, size_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}


int pack_read(struct prompt *prompts, size_t *count, const uint8_t *pack,
	      size_t bytes)
{
	size_t n = bytes < PACK_HEADER_BYTES ? 0 : get32(pack);

	if (bytes < PACK_HEADER_BYTES || n > PACK_PROMPTS_MAX ||
	    bytes - PACK_HEADER_BYTES < n * PACK_ENTRY_BYTES)
		return EBADMSG;

	for (size_t i = 0; i < n; i++) {
		const uint8_t *entry =
			pack + PACK_HEADER_BYTES + i * PACK_ENTRY_BYTES;
		size_t at = get32(entry + PROMPT_NAME_BYTES);
		struct prompt *p = &prompts[i];

		memcpy(p->name, entry, PROMPT_NAME_BYTES);
		p->bytes = get32(entry + PROMPT_NAME_BYTES + 4);
		p->name[PROMPT_NAME_BYTES - 1] = '\0';
		if (!prompt_name_is_good(p->name) || !p->bytes || at > bytes ||
		    p->bytes > bytes - at)
			return EBADMSG;

		p->g722 = pack + at;
	}
	*count = n;

	return 0;
}


int pack_write(uint8_t **packp, size_t *bytes, const struct prompt *prompts,
	       size_t count)
{
	size_t at = PACK_HEADER_BYTES + count * PACK_ENTRY_BYTES, all = at;
	uint8_t *pack, *entry;

	if (count > PACK_PROMPTS_MAX)
		return EINVAL;

	for (size_t i = 0; i < count; i++)
		all += prompts[i].bytes;

	pack = mem_zalloc(all, NULL);
	if (!pack)
		return ENOMEM;

	put32(pack, count);
	entry = pack + PACK_HEADER_BYTES;
	for (size_t i = 0; i < count; i++, entry += PACK_ENTRY_BYTES) {
		const struct prompt *p = &prompts[i];

		memcpy(entry, p->name, sizeof(p->name));
		put32(entry + PROMPT_NAME_BYTES, at);
		put32(entry + PROMPT_NAME_BYTES + 4, p->bytes);
		memcpy(pack + at, p->g722, p->bytes);
		at += p->bytes;
	}
	*packp = pack;
	*bytes = all;

	return 0;
}

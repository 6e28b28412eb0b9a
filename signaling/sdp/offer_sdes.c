/**
 * @file signaling/sdp/offer_sdes.c  a=crypto (RFC 4568, 6188, 7714)
 */
#include <string.h>
#include <strings.h>
#include "signaling/sdp/fmtp.h"
#include "signaling/sdp/sdp_private.h"

/** Suites, best first; AES-GCM costs a third of HMAC-SHA1 */
static const struct {
	enum mp_suite suite;
	size_t bytes; /**< master key and salt */
} suites[] = {
	{MP_AEAD_AES_128_GCM, 28},
	{MP_AEAD_AES_256_GCM, 44},
	{MP_AES_CM_128_HMAC_SHA1_80, 30},
	{MP_AES_CM_128_HMAC_SHA1_32, 30},
};


/** Only WSH, a hint, may be ignored; all other parameters change the
 *  protection or the keys */
static bool params_are_harmless(struct pl rest)
{
	struct pl word;

	while (offer_text_word(&rest, &word)) {
		if (word.l < 4 || strncasecmp(word.p, "WSH=", 4) != 0)
			return false;
	}
	return true;
}


/** "inline:KEY|2^20|1:4": one key, a lifetime may follow, no MKI */
static bool key_read(const struct pl *params, size_t bytes, char *dst,
		     size_t size)
{
	struct pl key = *params;
	uint8_t raw[64];
	size_t n = sizeof(raw);
	const char *bar;

	if (key.l < 7 || strncasecmp(key.p, "inline:", 7) != 0)
		return false;
	pl_advance(&key, 7);
	if (memchr(key.p, ';', key.l) || memchr(key.p, ':', key.l))
		return false;
	bar = memchr(key.p, '|', key.l);
	if (bar)
		key.l = (size_t)(bar - key.p);
	/* some leave the padding out */
	if (key.l / 4 * 3 > sizeof(raw) || key.l + 4 > size)
		return false;
	memcpy(dst, key.p, key.l);
	while (key.l % 4)
		dst[key.l++] = '=';
	dst[key.l] = '\0';
	return !base64_decode(dst, key.l, raw, &n) && n == bytes;
}


/** @return the suite's place in the table, or its size */
static size_t crypto_read(struct pl line, uint32_t *tag, char *key,
			  size_t size)
{
	struct pl number, suite, params;
	size_t i;

	if (!offer_text_word(&line, &number) ||
	    !offer_text_word(&line, &suite) ||
	    !offer_text_word(&line, &params) ||
	    !fmtp_number(&number, 999999999, tag) ||
	    !params_are_harmless(line))
		return ARRAY_SIZE(suites);
	for (i = 0; i < ARRAY_SIZE(suites); i++) {
		if (!pl_strcasecmp(&suite, mp_suite_name(suites[i].suite)))
			break;
	}
	if (i == ARRAY_SIZE(suites) ||
	    !key_read(&params, suites[i].bytes, key, size))
		return ARRAY_SIZE(suites);
	return i;
}


bool offer_sdes_read(struct offer_group *g, const struct offer_text *t,
		     int media)
{
	size_t best = ARRAY_SIZE(suites), pos = 0;
	struct pl name, value;
	char type;

	while (offer_text_next(t, media, &pos, &type, &name, &value)) {
		char key[64];
		uint32_t tag;
		size_t i;

		if (type != 'a' || pl_strcmp(&name, "crypto"))
			continue;
		i = crypto_read(value, &tag, key, sizeof(key));
		if (i >= best)
			continue;
		best = i;
		g->crypto_tag = tag;
		memcpy(g->d.sdes_key, key, sizeof(key));
	}
	if (best == ARRAY_SIZE(suites))
		return false;
	g->d.suite = suites[best].suite;
	return true;
}

/**
 * @file signaling/web/encoding.c  Content codings, and which one is wanted
 */
#include <string.h>
#include <strings.h>
#include "signaling/web/encoding.h"

/** A weight is in thousandths: "0.5" is 500 (RFC 9110 section 12.4.2) */
enum { WEIGHT_ONE = 1000, WEIGHT_NONE = -1 };

static const struct {
	const char *name, *ending;
} codings[ENCODING_COUNT] = {
	[ENCODING_GZIP] = {"gzip", ".gz"},
	[ENCODING_BR] = {"br", ".br"},
};


const char *encoding_name(enum encoding encoding)
{
	return (unsigned)encoding < ENCODING_COUNT ? codings[encoding].name
						   : NULL;
}


const char *encoding_ending(enum encoding encoding)
{
	return (unsigned)encoding < ENCODING_COUNT ? codings[encoding].ending
						   : NULL;
}


static const char *skip_space(const char *p)
{
	return p + strspn(p, " \t");
}


/** @param p What comes after "q=" */
static int read_weight(const char *p)
{
	int weight, unit = WEIGHT_ONE / 10;

	if (*p != '0' && *p != '1')
		return 0;
	weight = (*p - '0') * WEIGHT_ONE;
	if (*++p == '.') {
		while (*++p >= '0' && *p <= '9' && unit) {
			weight += (*p - '0') * unit;
			unit /= 10;
		}
	}
	return weight > WEIGHT_ONE ? WEIGHT_ONE : weight;
}


/** Weight in an element's parameters, which end at its ',' or NUL */
static int weight_of(const char *p)
{
	while (*p && *p != ',') {
		if (*p++ != ';')
			continue;
		p = skip_space(p);
		if ((*p == 'q' || *p == 'Q') && p[1] == '=')
			return read_weight(p + 2);
	}
	return WEIGHT_ONE;
}


static bool is_token(const char *p, size_t len, const char *name)
{
	return strlen(name) == len && !strncasecmp(p, name, len);
}


/** @return its weight, that of "*" where it is not named, or WEIGHT_NONE */
static int weight_in(const char *accept, const char *name)
{
	int any = WEIGHT_NONE;

	for (const char *p = accept; p; p = strchr(p, ',')) {
		size_t len;

		p = skip_space(p + (*p == ','));
		len = strcspn(p, " \t;,");
		if (is_token(p, len, name))
			return weight_of(p + len);
		if (is_token(p, len, "*"))
			any = weight_of(p + len);
	}
	return any;
}


enum encoding encoding_choose(const char *accept, unsigned offered)
{
	enum encoding best = ENCODING_IDENTITY;
	int most = accept ? weight_in(accept, "identity") : WEIGHT_ONE;

	/* as it is always will do, the least of all where it is not named */
	for (unsigned i = ENCODING_GZIP; accept && i < ENCODING_COUNT; i++) {
		int weight = weight_in(accept, codings[i].name);

		if (offered & 1u << i && weight > 0 && weight >= most) {
			best = (enum encoding)i;
			most = weight;
		}
	}
	return best;
}

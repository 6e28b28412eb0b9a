/**
 * @file signaling/auth/digest.c  Digest access authentication (RFC 7616, 8760)
 */
#include <errno.h>
#include <string.h>
#include <strings.h>
#include "signaling/auth/digest.h"


static const char *const names[] = {
	[DIGEST_MD5] = "MD5",
	[DIGEST_SHA256] = "SHA-256",
};


const char *digest_algorithm_name(enum digest_algorithm algorithm)
{
	return names[algorithm];
}


int digest_algorithm_find(enum digest_algorithm *algorithm,
			  const struct pl *name)
{
	if (!pl_isset(name)) {
		*algorithm = DIGEST_MD5;
		return 0;
	}

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!pl_strcasecmp(name, names[i])) {
			*algorithm = (enum digest_algorithm)i;
			return 0;
		}
	}

	return ENOTSUP;
}


/** H(A2) of RFC 7616 section 3.4.3 */
static int request_sum(char hex[DIGEST_HEX_SIZE],
		       const struct digest_input *in)
{
	const struct pl *const body[] = {&in->body};
	char text[DIGEST_HEX_SIZE];
	struct pl sum;
	const struct pl *const parts[] = {&in->method, &in->uri, &sum};
	int err;

	if (pl_strcasecmp(&in->qop, "auth-int"))
		return digest_sum(hex, in->algorithm, parts, 2);

	err = digest_sum(text, in->algorithm, body, 1);
	if (err)
		return err;
	pl_set_str(&sum, text);

	return digest_sum(hex, in->algorithm, parts, 3);
}


int digest_response(char hex[DIGEST_HEX_SIZE], const struct digest_input *in)
{
	char ha2[DIGEST_HEX_SIZE];
	struct pl first, last;
	int err;

	err = request_sum(ha2, in);
	if (err)
		return err;

	pl_set_str(&first, in->ha1);
	pl_set_str(&last, ha2);
	if (pl_isset(&in->qop)) {
		const struct pl *const parts[] = {&first,   &in->nonce,
						  &in->nc,  &in->cnonce,
						  &in->qop, &last};

		return digest_sum(hex, in->algorithm, parts,
				  ARRAY_SIZE(parts));
	}
	else {
		const struct pl *const parts[] = {&first, &in->nonce, &last};

		return digest_sum(hex, in->algorithm, parts,
				  ARRAY_SIZE(parts));
	}
}


/* --------------------------------------------------------------- headers */

static bool is_token(char c)
{
	return c > ' ' && c < 0x7f && !strchr("()<>@,;:\\\"/[]?={}", c);
}


static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}


static void skip_space(struct pl *rest)
{
	while (rest->l && is_space(*rest->p))
		pl_advance(rest, 1);
}


/** Take the token that stands in front; empty when none does */
static struct pl take_token(struct pl *rest)
{
	struct pl token = {rest->p, 0};

	while (rest->l && is_token(*rest->p)) {
		pl_advance(rest, 1);
		token.l++;
	}

	return token;
}


/** A quoted-string, or what a sloppy sender leaves without quotes */
static int take_value(struct pl *rest, struct pl *value)
{
	const bool quoted = rest->l && *rest->p == '"';

	if (quoted)
		pl_advance(rest, 1);
	value->p = rest->p;
	value->l = 0;

	while (rest->l) {
		const char c = *rest->p;
		size_t step = 1;

		if (quoted ? c == '"' : c == ',' || is_space(c))
			break;
		if ((unsigned char)c < ' ' || c == 0x7f ||
		    (!quoted && c == '"'))
			return EBADMSG;
		if (quoted && c == '\\')
			step = 2;
		if (step > rest->l)
			return EBADMSG;
		pl_advance(rest, (ssize_t)step);
		value->l += step;
	}

	if (quoted) {
		if (!rest->l)
			return EBADMSG;
		pl_advance(rest, 1);
	}

	return value->l > DIGEST_VALUE_MAX ? EBADMSG : 0;
}


static struct pl *field_of(struct digest_header *h, const struct pl *name)
{
	const struct {
		const char *name;
		struct pl *field;
	} fields[] = {
		{"realm", &h->realm},         {"nonce", &h->nonce},
		{"opaque", &h->opaque},       {"stale", &h->stale},
		{"algorithm", &h->algorithm}, {"qop", &h->qop},
		{"username", &h->username},   {"uri", &h->uri},
		{"response", &h->response},   {"nc", &h->nc},
		{"cnonce", &h->cnonce},       {"auts", &h->auts},
	};

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		if (!pl_strcasecmp(name, fields[i].name))
			return fields[i].field;
	}

	return NULL;
}


static int decode_parameter(struct digest_header *h, struct pl *rest)
{
	struct pl name, value, *field;
	int err;

	name = take_token(rest);
	skip_space(rest);
	if (!name.l || !rest->l || *rest->p != '=')
		return EBADMSG;
	pl_advance(rest, 1);
	skip_space(rest);
	err = take_value(rest, &value);
	if (err)
		return err;
	skip_space(rest);

	field = field_of(h, &name);
	if (!field)
		return 0;
	if (field->p)
		return EBADMSG;
	*field = value;

	return 0;
}


int digest_header_decode(struct digest_header *h, const struct pl *value)
{
	struct pl rest, scheme;
	unsigned n = 0;
	int err;

	if (!h || !value)
		return EINVAL;

	memset(h, 0, sizeof(*h));
	rest = *value;
	skip_space(&rest);
	scheme = take_token(&rest);
	if (pl_strcasecmp(&scheme, "Digest"))
		return ENOTSUP;
	if (!rest.l || !is_space(*rest.p))
		return EBADMSG;

	skip_space(&rest);
	while (rest.l) {
		if (++n > DIGEST_PARAMETER_MAX)
			return EBADMSG;
		err = decode_parameter(h, &rest);
		if (err)
			return err;
		if (!rest.l)
			break;
		if (*rest.p != ',')
			return EBADMSG;
		pl_advance(&rest, 1);
		skip_space(&rest);
	}

	return 0;
}


bool digest_list_has(const struct pl *list, const char *token)
{
	struct pl rest = *list;

	while (rest.l) {
		struct pl one;

		while (rest.l && (is_space(*rest.p) || *rest.p == ','))
			pl_advance(&rest, 1);
		one = take_token(&rest);
		if (one.l && !pl_strcasecmp(&one, token))
			return true;
		if (!one.l && rest.l)
			pl_advance(&rest, 1);
	}

	return false;
}

/**
 * @file signaling/sdp/offer_host.c  Addresses and host names of a description
 *
 * c= may hold a fully qualified domain name in place of an address (RFC 8866
 * section 5.7).
 */
#include <ctype.h>
#include <string.h>
#include "signaling/sdp/sdp_private.h"

enum { ADDRESS_CHARS_MAX = 45 };


/** Letters, digits, hyphens and dots, and no number at its end: that would be
 *  an address that is none (RFC 1123 section 2.1) */
static bool is_name(const struct pl *host)
{
	size_t label = 0;

	if (!host->l || host->l >= OFFER_HOST_NAME_BYTES - 2)
		return false;
	for (size_t i = 0; i < host->l; i++) {
		const unsigned char c = (unsigned char)host->p[i];

		if (c == '.') {
			if (i == label || i - label > 63)
				return false;
			label = i + 1;
		}
		else if (!isalnum(c) && c != '-') {
			return false;
		}
	}
	return label < host->l && host->l - label <= 63 &&
	       isalpha((unsigned char)host->p[label]);
}


bool offer_connection_read(struct offer_connection *c, struct pl rest)
{
	struct pl net, type, host;
	const char *slash;

	if (!offer_text_word(&rest, &net) || !offer_text_word(&rest, &type) ||
	    !offer_text_word(&rest, &host) || pl_strcasecmp(&net, "IN"))
		return false;
	slash = memchr(host.p, '/', host.l);
	if (slash)
		host.l = (size_t)(slash - host.p);
	if (host.l > 2 && host.p[0] == '[' && host.p[host.l - 1] == ']') {
		++host.p;
		host.l -= 2;
	}
	c->said = pl_strcasecmp(&type, "IP6") ? AF_INET : AF_INET6;
	c->host = host;
	/* The family is what the address is, whatever is said of it. */
	if (host.l && host.l <= ADDRESS_CHARS_MAX &&
	    !sa_set(&c->address, &host, 0))
		return true;
	sa_init(&c->address, AF_UNSPEC);
	if (c->host.l > 1 && c->host.p[c->host.l - 1] == '.')
		--c->host.l;
	return is_name(&c->host);
}


static size_t add_names(const struct offer_text *t, int level,
			char (*names)[OFFER_HOST_NAME_BYTES], size_t count,
			size_t max)
{
	struct offer_connection c;
	struct pl name, value;
	size_t pos = 0, i;
	char type;

	while (count < max &&
	       offer_text_next(t, level, &pos, &type, &name, &value)) {
		if (type != 'c' || !offer_connection_read(&c, value) ||
		    sa_af(&c.address) != AF_UNSPEC)
			continue;
		for (i = 0; i < count; i++) {
			if (!pl_strcasecmp(&c.host, names[i]))
				break;
		}
		if (i == count &&
		    !pl_strcpy(&c.host, names[count], OFFER_HOST_NAME_BYTES))
			++count;
	}
	return count;
}


size_t offer_host_names(const char *sdp, size_t len,
			char (*names)[OFFER_HOST_NAME_BYTES], size_t max)
{
	struct offer_text_media line;
	struct offer_text *t;
	size_t count;

	if (offer_text_alloc(&t, sdp, len))
		return 0;
	count = add_names(t, OFFER_TEXT_SESSION, names, 0, max);
	for (int i = 0; i < offer_text_media_count(t); i++) {
		if (offer_text_media(t, i, &line) && line.port)
			count = add_names(t, i, names, count, max);
	}
	mem_deref(t);
	return count;
}

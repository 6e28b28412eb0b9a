/**
 * @file signaling/message/via.c  One Via value
 */
#include <string.h>
#include <strings.h>
#include "signaling/message/sip_lines.h"
#include "signaling/message/via.h"


static void skip_space(struct pl *pl)
{
	while (pl->l && strchr(" \t\r\n", pl->p[0]) && pl->p[0]) {
		++pl->p;
		--pl->l;
	}
}


/** Take a fixed word, then white space */
static bool take_word(struct pl *pl, const char *word)
{
	size_t n = strlen(word);

	if (pl->l < n || strncasecmp(pl->p, word, n) != 0)
		return false;
	pl->p += n;
	pl->l -= n;
	skip_space(pl);

	return true;
}


static struct pl take_until(struct pl *pl, const char *stops)
{
	struct pl taken = {pl->p, 0};

	while (taken.l < pl->l && !strchr(stops, pl->p[taken.l]))
		++taken.l;
	pl->p += taken.l;
	pl->l -= taken.l;

	return taken;
}


static bool host_is_valid(const struct pl *host, bool v6)
{
	size_t i;

	for (i = 0; i < host->l; i++) {
		unsigned char c = (unsigned char)host->p[i];

		if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
		    (c >= 'A' && c <= 'Z'))
			continue;
		if (!c || !strchr(v6 ? ":." : ".-_", c))
			return false;
	}

	return host->l > 0;
}


/** host [":" port], IPv6 in brackets */
static int decode_sent_by(struct via *via)
{
	struct pl rest = via->sent_by, port;
	uint64_t n = 0;
	bool v6 = rest.l && rest.p[0] == '[';

	if (v6) {
		++rest.p;
		--rest.l;
		via->host = take_until(&rest, "]");
		if (!rest.l)
			return EBADMSG;
		++rest.p;
		--rest.l;
	}
	else {
		via->host = take_until(&rest, ": \t\r\n");
	}
	if (!host_is_valid(&via->host, v6))
		return EBADMSG;

	skip_space(&rest);
	if (!rest.l)
		return 0;
	if (rest.p[0] != ':')
		return EBADMSG;
	++rest.p;
	--rest.l;
	port = rest;
	sip_lines_trim(&port);
	if (!sip_lines_number(&port, 65535, &n) || !n)
		return EBADMSG;
	via->port = (uint16_t)n;

	return 0;
}


/** sent-protocol and sent-by; the parameters stay in `rest` */
static int decode_sender(struct via *via, struct pl *rest, struct pl *version)
{
	memset(via, 0, sizeof(*via));
	sip_lines_trim(rest);

	if (!take_word(rest, "SIP") || !take_word(rest, "/"))
		return EBADMSG;

	*version = take_until(rest, " \t\r\n/");
	skip_space(rest);
	if (!take_word(rest, "/"))
		return EBADMSG;

	via->transport = take_until(rest, " \t\r\n");
	if (!sip_lines_is_token(&via->transport))
		return EBADMSG;

	skip_space(rest);
	via->sent_by = take_until(rest, ";,");
	sip_lines_trim(&via->sent_by);

	return decode_sent_by(via);
}


bool via_salvage(struct via *via, const struct pl *value)
{
	struct pl rest = *value, version;

	return !decode_sender(via, &rest, &version);
}


int via_decode(struct via *via, const struct pl *value)
{
	struct pl rest = *value, version, name, val;

	if (decode_sender(via, &rest, &version) || pl_strcmp(&version, "2.0"))
		return EBADMSG;

	via->params = rest;
	while (sip_lines_next_param(&rest, &name, &val)) {
		if (!pl_strcasecmp(&name, "branch"))
			via->branch = val;
		else if (!pl_strcasecmp(&name, "rport"))
			via->rport = true;
	}

	sip_lines_trim(&rest);

	return rest.l ? EBADMSG : 0;
}


bool via_has_cookie(const struct via *via)
{
	return via->branch.l > 7 && !strncasecmp(via->branch.p, "z9hG4bK", 7);
}


static bool is_source(const struct via *via, const struct sa *source)
{
	struct sa sent_by;

	return !sa_set(&sent_by, &via->host, 0) &&
	       sa_cmp(&sent_by, source, SA_ADDR);
}


int via_print_received(struct mbuf *mb, const struct via *via,
		       const struct sa *source)
{
	struct pl rest = via->params, name, value;
	int err;

	err = mbuf_printf(mb, "SIP/2.0/%r %r", &via->transport, &via->sent_by);

	while (sip_lines_next_param(&rest, &name, &value)) {
		if (!pl_strcasecmp(&name, "rport") ||
		    !pl_strcasecmp(&name, "received"))
			continue;
		err |= mbuf_printf(mb, ";%r", &name);
		if (value.l)
			err |= mbuf_printf(mb, "=%r", &value);
	}

	if (via->rport || !is_source(via, source))
		err |= mbuf_printf(mb, ";received=%j", source);
	if (via->rport)
		err |= mbuf_printf(mb, ";rport=%u", sa_port(source));

	return err;
}

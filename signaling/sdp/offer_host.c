/**
 * @file signaling/sdp/offer_host.c  Addresses and host names of a description
 *
 * c= may hold a fully qualified domain name in place of an address (RFC 8866
 * section 5.7), and so may a=rtcp (RFC 3605).
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>
#include "signaling/sdp/sdp_private.h"

enum { ADDRESS_CHARS_MAX = 45 };

#define LOCALHOST "localhost"


/** ::ffff:192.0.2.1 is sent by IPv4, so it is judged as that */
static void make_canonical(struct sa *sa)
{
	const struct in6_addr *in6 = &sa->u.in6.sin6_addr;
	uint32_t ip4;

	if (sa_af(sa) != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(in6))
		return;
	memcpy(&ip4, in6->s6_addr + 12, sizeof(ip4));
	sa_set_in(sa, ntohl(ip4), sa_port(sa));
}


static bool is_loopback(const struct sa *sa)
{
	if (sa_af(sa) == AF_INET)
		return sa_in(sa) >> 24 == 127;
	return sa_af(sa) == AF_INET6 &&
	       IN6_IS_ADDR_LOOPBACK(&sa->u.in6.sin6_addr);
}


/** One host's address, or 0.0.0.0, which is hold (RFC 2543); not of a group,
 * of everybody, of "this network" (RFC 1122 section 3.2.1.3) or of all that
 *  loopback has. What is everybody on a network of ours the kernel knows: it
 *  sends nothing there */
static bool is_unicast(uint32_t in)
{
	return !in || (in >> 24 && in < 0xe0000000u && in != 0x7fffffffu);
}


/** Media is never sent to many, nor where we cannot */
static bool is_usable(const struct sa *sa, const struct offer_config *config)
{
	if (sa_af(sa) == AF_INET)
		return is_unicast(sa_in(sa)) &&
		       (!config->no_ip4 || sa_is_any(sa));
	return sa->u.in6.sin6_addr.s6_addr[0] != 0xff && !config->no_ip6;
}


/** A name is nobody's hold, so 0.0.0.0 is no address of one; nor is it a way
 *  to what listens on this very host */
static bool is_usable_of_name(const struct sa *sa,
			      const struct offer_config *config)
{
	return !sa_is_any(sa) && is_usable(sa, config) &&
	       (!is_loopback(sa) || is_loopback(&config->address));
}


/** Ours, whatever it is called (RFC 6761 section 6.3) */
static bool is_local(const struct pl *host)
{
	const size_t n = strlen(LOCALHOST);

	return host->l > n && host->p[host->l - n - 1] == '.' &&
	       !strncasecmp(host->p + host->l - n, LOCALHOST, n);
}


/** Letters, digits, hyphens and dots, and no number at its end: that would be
 *  an address that is none (RFC 1123 section 2.1). Of more than one label: a
 *  lone one means something else everywhere */
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
	return label && label < host->l && host->l - label <= 63 &&
	       isalpha((unsigned char)host->p[label]) && !is_local(host);
}


/** An address as SDP says it (c=, a=rtcp): "IN IP4 192.0.2.1" */
struct connection {
	struct pl host;    /**< without brackets and without "/ttl" */
	struct sa address; /**< unset: it is a name */
	int said;          /**< AF_INET or AF_INET6, as it says itself */
};


/** @return false: neither an address nor a name that could have one */
static bool connection_parse(struct connection *c, struct pl rest)
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
	    !sa_set(&c->address, &host, 0)) {
		make_canonical(&c->address);
		return true;
	}
	sa_init(&c->address, AF_UNSPEC);
	if (c->host.l > 1 && c->host.p[c->host.l - 1] == '.')
		--c->host.l;
	return is_name(&c->host);
}


/* ---------------------------------------------------------------- reading */

static bool named_read(const struct connection *c, bool as_said,
		       const struct offer_config *config, struct sa *sa)
{
	for (size_t i = 0; i < config->host_count; i++) {
		const struct offer_host *h = &config->hosts[i];

		if (pl_strcasecmp(&c->host, h->name) ||
		    (as_said && sa_af(&h->address) != c->said) ||
		    !is_usable_of_name(&h->address, config))
			continue;
		*sa = h->address;
		return true;
	}
	return false;
}


bool offer_connection_read(struct pl value, const struct offer_config *config,
			   struct sa *sa)
{
	struct connection c;

	if (!connection_parse(&c, value))
		return false;
	if (sa_af(&c.address) == AF_UNSPEC)
		return named_read(&c, true, config, sa) ||
		       named_read(&c, false, config, sa);
	*sa = c.address;
	return is_usable(sa, config);
}


bool offer_address_read(const struct offer_text *t, int media,
			const struct offer_config *config, struct sa *sa)
{
	const int levels[2] = {media, OFFER_TEXT_SESSION};
	bool any = false;

	for (size_t i = 0; i < 2 && !any; i++) {
		struct pl name, value;
		size_t pos = 0;
		char type;

		while (offer_text_next(t, levels[i], &pos, &type, &name,
				       &value)) {
			if (type != 'c')
				continue;
			any = true;
			if (offer_connection_read(value, config, sa))
				return true;
		}
	}
	return false;
}


/* ------------------------------------------------------- what is looked up */

struct collecting {
	const struct offer *o;
	bool news; /**< else what was looked up before is good still */
	struct offer_name *names;
	size_t count, max;
};


static bool is_known(const struct offer_state *s, const struct pl *name)
{
	for (size_t i = 0; s && i < s->host_count; i++) {
		if (!pl_strcasecmp(name, s->hosts[i].name))
			return true;
	}
	return false;
}


/** Media by that family are of use */
static bool is_wanted(const struct offer_config *config, int af)
{
	return af == AF_INET ? !config->no_ip4 : !config->no_ip6;
}


static void name_add(struct collecting *c, const struct connection *con)
{
	const struct offer_config *config = &c->o->config;
	const int other = con->said == AF_INET ? AF_INET6 : AF_INET;
	struct offer_name *name = &c->names[c->count];

	if (c->count == c->max ||
	    (!c->news && is_known(c->o->agreed, &con->host)))
		return;
	for (size_t i = 0; i < c->count; i++) {
		if (!pl_strcasecmp(&con->host, c->names[i].name))
			return;
	}
	name->first = is_wanted(config, con->said) ? con->said : other;
	name->other = name->first == con->said && is_wanted(config, other)
			      ? other
			      : AF_UNSPEC;
	if (is_wanted(config, name->first) &&
	    !pl_strcpy(&con->host, name->name, sizeof(name->name)))
		++c->count;
}


/** Those in the c= rows of a level, unless an address among them will do
 *  @return false: there is no such row */
static bool level_collect(struct collecting *c, const struct offer_text *t,
			  int level)
{
	const size_t before = c->count;
	struct connection con;
	struct pl name, value;
	bool any = false;
	size_t pos = 0;
	char type;

	while (offer_text_next(t, level, &pos, &type, &name, &value)) {
		if (type != 'c')
			continue;
		any = true;
		if (!connection_parse(&con, value))
			continue;
		if (sa_af(&con.address) == AF_UNSPEC) {
			name_add(c, &con);
		}
		else if (is_usable(&con.address, &c->o->config)) {
			c->count = before;
			break;
		}
	}
	return any;
}


static void rtcp_collect(struct collecting *c, const struct offer_text *t,
			 int media)
{
	struct connection con;
	struct pl value, port;

	if (!offer_text_attr(t, media, "rtcp-mux", &value) &&
	    offer_text_attr(t, media, "rtcp", &value) &&
	    offer_text_word(&value, &port) && connection_parse(&con, value) &&
	    sa_af(&con.address) == AF_UNSPEC)
		name_add(c, &con);
}


/** Is it a line whose c= counts? With ICE it does not
 *  @param video Set: of that kind, else audio */
static bool is_read(const struct offer_text *t, int media, bool *video)
{
	struct offer_text_media line;
	struct pl value;

	if (!offer_text_media(t, media, &line) || !line.port ||
	    !offer_proto_known(&line.proto))
		return false;
	*video = !pl_strcasecmp(&line.kind, media_kind_name(MEDIA_VIDEO));
	if (!*video && pl_strcasecmp(&line.kind, media_kind_name(MEDIA_AUDIO)))
		return false;
	return strncasecmp(line.proto.p, "UDP/", 4) != 0 ||
	       !offer_text_attr_any(t, media, "ice-ufrag", &value);
}


static void collect(struct collecting *c, const struct offer_text *t)
{
	/* those in the mix before others, and RTCP last: it is no great loss
	 */
	enum { IN_MIX, OTHERS, RTCP, PASSES };

	for (int pass = 0; pass < PASSES; pass++) {
		bool seen[2] = {false, false}, video;

		for (int i = 0; i < offer_text_media_count(t); i++) {
			if (!is_read(t, i, &video))
				continue;
			if (pass == RTCP)
				rtcp_collect(c, t, i);
			else if (seen[video] == (pass == OTHERS) &&
				 !level_collect(c, t, i))
				(void)level_collect(c, t, OFFER_TEXT_SESSION);
			seen[video] = true;
		}
	}
}


size_t offer_host_names(const struct offer *o, const char *sdp, size_t len,
			struct offer_name *names, size_t max)
{
	struct collecting c = {.o = o, .names = names, .max = max};
	struct offer_text *t;

	if (!o || offer_text_alloc(&t, sdp, len))
		return 0;
	c.news = offer_text_is_news(o, t);
	collect(&c, t);
	mem_deref(t);
	return c.count;
}


/* -------------------------------------------------------- what was found */

static bool same_name(const struct offer_host *a, const struct offer_host *b)
{
	return !strcasecmp(a->name, b->name);
}


/** Is there an address of the same name and family, or this very one? */
static bool is_among(const struct offer_host *h,
		     const struct offer_host *hosts, size_t count, bool itself)
{
	for (size_t i = 0; i < count; i++) {
		const struct offer_host *other = &hosts[i];

		if (same_name(h, other) &&
		    sa_af(&h->address) == sa_af(&other->address) &&
		    (!itself || sa_cmp(&h->address, &other->address, SA_ADDR)))
			return true;
	}
	return false;
}


static void host_add(struct offer *o, const struct offer_host *h)
{
	struct offer_config *config = &o->config;

	if (config->host_count < OFFER_HOSTS_MAX &&
	    !is_among(h, config->hosts, config->host_count, true))
		config->hosts[config->host_count++] = *h;
}


void offer_clear_hosts(struct offer *o)
{
	if (!o)
		return;
	o->config.hosts = mem_deref(o->config.hosts);
	o->config.host_count = 0;
}


int offer_set_hosts(struct offer *o, const struct offer_host *hosts,
		    size_t count)
{
	struct offer_host found[OFFER_HOSTS_MAX];
	const struct offer_host *old;
	size_t old_count;

	if (!o || count > OFFER_HOSTS_MAX)
		return EINVAL;
	offer_clear_hosts(o);
	for (size_t i = 0; i < count; i++) {
		found[i] = hosts[i];
		make_canonical(&found[i].address);
	}
	old = o->agreed ? o->agreed->hosts : NULL;
	old_count = o->agreed ? o->agreed->host_count : 0;
	if (!count && !old_count)
		return 0;
	o->config.hosts = mem_zalloc(OFFER_HOSTS_MAX * sizeof(*hosts), NULL);
	if (!o->config.hosts)
		return ENOMEM;
	/* Name servers turn round the addresses that a name has: what media
	 * go to stays before others. */
	for (size_t i = 0; i < old_count; i++) {
		if (is_among(&old[i], found, count, true))
			host_add(o, &old[i]);
	}
	for (size_t i = 0; i < count; i++)
		host_add(o, &found[i]);
	/* and a name without an answer is where it was */
	for (size_t i = 0; i < old_count; i++) {
		if (!is_among(&old[i], found, count, false))
			host_add(o, &old[i]);
	}
	return 0;
}

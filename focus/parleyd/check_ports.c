/**
 * @file focus/parleyd/check_ports.c  Can what is configured be bound?
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "focus/parleyd/parleyd_private.h"


enum {
	PORT_FREE = 1024, /**< from here on anybody's */
	BACKLOG = 1,
};


/** As libre, the listeners and the mixer would: an IPv6 address by TCP is
 *  what the kernel makes of it, mostly that of IPv4, too
 *
 *  @param claim Listen: nothing else does any more
 *  @return 0 or errno
 */
static int bind_one(int *fdp, bool udp, bool claim, const struct sa *sa)
{
	const int on = 1;
	int fd = socket(sa_af(sa),
			(udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
	int err = 0;

	if (fd < 0)
		return errno;

	if (!udp)
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on,
				 sizeof(on));
	if (udp && sa_af(sa) == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on,
				 sizeof(on));
	if (bind(fd, &sa->u.sa, sa->len) < 0 ||
	    (claim && listen(fd, BACKLOG) < 0)) {
		err = errno;
		(void)close(fd);
		fd = -1;
	}
	*fdp = fd;

	return err;
}


/** Can only one of them be bound? */
static bool overlap(bool udp, const struct sa *a, const struct sa *b)
{
	const struct sa *six = sa_af(a) == AF_INET6 ? a : b;

	if (sa_port(a) != sa_port(b))
		return false;
	if (sa_af(a) != sa_af(b))
		return !udp && sa_is_any(six);

	return sa_is_any(a) || sa_is_any(b) || sa_cmp(a, b, SA_ADDR);
}


/** Is it bound by the configuration itself, some lines before? */
static const struct check_held *own_holder(const struct check *k, bool udp,
					   const struct sa *sa)
{
	for (size_t i = 0; i < k->held_count; i++) {
		const struct check_held *held = &k->held[i];
		socklen_t len = sizeof(int);
		struct sa there;
		int type = 0;

		sa_init(&there, AF_UNSPEC);
		there.len = sizeof(there.u);
		if (getsockname(held->fd, &there.u.sa, &there.len) < 0 ||
		    getsockopt(held->fd, SOL_SOCKET, SO_TYPE, &type, &len) < 0)
			continue;
		if ((type == SOCK_DGRAM) == udp && overlap(udp, &there, sa))
			return held;
	}

	return NULL;
}


static void tell_in_use(struct check *k, const char *key, size_t i, bool udp,
			const struct sa *sa)
{
	const struct check_held *own = own_holder(k, udp, sa);
	const char *protocol = udp ? "UDP" : "TCP";
	struct check_holder h;
	char text[80], where[320];

	(void)re_snprintf(text, sizeof(text), "%J", sa);
	if (own) {
		check_problem(k, key, i, "%s by %s is taken by %s (%s)", text,
			      protocol, own->key,
			      config_where(k->c, own->key, own->i, where,
					   sizeof(where)));
		return;
	}

	if (!check_holder_find(&h, udp, sa))
		memset(&h, 0, sizeof(h));
	if (k->running && (h.pid == k->running || h.parent == k->running))
		check_note(k, key, i,
			   "%s by %s is in use by the parleyd that runs, "
			   "process %d",
			   text, protocol, (int)k->running);
	else if (h.pid)
		check_problem(k, key, i,
			      "%s by %s is in use by process %d, %s", text,
			      protocol, (int)h.pid, h.name);
	else if (k->running)
		check_note(k, key, i,
			   "%s by %s is in use; by whom, this user may not "
			   "see: perhaps the parleyd that runs, process %d",
			   text, protocol, (int)k->running);
	else
		check_problem(k, key, i,
			      "%s by %s is in use; by whom, this user may not "
			      "see",
			      text, protocol);
}


static void tell(struct check *k, const char *key, size_t i, bool udp,
		 const struct sa *sa, int err)
{
	char text[80];

	(void)re_snprintf(text, sizeof(text), "%j", sa);
	switch (err) {

	case EADDRINUSE: tell_in_use(k, key, i, udp, sa); break;
	case EADDRNOTAVAIL:
		check_problem(k, key, i,
			      "%s is no address of this host; where a 1:1 NAT "
			      "makes it of one, write LOCAL/%s",
			      text, text);
		break;
	case EACCES:
		check_problem(k, key, i,
			      "port %u is for root: start parleyd as root or "
			      "with CAP_NET_BIND_SERVICE",
			      sa_port(sa));
		break;
	default:
		check_problem(k, key, i, "%s cannot be bound: %s", text,
			      strerror(err));
	}
}


/* beside a parleyd that runs none listens: callers would come here */
static void check_one(struct check *k, const char *key, size_t i, bool udp,
		      const struct sa *sa)
{
	int fd, err = bind_one(&fd, udp, !udp && !k->running, sa);

	if (err)
		tell(k, key, i, udp, sa, err);
	else if (k->held_count == CHECK_HELD_MAX)
		(void)close(fd);
	else
		k->held[k->held_count++] = (struct check_held){fd, key, i};
}


static void check_listeners(struct check *k)
{
	const struct config *c = k->c;
	size_t i;

	for (i = 0; i < c->sip_listen_count; i++) {
		check_one(k, "sip_listen", i, true, &c->sip_listen[i]);
		check_one(k, "sip_listen", i, false, &c->sip_listen[i]);
	}
	for (i = 0; i < c->sip_tls_listen_count; i++)
		check_one(k, "sip_tls_listen", i, false,
			  &c->sip_tls_listen[i]);
	for (i = 0; i < c->https_listen_count; i++)
		check_one(k, "https_listen", i, false, &c->https_listen[i]);
	for (i = 0; i < c->http_listen_count; i++)
		check_one(k, "http_listen", i, false, &c->http_listen[i]);
}


/** @return There is such an address */
static bool check_address(struct check *k, size_t i)
{
	const struct sa *sa = &k->c->media_address[i];
	int fd, err = bind_one(&fd, true, false, sa);

	if (err)
		tell(k, "media_address", i, true, sa, err);
	else
		(void)close(fd);

	return !err;
}


static void check_webrtc(struct check *k, size_t i)
{
	const struct config *c = k->c;
	struct sa sa = c->media_address[i];

	for (unsigned m = 0; c->webrtc_port && m < c->mixers; m++) {
		sa_set_port(&sa, (uint16_t)(c->webrtc_port + m));
		check_one(k, "webrtc_port", 0, true, &sa);
	}
}


/** Some that others have are passed over by the mixers; half of them are not
 */
static void check_rtp(struct check *k, size_t i)
{
	const struct config *c = k->c;
	struct sa sa = c->media_address[i];
	unsigned taken = 0, first = 0;
	const unsigned all = c->rtp_port_max - c->rtp_port_min + 1u;

	for (unsigned port = c->rtp_port_min; port <= c->rtp_port_max;
	     port++) {
		int fd;

		sa_set_port(&sa, (uint16_t)port);
		if (!bind_one(&fd, true, false, &sa))
			(void)close(fd);
		else if (!taken++)
			first = port;
	}
	if (!taken)
		return;

	sa_set_port(&sa, 0);
	if (2 * taken > all && !k->running)
		check_problem(k, "rtp_ports", 0,
			      "%u of %u ports are in use, the first is %u",
			      taken, all, first);
	else
		check_note(k, "rtp_ports", 0,
			   "%u of %u ports are in use, the first is %u; they "
			   "are passed over",
			   taken, all, first);
}


static void check_range(struct check *k)
{
	const struct config *c = k->c;
	unsigned first = 0, last = 0;
	const unsigned end = c->webrtc_port + c->mixers - 1;
	FILE *f;

	if (c->webrtc_port && c->webrtc_port <= c->rtp_port_max &&
	    end >= c->rtp_port_min)
		check_problem(k, "rtp_ports", 0,
			      "overlaps with webrtc_port, which is %u to %u "
			      "for %u mixers",
			      c->webrtc_port, end, c->mixers);

	f = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");
	if (!f)
		return;
	if (fscanf(f, "%u %u", &first, &last) == 2 &&
	    c->rtp_port_min <= last && c->rtp_port_max >= first)
		check_note(k, "rtp_ports", 0,
			   "overlaps with ports that the kernel gives to "
			   "other programs, %u to %u "
			   "(net.ipv4.ip_local_port_range)",
			   first, last);
	(void)fclose(f);
}


/** Who is called by an address outside and sends sound to one inside hears
 *  nothing */
static void check_nat(struct check *k)
{
	static const struct {
		const char *key;
		size_t advertised, count;
	} keys[] = {{"sip_listen", offsetof(struct config, sip_advertised),
		     offsetof(struct config, sip_listen_count)},
		    {"sip_tls_listen",
		     offsetof(struct config, sip_tls_advertised),
		     offsetof(struct config, sip_tls_listen_count)},
		    {"https_listen", offsetof(struct config, https_advertised),
		     offsetof(struct config, https_listen_count)}};
	const struct config *c = k->c;

	for (size_t i = 0; i < c->media_address_count; i++) {
		if (sa_isset(&c->media_advertised[i], SA_ADDR))
			return;
	}

	for (size_t n = 0; n < ARRAY_SIZE(keys); n++) {
		const char *base = (const char *)c;
		const struct sa *v =
			(const struct sa *)(base + keys[n].advertised);
		const size_t count = *(const size_t *)(base + keys[n].count);

		for (size_t i = 0; i < count; i++) {
			if (sa_isset(&v[i], SA_ADDR))
				check_note(k, keys[n].key, i,
					   "is behind a NAT, and "
					   "media_address is not: callers "
					   "outside will hear nothing");
		}
	}
}


void check_ports(struct check *k)
{
	bool there[CONFIG_LISTEN_MAX];

	check_range(k);
	check_nat(k);
	/* before anything is held that others may want meanwhile */
	for (size_t i = 0; i < k->c->media_address_count; i++) {
		there[i] = check_address(k, i);
		if (there[i])
			check_rtp(k, i);
	}

	check_listeners(k);
	for (size_t i = 0; i < k->c->media_address_count; i++) {
		if (there[i])
			check_webrtc(k, i);
	}
	for (size_t i = 0; i < k->held_count; i++)
		(void)close(k->held[i].fd);
	k->held_count = 0;
}

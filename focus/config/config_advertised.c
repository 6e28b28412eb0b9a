/**
 * @file focus/config/config_advertised.c  Our addresses from outside a 1:1 NAT
 */
#include "focus/config/config.h"


/** The addresses of one key */
struct mapping {
	const struct sa *local, *advertised;
	size_t count;
};


static struct mapping mapping_of(const struct config *c,
				 enum config_service of)
{
	switch (of) {

	case CONFIG_SERVICE_SIP:
		return (struct mapping){c->sip_listen, c->sip_advertised,
					c->sip_listen_count};
	case CONFIG_SERVICE_SIP_TLS:
		return (struct mapping){c->sip_tls_listen,
					c->sip_tls_advertised,
					c->sip_tls_listen_count};
	case CONFIG_SERVICE_HTTPS:
		return (struct mapping){c->https_listen, c->https_advertised,
					c->https_listen_count};
	default:
		return (struct mapping){c->media_address, c->media_advertised,
					c->media_address_count};
	}
}


/** Is it an address of that listener? */
static bool listens_at(const struct sa *listen, const struct sa *sa)
{
	return sa_af(listen) == sa_af(sa) &&
	       (!sa_port(listen) || sa_port(listen) == sa_port(sa)) &&
	       (sa_is_any(listen) || sa_cmp(listen, sa, SA_ADDR));
}


/** The port stays where the NAT says nothing of it */
static void become(struct sa *sa, const struct sa *advertised)
{
	const uint16_t port =
		sa_port(advertised) ? sa_port(advertised) : sa_port(sa);

	*sa = *advertised;
	sa_set_port(sa, port);
}


void config_advertise(const struct config *c, enum config_service of,
		      struct sa *sa)
{
	const struct mapping m = mapping_of(c, of);
	size_t i;

	if (sa_is_loopback(sa))
		return;

	for (i = 0; of != CONFIG_SERVICE_NONE && i < m.count; i++) {
		if (sa_isset(&m.advertised[i], SA_ADDR) &&
		    listens_at(&m.local[i], sa)) {
			become(sa, &m.advertised[i]);
			return;
		}
	}

	for (i = 0; i < c->media_address_count; i++) {
		if (sa_isset(&c->media_advertised[i], SA_ADDR) &&
		    sa_cmp(&c->media_address[i], sa, SA_ADDR)) {
			become(sa, &c->media_advertised[i]);
			return;
		}
	}
}


const struct sa *config_advertised(const struct config *c, size_t i)
{
	for (int of = CONFIG_SERVICE_SIP; of <= CONFIG_SERVICE_NONE; of++) {
		const struct mapping m = mapping_of(c, of);

		for (size_t k = 0; k < m.count; k++) {
			if (sa_isset(&m.advertised[k], SA_ADDR) && !i--)
				return &m.advertised[k];
		}
	}

	return NULL;
}

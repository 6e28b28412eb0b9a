/**
 * @file signaling/message/host.c  Is a URI's host this server?
 */
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include "focus/config/config.h"
#include "signaling/message/flow.h"
#include "signaling/message/host.h"

enum { HOST_MAX = 256 };

static bool address_among(const struct sa *sa, const struct sa v[], size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (sa_cmp(&v[i], sa, SA_ADDR))
			return true;
	}
	return false;
}

/** What a 1:1 NAT makes of ours */
static bool is_advertised(const struct config *c, const struct sa *sa)
{
	const struct sa *one;
	size_t i;

	for (i = 0; (one = config_advertised(c, i)) != NULL; i++) {
		if (sa_cmp(one, sa, SA_ADDR))
			return true;
	}
	return false;
}

struct local_search {
	const struct sa *sa;
	bool found;
};

static bool interface_h(const char *name, const struct sa *sa, void *arg)
{
	struct local_search *search = arg;
	(void)name;

	search->found = sa_cmp(sa, search->sa, SA_ADDR);
	return search->found;
}

static bool name_is_ours(const struct pl *host, const struct flow_info *flow)
{
	char name[HOST_MAX];

	if (!pl_strcasecmp(host, "localhost"))
		return !flow || sa_is_loopback(&flow->local);
	if (gethostname(name, sizeof(name)))
		return false;
	name[sizeof(name) - 1] = '\0';

	return !pl_strcasecmp(host, name);
}

/** A core often gives its conferences a host of their own in its domain
 *  (TS 23.003 section 13.10) */
static bool is_conference_host(const struct pl *host, const char *domain)
{
	static const char *const labels[] = {"conf", "conference",
					     "conf-factory"};
	struct pl rest;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(labels); i++) {
		size_t len = strlen(labels[i]);

		if (host->l <= len + 1 || host->p[len] != '.' ||
		    strncasecmp(host->p, labels[i], len) != 0)
			continue;
		rest.p = host->p + len + 1;
		rest.l = host->l - len - 1;
		return !pl_strcasecmp(&rest, domain);
	}
	return false;
}

bool host_is_ours(const struct config *config, const struct pl *host,
		  const struct flow_info *flow)
{
	const struct config *c = config;
	struct local_search search = {NULL, false};
	struct sa sa;

	if (str_isset(c->domain) && (!pl_strcasecmp(host, c->domain) ||
				     is_conference_host(host, c->domain)))
		return true;
	if (sa_set(&sa, host, 0))
		return name_is_ours(host, flow);
	if ((flow && sa_cmp(&sa, &flow->local, SA_ADDR)) ||
	    address_among(&sa, c->sip_listen, c->sip_listen_count) ||
	    address_among(&sa, c->sip_tls_listen, c->sip_tls_listen_count) ||
	    address_among(&sa, c->https_listen, c->https_listen_count) ||
	    address_among(&sa, c->media_address, c->media_address_count) ||
	    is_advertised(c, &sa))
		return true;

	search.sa = &sa;
	(void)net_if_apply(interface_h, &search);

	return search.found;
}

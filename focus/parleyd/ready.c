/**
 * @file focus/parleyd/ready.c  The line that says where to call
 */
#include <stdio.h>
#include <string.h>
#include "focus/parleyd/daemon.h"
#include "signaling/transport/layer.h"
#include "signaling/web/page.h"


/** A host that other machines can use, for a wildcard address our own
 *
 * @param outside Is the address there where a 1:1 NAT says one, else as bound
 */
static void print_host(char *dst, size_t size, const struct config *c,
		       const struct sa *bound, const struct sa *outside)
{
	struct sa sa = *outside;

	if (*c->domain && sa_is_any(bound)) {
		(void)re_snprintf(dst, size, "%s:%u", c->domain, sa_port(&sa));
		return;
	}

	if (sa_is_any(&sa) && c->media_address_count) {
		sa = c->media_address[0];
		config_advertise(c, CONFIG_SERVICE_NONE, &sa);
		sa_set_port(&sa, sa_port(outside));
	}

	(void)re_snprintf(dst, size, "%J", &sa);
}


void daemon_print_ready(const struct daemon *d)
{
	const struct sa *bound;
	struct sa outside;
	char host[320];

	printf("parleyd ready");

	for (int secure = 1; secure >= 0; secure--) {
		bound = page_addr(d->page, secure);
		if (!bound)
			continue;
		outside = *bound;
		if (secure)
			config_advertise(d->config, CONFIG_SERVICE_HTTPS,
					 &outside);
		print_host(host, sizeof(host), d->config, bound, &outside);
		printf(" join=http%s://%s/", secure ? "s" : "", host);
	}

	bound = layer_sip_addr(d->layer);
	if (!layer_sip_advertised(d->layer, &outside) &&
	    sa_isset(&outside, SA_PORT)) {
		print_host(host, sizeof(host), d->config, bound, &outside);
		printf(" dial=sip:NAME@%s", host);
	}

	printf(" control=%s\n", d->config->control_socket);
	(void)fflush(stdout);
}

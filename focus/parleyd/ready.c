/**
 * @file focus/parleyd/ready.c  The line that says where to call
 */
#include <stdio.h>
#include <string.h>
#include "focus/parleyd/daemon.h"
#include "signaling/transport/layer.h"
#include "signaling/web/page.h"


/** A host that other machines can use, for a wildcard address our own */
static void print_host(char *dst, size_t size, const struct daemon *d,
		       const struct sa *sa)
{
	const struct config *c = d->config;
	char host[64];

	if (*c->domain && sa_is_any(sa)) {
		(void)snprintf(dst, size, "%s:%u", c->domain, sa_port(sa));
		return;
	}

	if (sa_is_any(sa) && c->media_address_count)
		(void)sa_ntop(&c->media_address[0], host, sizeof(host));
	else
		(void)sa_ntop(sa, host, sizeof(host));

	(void)snprintf(dst, size, strchr(host, ':') ? "[%s]:%u" : "%s:%u",
		       host, sa_port(sa));
}


void daemon_print_ready(const struct daemon *d)
{
	const struct sa *sa;
	char host[320];

	printf("parleyd ready");

	for (int secure = 1; secure >= 0; secure--) {
		sa = page_addr(d->page, secure);
		if (!sa)
			continue;
		print_host(host, sizeof(host), d, sa);
		printf(" join=http%s://%s/", secure ? "s" : "", host);
	}

	sa = layer_sip_addr(d->layer);
	if (sa && sa_isset(sa, SA_PORT)) {
		print_host(host, sizeof(host), d, sa);
		printf(" dial=sip:NAME@%s", host);
	}

	printf(" control=%s\n", d->config->control_socket);
	(void)fflush(stdout);
}

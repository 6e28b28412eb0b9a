/**
 * @file signaling/transport/hosts.c  /etc/hosts
 */
#include <string.h>
#include "signaling/transport/transport_private.h"

enum { HOSTS_LINE_MAX = 1024 };


/** @return It is on that line, and `sa` its address */
static bool row_read(char *line, const char *host, struct sa *sa)
{
	char *save = NULL, *addr, *name;

	line[strcspn(line, "#\r\n")] = '\0';
	addr = strtok_r(line, " \t", &save);
	if (!addr || sa_set_str(sa, addr, 0))
		return false;
	while ((name = strtok_r(NULL, " \t", &save))) {
		if (!str_casecmp(name, host))
			return true;
	}
	return false;
}


void resolve_hosts_read(FILE *f, const char *host, resolve_hosts_h *h,
			void *arg)
{
	char line[HOSTS_LINE_MAX];
	struct sa sa;

	while (fgets(line, sizeof(line), f)) {
		if (row_read(line, host, &sa) && h(&sa, arg))
			return;
	}
}


void resolve_hosts_each(const char *host, resolve_hosts_h *h, void *arg)
{
	FILE *f = fopen("/etc/hosts", "re");

	if (!f)
		return;
	resolve_hosts_read(f, host, h, arg);
	(void)fclose(f);
}


static bool first_h(const struct sa *sa, void *arg)
{
	struct sa *first = arg;

	*first = *sa;

	return true;
}


bool resolve_hosts(const char *host, uint16_t port, struct sa *sa)
{
	struct sa first;

	sa_init(&first, AF_UNSPEC);
	resolve_hosts_each(host, first_h, &first);
	if (sa_af(&first) == AF_UNSPEC)
		return false;
	*sa = first;
	sa_set_port(sa, port);

	return true;
}

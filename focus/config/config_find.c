/**
 * @file focus/config/config_find.c  What parleyd finds out by itself at start
 *
 * So that `parleyd` without a file works for a user without root: addresses
 * of the host, folders that can be written, programs beside our own.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "focus/config/config_value.h"


struct address_search {
	struct config *c;
	int af;
	bool loopback;
};


/** Without zones (%eth0) and tunnels' link-locals nobody could reach */
static bool address_h(const char *ifname, const struct sa *sa, void *arg)
{
	const struct address_search *s = arg;
	struct config *c = s->c;

	(void)ifname;

	if (sa_af(sa) != s->af || sa_is_loopback(sa) != s->loopback ||
	    sa_is_linklocal(sa) || sa_is_any(sa))
		return false;

	for (size_t i = 0; i < c->media_address_count; i++) {
		if (sa_cmp(&c->media_address[i], sa, SA_ADDR))
			return false;
	}

	if (c->media_address_count >= CONFIG_LISTEN_MAX)
		return true;

	c->media_address[c->media_address_count] = *sa;
	sa_set_port(&c->media_address[c->media_address_count++], 0);

	return false;
}


/** The host's own: IPv4, global IPv6, and loopback last */
static int find_media_address(struct config *c)
{
	const struct {
		int af;
		bool loopback;
	} order[] = {{AF_INET, false}, {AF_INET6, false}, {AF_INET, true}};

	c->media_address_count = 0;

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		struct address_search s = {c, order[i].af, order[i].loopback};

		/* loopback needs a place of its own at the end */
		if (order[i].loopback &&
		    c->media_address_count == CONFIG_LISTEN_MAX)
			c->media_address_count--;

		(void)net_if_apply(address_h, &s);
	}

	if (!c->media_address_count)
		return sa_set_str(&c->media_address[c->media_address_count++],
				  "127.0.0.1", 0);

	return 0;
}


struct family_search {
	struct sa *sa;
	int af;
};


static bool family_h(const char *ifname, const struct sa *sa, void *arg)
{
	const struct family_search *s = arg;

	(void)ifname;

	if (sa_af(sa) != s->af || sa_is_loopback(sa) || sa_is_linklocal(sa) ||
	    sa_is_any(sa))
		return false;

	*s->sa = *sa;
	sa_set_port(s->sa, 0);

	return true;
}


/** "0.0.0.0/203.0.113.7": the first of the host's own is behind the NAT */
static int find_mapped_address(struct config *c)
{
	for (size_t i = 0; i < c->media_address_count; i++) {
		struct sa *sa = &c->media_address[i];
		struct family_search s = {sa, sa_af(sa)};

		if (!sa_is_any(sa))
			continue;

		(void)net_if_apply(family_h, &s);
		if (sa_is_any(sa))
			return EADDRNOTAVAIL;
	}

	return 0;
}


static int replace(char **str, const char *path)
{
	char *dup;
	int err;

	err = str_dup(&dup, path);
	if (err)
		return err;

	mem_deref(*str);
	*str = dup;

	return 0;
}


/** @return true if the folder can be written, or made in its parent */
static bool writable(const char *folder)
{
	char parent[PATH_MAX];
	char *slash;

	if (!access(folder, F_OK))
		return !access(folder, W_OK | X_OK);

	(void)snprintf(parent, sizeof(parent), "%s", folder);
	slash = strrchr(parent, '/');
	if (!slash || slash == parent)
		return false;

	*slash = '\0';

	return !access(parent, W_OK | X_OK);
}


static int find_control_socket(struct config *c)
{
	const char *run = getenv("XDG_RUNTIME_DIR");
	char path[PATH_MAX];

	if (writable("/run/parley"))
		(void)snprintf(path, sizeof(path), "/run/parley/parley.sock");
	else if (run && *run && writable(run))
		(void)snprintf(path, sizeof(path), "%s/parley/parley.sock",
			       run);
	else
		(void)snprintf(path, sizeof(path),
			       "/tmp/parley-%u/parley.sock",
			       (unsigned)geteuid());

	return replace(&c->control_socket, path);
}


static int find_data_dir(struct config *c)
{
	const char *home = getenv("HOME");
	const char *data = getenv("XDG_DATA_HOME");
	char path[PATH_MAX];

	if (writable("/var/lib/parley"))
		(void)snprintf(path, sizeof(path), "/var/lib/parley");
	else if (data && *data)
		(void)snprintf(path, sizeof(path), "%s/parley", data);
	else if (home && *home && !access(home, W_OK | X_OK))
		(void)snprintf(path, sizeof(path), "%s/.local/share/parley",
			       home);
	else
		(void)snprintf(path, sizeof(path), "/tmp/parley-%u/data",
			       (unsigned)geteuid());

	return replace(&c->data_dir, path);
}


/** Folder of our own program, without the slash */
static void own_folder(char *dst, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", dst, size - 1);
	char *slash;

	dst[n > 0 ? n : 0] = '\0';
	slash = strrchr(dst, '/');
	if (slash)
		*slash = '\0';
}


static int find_mixer_program(struct config *c)
{
	char folder[PATH_MAX - 32], path[PATH_MAX];

	own_folder(folder, sizeof(folder));
	(void)snprintf(path, sizeof(path), "%s/parley-mixer", folder);
	if (access(path, X_OK))
		(void)snprintf(path, sizeof(path),
			       "/usr/libexec/parley/parley-mixer");

	return replace(&c->mixer_program, path);
}


static int find_web_dir(struct config *c)
{
	static const char *const beside[] = {"../../web/dist", "../web/dist",
					     "../share/parley/web"};
	char folder[PATH_MAX - 32], path[PATH_MAX], real[PATH_MAX];

	own_folder(folder, sizeof(folder));

	for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder, beside[i]);
		if (realpath(path, real))
			return replace(&c->web_dir, real);
	}

	return replace(&c->web_dir, "/usr/share/parley/web");
}


static unsigned find_mixers(void)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (cores < 1)
		return 1;

	return cores > CONFIG_MIXERS_MAX ? CONFIG_MIXERS_MAX : (unsigned)cores;
}


int config_value_find(struct config *c, bool media_given)
{
	int err;

	if (!c->mixers)
		c->mixers = find_mixers();
	c->media_found = !media_given;
	err = media_given ? find_mapped_address(c) : find_media_address(c);
	if (!*c->control_socket)
		err |= find_control_socket(c);
	if (!*c->data_dir)
		err |= find_data_dir(c);
	if (!*c->mixer_program)
		err |= find_mixer_program(c);
	if (!*c->web_dir)
		err |= find_web_dir(c);

	return err;
}

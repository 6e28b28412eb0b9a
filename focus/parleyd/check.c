/**
 * @file focus/parleyd/check.c  What -t looks at beside the text of the file
 */
#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "focus/config/config_turn.h"
#include "focus/parleyd/check.h"
#include "focus/parleyd/parleyd_private.h"
#include "focus/parleyd/options.h"
#include "focus/policy/policy.h"
#include "signaling/http/certificate.h"


enum { WORDS_BYTES = 640 };


static void say(const struct check *k, const char *key, size_t i,
		const char *kind, const char *fmt, va_list ap)
{
	char words[WORDS_BYTES], where[320];

	(void)vsnprintf(words, sizeof(words), fmt, ap);
	printf("%s: %s: %s%s\n",
	       config_where(k->c, key, i, where, sizeof(where)), key, kind,
	       words);
}


void check_problem(struct check *k, const char *key, size_t i, const char *fmt,
		   ...)
{
	va_list ap;

	++k->problems;
	va_start(ap, fmt);
	say(k, key, i, "", fmt, ap);
	va_end(ap);
}


void check_note(struct check *k, const char *key, size_t i, const char *fmt,
		...)
{
	va_list ap;

	va_start(ap, fmt);
	say(k, key, i, "note: ", fmt, ap);
	va_end(ap);
}


/* -------------------------------------------------------------- files */

/** The folder, or the one that it would be made in */
static bool can_be_made(const char *path, char *part, size_t size)
{
	(void)snprintf(part, size, "%s", path);
	while (access(part, F_OK) && errno == ENOENT) {
		char *slash = strrchr(part, '/');

		if (!slash) {
			(void)snprintf(part, size, ".");
			break;
		}
		/* the root itself is there */
		slash[slash == part] = '\0';
	}

	return !access(part, W_OK | X_OK);
}


static void check_folder(struct check *k, const char *key, const char *path)
{
	char part[PATH_MAX];
	struct stat st;

	if (!stat(path, &st) && !S_ISDIR(st.st_mode))
		check_problem(k, key, 0, "%s is no folder", path);
	else if (!can_be_made(path, part, sizeof(part)))
		check_problem(k, key, 0, "%s cannot be written: %s: %s", path,
			      part, strerror(errno));
}


static void check_announcements(struct check *k)
{
	const char *path = k->c->announcements_dir;
	struct stat st;

	if (!*path)
		return;

	if (stat(path, &st))
		check_problem(k, "announcements_dir", 0, "%s: %s", path,
			      strerror(errno));
	else if (!S_ISDIR(st.st_mode))
		check_problem(k, "announcements_dir", 0, "%s is no folder",
			      path);
}


static void check_socket(struct check *k)
{
	const char *path = k->c->control_socket;
	char folder[PATH_MAX];
	char *slash;
	struct stat st;

	if (strlen(path) >= sizeof(((struct sockaddr_un *)0)->sun_path)) {
		check_problem(k, "control_socket", 0,
			      "%s is too long for a socket", path);
		return;
	}

	if (!lstat(path, &st) && !S_ISSOCK(st.st_mode)) {
		check_problem(k, "control_socket", 0,
			      "%s is there and no socket", path);
		return;
	}

	(void)snprintf(folder, sizeof(folder), "%s", path);
	slash = strrchr(folder, '/');
	if (slash)
		*slash = '\0';
	check_folder(k, "control_socket",
		     !slash            ? "."
		     : slash == folder ? "/"
				       : folder);
	if (k->running)
		check_note(k, "control_socket", 0,
			   "a parleyd runs there, process %d",
			   (int)k->running);
}


static void check_programs(struct check *k)
{
	const char *mixer = k->c->mixer_program, *web = k->c->web_dir;
	char page[PATH_MAX];
	struct stat st;

	if (access(mixer, X_OK))
		check_problem(k, "mixer_program", 0, "%s: %s", mixer,
			      strerror(errno));
	else if (!stat(mixer, &st) && !S_ISREG(st.st_mode))
		check_problem(k, "mixer_program", 0, "%s is no program",
			      mixer);

	(void)snprintf(page, sizeof(page), "%s/index.html", web);
	if ((k->c->https_listen_count || k->c->http_listen_count) &&
	    access(page, R_OK))
		check_problem(k, "web_dir", 0, "%s: %s", page,
			      strerror(errno));
}


static void certificate_h(const char *key, const char *words, void *arg)
{
	check_problem(arg, key, 0, "%s", words);
}


/* -------------------------------------------------------- users, names */

/** Who is not root becomes nobody else, but root may start it some day */
static void check_user(struct check *k)
{
	const char *name = k->c->run_as;
	struct run_as user;
	int err;

	if (geteuid()) {
		if (*name && strcmp(name, "root") != 0 && !getpwnam(name) &&
		    name[strspn(name, "0123456789")])
			check_problem(k, "run_as", 0, "there is no user %s",
				      name);
		return;
	}

	err = run_as_find(&user, name);
	if (err == ENOENT)
		check_problem(k, "run_as", 0, "there is no user %s", name);
	else if (err)
		check_problem(k, "run_as", 0, "this root cannot become %s: %s",
			      name, strerror(err));
}


static bool is_own_h(const char *ifname, const struct sa *sa, void *arg)
{
	(void)ifname;

	return sa_cmp(sa, arg, SA_ADDR);
}


static bool is_own(const struct config *c, const struct sa *sa)
{
	struct sa wanted = *sa;
	const struct sa *outside;

	for (size_t i = 0; (outside = config_advertised(c, i)) != NULL; i++) {
		if (sa_cmp(outside, sa, SA_ADDR))
			return true;
	}

	return net_if_apply(is_own_h, &wanted);
}


/** A proxy may stand before us, and names may be looked up elsewhere: what is
 *  found is told and forbids nothing */
static void check_domain(struct check *k)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *all = NULL;
	const char *domain = k->c->domain;
	bool ours = false;
	int e;

	if (!*domain)
		return;

	/* nobody waits for name servers that are silent */
	(void)setenv("RES_OPTIONS", "timeout:1 attempts:1", 0);
	e = getaddrinfo(domain, NULL, &hints, &all);
	for (const struct addrinfo *a = all; !e && a && !ours;
	     a = a->ai_next) {
		struct sa sa;

		ours = !sa_set_sa(&sa, a->ai_addr) && is_own(k->c, &sa);
	}
	if (e)
		check_note(k, "domain", 0, "%s has no address: %s", domain,
			   gai_strerror(e));
	else if (!ours)
		check_note(k, "domain", 0,
			   "%s leads to another host: is a proxy there, or a "
			   "NAT whose address is not in media_address?",
			   domain);
	if (all)
		freeaddrinfo(all);
}


static void check_turn(struct check *k)
{
	for (size_t i = 0; i < k->c->turn_uri_count; i++) {
		const char *uri = k->c->turn_uri[i];

		if (config_turn_uri_needs_name(uri))
			check_note(k, "turn_uri", i,
				   "%s: Firefox takes the name of a host "
				   "there, and no address",
				   uri);
	}
}


/* --------------------------------------------------------------- all */

static pid_t find_running(const struct config *c)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	socklen_t len = sizeof(struct ucred);
	struct ucred peer = {0};
	int fd;

	if (strlen(c->control_socket) >= sizeof(addr.sun_path))
		return 0;

	memcpy(addr.sun_path, c->control_socket, strlen(c->control_socket));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return 0;

	if (connect(fd, (const struct sockaddr *)&addr, sizeof(addr)) < 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		peer.pid = 0;
	(void)close(fd);

	return peer.pid;
}


static void problem_h(const char *words, void *arg)
{
	(void)arg;
	printf("%s\n", words);
}


int check_configuration(const struct options *o)
{
	static struct check k;
	struct config *c = NULL;
	const char *words = NULL;
	char text[WORDS_BYTES];
	size_t which;
	int err;

	err = config_load_all(&c, o->file, o->overrides, o->override_count,
			      problem_h, NULL);
	if (err)
		return EXIT_FAILURE;

	k.c = c;
	k.running = find_running(c);
	if (policy_check(c, &words, &which)) {
		++k.problems;
		options_tell_policy(c, words, which, text, sizeof(text));
		printf("%s\n", text);
	}
	check_ports(&k);
	certificate_check(c, certificate_h, &k);
	check_folder(&k, "data_dir", c->data_dir);
	check_announcements(&k);
	check_socket(&k);
	check_programs(&k);
	check_user(&k);
	check_domain(&k);
	check_turn(&k);
	if (!k.problems)
		printf("%s: good\n", o->file ? o->file : "defaults");
	mem_deref(c);

	return k.problems ? EXIT_FAILURE : EXIT_SUCCESS;
}

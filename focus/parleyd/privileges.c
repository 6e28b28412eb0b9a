/**
 * @file focus/parleyd/privileges.c  What parleyd gives up before it takes
 * calls
 */
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>
#include "focus/config/config.h"
#include "focus/mixers/mixer_process.h"
#include "focus/parleyd/privileges.h"
#include "focus/privileges/system_calls.h"
#include "mixer/base/log.h"


/** A file that SIGHUP reads again */
struct reread {
	const char *key;
	char *path; /**< without links, NULL: there is none */
};


/** While we may look into every folder */
static void reread_find(struct reread *r, const char *key, const char *path)
{
	r->key = key;
	r->path = str_isset(path) ? realpath(path, NULL) : NULL;
}


/**
 * The first folder on the way to a file that is closed to us, or the file
 *
 * @param path Is cut off behind it
 * @return NULL: it can be read
 */
static const char *closed_part(char *path)
{
	for (char *p = strchr(path + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		if (access(path, X_OK))
			return path;
		*p = '/';
	}

	return access(path, R_OK) ? path : NULL;
}


static void tell_closed(struct reread *r, const struct run_as *user)
{
	const struct group *gr = getgrgid(user->gid);
	char name[16], *path = r->path ? strdup(r->path) : NULL;
	const char *closed = path ? closed_part(path) : NULL, *group = name;

	(void)snprintf(name, sizeof(name), "%u", (unsigned)user->gid);
	if (gr)
		group = gr->gr_name;
	if (closed)
		log_warn("privileges",
			 "SIGHUP cannot read it again: let that user's group, "
			 "or start anew then key=%s file=%s user=%s error=%s "
			 "try=\"chgrp %s %s && chmod %s %s\"",
			 r->key, r->path, user->name, strerror(errno), group,
			 closed, strcmp(closed, r->path) ? "g+x" : "640",
			 closed);
	free(path);
	free(r->path);
}


/** Whatever else is in it, or may come into it, is not to be his */
static void give_data_dir(const struct config *c)
{
	static const char *const ours[] = {"parley.db*", "tls.pem", "instance",
					   "aka-*",      "*.sock",  NULL};
	const char *why;
	int err = run_as_give(&c->user, c->data_dir, ours);

	switch (err) {

	case 0:
	case ENOENT: return;
	case ENOTEMPTY: why = "there is more in it than Parley's files"; break;
	case EPERM: why = "anybody may write in it"; break;
	case EBUSY: why = "it is another user's home"; break;
	default: why = strerror(err);
	}

	log_warn("privileges",
		 "data_dir stays as it is: name a folder that is Parley's "
		 "alone path=%s user=%s why=\"%s\"",
		 c->data_dir, c->user.name, why);
}


static int become_user(const struct config *c, const char *file)
{
	struct reread reread[4];
	int err;

	give_data_dir(c);
	reread_find(&reread[0], "-f", file);
	reread_find(&reread[1], "tls_cert", c->tls_cert);
	reread_find(&reread[2], "tls_key", c->tls_key);
	reread_find(&reread[3], "turn_secret_file", c->turn_secret_file);
	err = run_as_become(&c->user, mixer_process_capabilities(c));
	if (!err)
		log_info("privileges", "given up user=%s uid=%u", c->user.name,
			 (unsigned)geteuid());
	for (size_t i = 0; i < sizeof(reread) / sizeof(reread[0]); i++)
		tell_closed(&reread[i], &c->user);

	return err;
}


int privileges_begin(struct config *c)
{
	int err = run_as_find(&c->user, c->run_as);

	if (!err && c->user.changes)
		mixer_process_hold(c);

	return err;
}


int privileges_give_up(const struct config *c, const char *file)
{
	const bool root = !geteuid();
	int err;

	if (c->user.changes) {
		err = become_user(c, file);
		if (err)
			log_error("privileges",
				  "cannot become key=run_as user=%s error=%s",
				  c->user.name, strerror(err));
		/* a container that has root alone is served all the same, but
		 * not where somebody else was asked for */
		if (err && *c->run_as)
			return err;
	}
	else if (root) {
		log_warn("privileges", "kept: parleyd is root");
	}

	err = system_calls_deny(geteuid() != 0);
	if (err)
		log_warn("privileges",
			 "system calls are not restricted "
			 "error=%s",
			 strerror(err));
#ifndef __SANITIZE_ADDRESS__
	/* who shares the user may not read our memory either */
	if (root)
		(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif

	return 0;
}

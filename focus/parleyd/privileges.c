/**
 * @file focus/parleyd/privileges.c  What parleyd gives up before it takes
 * calls
 */
#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>
#include "focus/config/config.h"
#include "focus/mixers/mixer_process.h"
#include "focus/parleyd/privileges.h"
#include "focus/privileges/system_calls.h"
#include "mixer/base/log.h"


/** A renewed one is taken by SIGHUP only if it can be read then */
static void tell_unreadable(const struct config *c, const char *key,
			    const char *path)
{
	if (str_isset(path) && access(path, R_OK))
		log_warn(
			"privileges",
			"a renewed file cannot be read by SIGHUP: let the user"
			" read it, or start anew key=%s file=%s user=%s"
			" error=%s",
			key, path, c->user.name, strerror(errno));
}


static int become_user(const struct config *c)
{
	static const char *const ours[] = {"parley.db*", "tls.pem", "instance",
					   "aka-*",      "*.sock",  NULL};
	int err;

	err = run_as_give(&c->user, c->data_dir, ours);
	if (err && err != ENOENT)
		log_warn("privileges",
			 "data_dir stays root's%s path=%s user=%s error=%s",
			 err == ENOTEMPTY
				 ? ": there is more in it than Parley's files"
				 : "",
			 c->data_dir, c->user.name, strerror(err));

	err = run_as_become(&c->user, mixer_process_capabilities(c));
	if (err)
		return err;

	log_info("privileges", "given up user=%s uid=%u", c->user.name,
		 (unsigned)geteuid());
	tell_unreadable(c, "tls_cert", c->tls_cert);
	tell_unreadable(c, "tls_key", c->tls_key);

	return 0;
}


int privileges_begin(struct config *c)
{
	int err = run_as_find(&c->user, c->run_as);

	if (!err && c->user.changes)
		mixer_process_hold(c);

	return err;
}


int privileges_give_up(const struct config *c)
{
	const bool root = !geteuid();
	int err;

	if (c->user.changes) {
		err = become_user(c);
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

/**
 * @file focus/parleyd/main.c  parleyd: start, signals, end
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>
#include "focus/conference/focus.h"
#include "focus/parleyd/check.h"
#include "focus/parleyd/daemon.h"
#include "focus/parleyd/privileges.h"
#include "focus/store/conference_store.h"
#include "focus/store/member_store.h"
#include "focus/store/store.h"
#include "focus/store/user_store.h"
#include "mixer/base/log_libre.h"


enum {
	DESCRIPTORS_MAX = 8192, /* libre's loop takes those below */
	STORE_RETRY_MS = 3000,
};


/** Where anybody may make folders (/tmp) another's may be in our way */
static int check_owner(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return errno;

	return !geteuid() || !st.st_uid || st.st_uid == geteuid() ? 0 : EPERM;
}


/** With all parents; private */
static int make_folder(const char *path)
{
	char part[512];
	int err;

	if (strlen(path) >= sizeof(part))
		return ENAMETOOLONG;

	for (const char *p = strchr(path + 1, '/');; p = strchr(p + 1, '/')) {
		size_t len = p ? (size_t)(p - path) : strlen(path);

		memcpy(part, path, len);
		part[len] = '\0';
		if (mkdir(part, 0700) < 0 && errno != EEXIST)
			return errno;

		err = check_owner(part);
		if (err || !p)
			return err;
	}
}


static void raise_limits(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;

	limit.rlim_cur = limit.rlim_max < DESCRIPTORS_MAX ? limit.rlim_max
							  : DESCRIPTORS_MAX;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}


static void signal_h(int flags, void *arg)
{
	struct daemon *d = arg;
	struct signalfd_siginfo info;

	(void)flags;

	if (read(d->signals, &info, sizeof(info)) != sizeof(info))
		return;

	if (info.ssi_signo == SIGHUP)
		daemon_reload(d);
	else
		daemon_end(d, (int)info.ssi_signo);
}


static int catch_signals(struct daemon *d)
{
	sigset_t set;

	(void)signal(SIGPIPE, SIG_IGN);

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return errno;

	d->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (d->signals < 0)
		return errno;

	return fd_listen(d->signals, FD_READ, signal_h, d);
}


/* -------------------------------------------------------------- start */

void daemon_fail(struct daemon *d, const char *part, int err)
{
	log_error("parleyd", "cannot start part=%s error=%s", part,
		  strerror(err));
	d->status = EXIT_FAILURE;
	re_cancel();
}


int daemon_start(struct daemon *d, const struct daemon_step steps[], size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int err = steps[i].start(d);

		if (err) {
			daemon_fail(d, steps[i].part, err);
			return err;
		}
	}

	return 0;
}


static int find_user(struct daemon *d)
{
	return privileges_begin(d->config);
}


/** Somebody else's may be a trap; one that cannot be made is lived without */
static int make_data_dir(struct daemon *d)
{
	int err = make_folder(d->config->data_dir);

	return err == EPERM ? err : 0;
}


static void retry_store_h(void *arg)
{
	struct daemon *d = arg;

	member_store_pause(d->members);
	conference_store_pause(d->conferences);
	if (user_store_retry(d->users))
		tmr_start(&d->store_retry, STORE_RETRY_MS, retry_store_h, d);
	conference_store_resume(d->conferences);
	focus_store_reopened(d->focus, member_store_resume(d->members));
}


static int open_store(struct daemon *d)
{
	int err = store_alloc(&d->store, d->config->data_dir);

	if (!err)
		err = user_store_alloc(&d->users, d->store, d->config->domain);
	if (!err)
		err = member_store_alloc(&d->members, d->store);
	if (!err)
		err = conference_store_alloc(&d->conferences, d->store);
	if (!err && store_state(d->store) != STORE_WRITABLE)
		tmr_start(&d->store_retry, STORE_RETRY_MS, retry_store_h, d);

	return err;
}


static int open_focus(struct daemon *d)
{
	int err = focus_alloc(&d->focus, d->config);

	if (!err) {
		focus_set_user_store(d->focus, d->users);
		focus_set_conference_store(d->focus, d->conferences);
		focus_set_member_store(d->focus, d->members);
	}

	return err;
}


static const struct daemon_step base[] = {
	{"run_as", find_user},      {"data_dir", make_data_dir},
	{"signals", catch_signals}, {"store", open_store},
	{"focus", open_focus},
};


static int run(struct daemon *d)
{
	int err;

	tmr_init(&d->store_retry);
	tmr_init(&d->daily);
	tmr_init(&d->tmr);
	log_level_set(d->config->log_level);
	supervisor_open(&d->supervisor);

	if (!daemon_start(d, base, sizeof(base) / sizeof(base[0]))) {
		/* one that cannot be started now is tried again until the
		 * deadline */
		(void)focus_start(d->focus, daemon_rooms_h, d);
		err = re_main(NULL);
		if (err)
			daemon_fail(d, "loop", err);
	}

	supervisor_close(&d->supervisor);
	tmr_cancel(&d->store_retry);
	tmr_cancel(&d->daily);
	tmr_cancel(&d->tmr);
	daemon_rooms_free(d);
	if (d->signals >= 0) {
		fd_close(d->signals);
		(void)close(d->signals);
	}

	return d->status;
}


int main(int argc, char *argv[])
{
	struct daemon d = {.signals = -1};
	struct config_error error;
	int status = options_read(&d.options, argc, argv);

	if (status >= 0)
		return status;

	raise_limits();
	if (libre_init())
		return EXIT_FAILURE;
	log_libre_start();
	(void)fd_setsize(DESCRIPTORS_MAX);

	if (d.options.check) {
		status = check_configuration(&d.options);
	}
	else if (options_load(&d.config, &d.options, &error)) {
		fprintf(stderr, "parleyd: %s\n", error.text);
		status = EXIT_FAILURE;
	}
	else {
		status = run(&d);
	}

	mem_deref(d.config);
	log_libre_stop();
	libre_close();

	return status;
}

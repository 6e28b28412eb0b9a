/**
 * @file focus/parleyd/main.c  parleyd: options, start, signals, end
 *
 * The one file of this folder that knows signaling: it puts the rooms
 * together, in order, and takes them apart in the reverse one.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>
#include "focus/conference/focus.h"
#include "focus/config/config.h"
#include "focus/parleyd/privileges.h"
#include "focus/parleyd/supervisor.h"
#include "focus/policy/policy.h"
#include "focus/store/store.h"
#include "focus/store/user_store.h"
#include "mixer/base/log.h"
#include "mixer/base/log_libre.h"
#include "mixer/base/re.h"
#include "signaling/account/account.h"
#include "signaling/auth/auth.h"
#include "signaling/auth/credentials.h"
#include "signaling/conference/acts.h"
#include "signaling/control/control.h"
#include "signaling/event/conference_events.h"
#include "signaling/event/notifier.h"
#include "signaling/http/certificate.h"
#include "signaling/registrar/registrar.h"
#include "signaling/session/session.h"
#include "signaling/transport/layer.h"
#include "signaling/web/page.h"


enum {
	OVERRIDES_MAX = 64,
	/** libre's loop takes descriptors below this number */
	DESCRIPTORS_MAX = 8192,
	/** Goodbyes may take so long */
	END_MAX_MS = 2500,
	DAY_MS = 86400000,
};

struct options {
	const char *file;
	const char *overrides[OVERRIDES_MAX];
	size_t override_count;
	bool check;
};

struct daemon {
	struct options options;
	struct config *config;
	struct store *store;
	struct user_store *users;
	struct focus *focus;
	struct transport_layer *layer;
	struct page *page;
	struct notifiers *notifiers;
	struct conference_events *events;
	struct auth *auth;
	struct registrar *registrar;
	struct credentials *credentials;
	struct accounts *accounts;
	struct sessions *sessions;
	struct control *control;
	struct supervisor supervisor;
	struct tmr daily;
	struct tmr tmr;
	int signals;
	int status;
	unsigned goodbyes; /**< still to be said */
	bool ending;
};


static void usage(void)
{
	printf("Usage: parleyd [-t] [-f FILE] [-o KEY=VALUE]...\n"
	       "\n"
	       "The conference server. It starts its media servers "
	       "(parley-mixer), opens its\nlisteners and prints one line "
	       "when it is ready:\n"
	       "\n"
	       "  parleyd ready join=URL [join=URL] dial=SIPURI "
	       "control=PATH\n"
	       "\n"
	       "  -f FILE       read the configuration from FILE\n"
	       "  -o KEY=VALUE  set one key, after the file; may repeat\n"
	       "  -t            check the configuration and exit (0 good, 1 "
	       "bad)\n"
	       "  -h            this text\n"
	       "  -V            the version\n"
	       "\n"
	       "Without a file it runs on its defaults and needs no root. "
	       "SIGTERM and SIGINT end\nit in order, SIGHUP reads log_level "
	       "and the\ncertificate's files anew.\n"
	       "\n"
	       "Try it:\n"
	       "  parleyd                                  then open "
	       "https://localhost:8443/demo\n"
	       "  parleyd -o sip_listen=127.0.0.1:0 -o log_level=debug\n"
	       "\n"
	       "Keys, with their defaults:\n");
	config_help();
}


/** @return -1: go on; else the exit status */
static int read_options(struct options *o, int argc, char *argv[])
{
	int c;

	while ((c = getopt(argc, argv, "f:o:thV")) != -1) {
		switch (c) {

		case 'f': o->file = optarg; break;
		case 'o':
			if (o->override_count == OVERRIDES_MAX) {
				fprintf(stderr, "parleyd: too many -o\n");
				return 2;
			}
			o->overrides[o->override_count++] = optarg;
			break;
		case 't': o->check = true; break;
		case 'h': usage(); return 0;
		case 'V': printf("parleyd %s\n", PARLEY_VERSION); return 0;
		default: fprintf(stderr, "Try 'parleyd -h'.\n"); return 2;
		}
	}

	if (optind < argc) {
		fprintf(stderr, "parleyd: what is '%s'? Try 'parleyd -h'.\n",
			argv[optind]);
		return 2;
	}

	return -1;
}


static int load(struct config **cp, const struct options *o)
{
	struct config_error error;
	const char *words = error.text;
	int err;

	err = config_load(cp, o->file, o->overrides, o->override_count,
			  &error);
	if (!err) {
		err = policy_check(*cp, &words);
		if (err)
			*cp = mem_deref(*cp);
	}
	if (err)
		fprintf(stderr, "parleyd: %s\n",
			words ? words : strerror(err));

	return err;
}


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


/* -------------------------------------------------------------- ready */

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


static void print_ready(const struct daemon *d)
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


static void fail(struct daemon *d, const char *what, int err)
{
	log_error("parleyd", "cannot start part=%s error=%s", what,
		  strerror(err));
	d->status = EXIT_FAILURE;
	re_cancel();
}


static json_t *stats_h(void *arg)
{
	const struct daemon *d = arg;
	json_t *o = json_object();

	if (d->layer)
		(void)json_object_set_new(o, "transport",
					  layer_stats(d->layer));
	if (d->sessions)
		(void)json_object_set_new(o, "sessions",
					  sessions_stats(d->sessions));
	if (d->notifiers)
		(void)json_object_set_new(o, "subscriptions",
					  notifiers_stats(d->notifiers));
	if (d->auth)
		(void)json_object_set_new(o, "auth", auth_stats(d->auth));
	if (d->registrar)
		(void)json_object_set_new(o, "registrar",
					  registrar_stats(d->registrar));

	if (d->accounts)
		(void)json_object_set_new(o, "accounts",
					  accounts_stats(d->accounts));
	if (d->store)
		(void)json_object_set_new(o, "store", store_stats(d->store));
	if (d->credentials)
		(void)json_object_set_new(o, "credentials",
					  credentials_stats(d->credentials));

	return o;
}


static void layer_exit_h(void *arg)
{
	(void)arg;

	re_cancel();
}


static void user_removed_h(const char *name, void *arg)
{
	registrar_forget(arg, name);
}


static int make_registrar(struct daemon *d)
{
	int err = auth_alloc(&d->auth, d->layer, d->config, d->users);

	if (!err)
		err = registrar_alloc(&d->registrar, d->layer, d->auth,
				      d->config);
	if (!err)
		user_store_set_removed_handler(d->users, user_removed_h,
					       d->registrar);

	return err;
}


static int make_sessions(struct daemon *d)
{
	const struct sessions_dependencies dependencies = {
		.layer = d->layer,
		.focus = d->focus,
		.config = d->config,
		.notifiers = d->notifiers,
		.events = d->events,
		.auth = d->auth,
		.registrar = d->registrar,
		.credentials = d->credentials,
		.accounts = d->accounts,
	};

	int err = sessions_alloc(&d->sessions, &dependencies);

	return err ? err : conference_acts_begin(d->sessions);
}


static int make_accounts(struct daemon *d)
{
	int err = credentials_alloc(&d->credentials, d->config);

	return err ? err
		   : accounts_alloc(&d->accounts, d->layer, d->config,
				    d->credentials);
}


static int make_events(struct daemon *d)
{
	int err = notifiers_alloc(&d->notifiers, d->layer, d->config);

	return err ? err
		   : conference_events_alloc(&d->events, d->focus,
					     d->notifiers, d->page);
}


static void tell_of_certificate(const struct daemon *d)
{
	if (d->config->https_listen_count || d->config->sip_tls_listen_count)
		certificate_tell(d->config);
}


static int read_certificate(const struct daemon *d)
{
	int err = layer_reload(d->layer);

	if (!err)
		err = page_reload(d->page);
	tell_of_certificate(d);

	return err;
}


/** One that was made anew, by us or by a client of ACME, is shown in time */
static void daily_h(void *arg)
{
	struct daemon *d = arg;

	tmr_start(&d->daily, DAY_MS, daily_h, d);
	(void)read_certificate(d);
}


static void ready_h(int err, void *arg)
{
	struct daemon *d = arg;
	const char *what = "mixers";

	if (d->ending)
		return;
	if (err) {
		log_error("parleyd",
			  "no mixer came up key=mixer_program "
			  "path=%s",
			  d->config->mixer_program);
		goto out;
	}

	what = "transport";
	err = layer_alloc(&d->layer, d->config, layer_exit_h, d);
	if (err)
		goto out;

	what = "page";
	err = page_alloc(&d->page, d->config, d->focus, d->layer);
	if (err)
		goto out;

	what = "subscriptions";
	err = make_events(d);
	if (err)
		goto out;

	what = "registrar";
	err = make_registrar(d);
	if (err)
		goto out;

	what = "accounts";
	err = make_accounts(d);
	if (err)
		goto out;

	what = "sessions";
	err = make_sessions(d);
	if (err)
		goto out;

	what = "control";
	err = control_alloc(&d->control, d->config, d->focus);
	if (err)
		goto out;

	what = "privileges";
	err = privileges_give_up(d->config);
	if (err)
		goto out;

	tell_of_certificate(d);
	tmr_start(&d->daily, DAY_MS, daily_h, d);
	print_ready(d);
	supervisor_ready(&d->supervisor);

out:
	if (err)
		fail(d, what, err);
}


/* ---------------------------------------------------------------- end */

static void deadline_h(void *arg)
{
	(void)arg;

	log_warn("parleyd", "goodbyes took too long");
	re_cancel();
}


static void focus_done_h(void *arg)
{
	struct daemon *d = arg;

	/* the sessions have waited for their transactions already */
	if (d->layer)
		layer_close(d->layer, true);
	else
		re_cancel();
}


static void goodbye_h(void *arg)
{
	struct daemon *d = arg;

	if (!--d->goodbyes)
		focus_shutdown(d->focus, focus_done_h, d);
}


static void end(struct daemon *d, int sig)
{
	if (d->ending) {
		re_cancel();
		return;
	}

	log_info("parleyd", "ending signal=%d", sig);
	d->ending = true;
	supervisor_stopping(&d->supervisor);
	tmr_start(&d->tmr, END_MAX_MS, deadline_h, d);
	d->control = mem_deref(d->control);

	d->goodbyes = 1;
	if (d->sessions) {
		d->goodbyes++;
		sessions_close(d->sessions, goodbye_h, d);
	}
	if (d->accounts) {
		d->goodbyes++;
		accounts_close(d->accounts, goodbye_h, d);
	}
	goodbye_h(d);
}


static void reload(struct daemon *d)
{
	struct config *fresh;
	int err;

	if (d->control)
		supervisor_reloading(&d->supervisor);
	if (load(&fresh, &d->options))
		goto out;

	log_level_set(fresh->log_level);
	mem_deref(fresh);
	err = read_certificate(d);
	log_info("parleyd", "reloaded certificate=%s", err ? "kept" : "read");

out:
	if (d->control)
		supervisor_ready(&d->supervisor);
}


static void signal_h(int flags, void *arg)
{
	struct daemon *d = arg;
	struct signalfd_siginfo info;

	(void)flags;

	if (read(d->signals, &info, sizeof(info)) != sizeof(info))
		return;

	if (info.ssi_signo == SIGHUP)
		reload(d);
	else
		end(d, (int)info.ssi_signo);
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


static int run(struct daemon *d)
{
	const char *what = "data_dir";
	int err;

	log_level_set(d->config->log_level);
	supervisor_open(&d->supervisor);

	err = privileges_begin(d->config);
	if (err) {
		what = "run_as";
		goto out;
	}

	/* somebody else's may be a trap; one that cannot be made is lived
	 * without */
	err = make_folder(d->config->data_dir);
	if (err == EPERM)
		goto out;

	what = "signals";
	err = catch_signals(d);
	if (err)
		goto out;

	what = "store";
	err = store_alloc(&d->store, d->config->data_dir);
	if (err)
		goto out;
	err = user_store_alloc(&d->users, d->store, d->config->domain);
	if (err)
		goto out;

	what = "focus";
	err = focus_alloc(&d->focus, d->config);
	if (err)
		goto out;

	focus_set_stats(d->focus, stats_h, d);
	focus_set_user_store(d->focus, d->users);

	/* one that cannot be started now is tried again until the deadline */
	(void)focus_start(d->focus, ready_h, d);
	err = re_main(NULL);

out:
	if (err)
		fail(d, what, err);

	supervisor_close(&d->supervisor);
	tmr_cancel(&d->daily);
	tmr_cancel(&d->tmr);
	d->control = mem_deref(d->control);
	d->sessions = mem_deref(d->sessions);
	d->events = mem_deref(d->events);
	d->accounts = mem_deref(d->accounts);
	d->credentials = mem_deref(d->credentials);
	d->registrar = mem_deref(d->registrar);
	d->auth = mem_deref(d->auth);
	d->notifiers = mem_deref(d->notifiers);
	d->page = mem_deref(d->page);
	d->layer = mem_deref(d->layer);
	d->focus = mem_deref(d->focus);
	d->users = mem_deref(d->users);
	d->store = mem_deref(d->store);
	if (d->signals >= 0) {
		fd_close(d->signals);
		(void)close(d->signals);
	}

	return d->status;
}


int main(int argc, char *argv[])
{
	struct daemon d = {.signals = -1};
	int status = read_options(&d.options, argc, argv);

	if (status >= 0)
		return status;

	raise_limits();
	if (libre_init())
		return EXIT_FAILURE;
	log_libre_start();
	(void)fd_setsize(DESCRIPTORS_MAX);

	if (load(&d.config, &d.options)) {
		status = EXIT_FAILURE;
	}
	else if (d.options.check) {
		printf("%s: good\n",
		       d.options.file ? d.options.file : "defaults");
		status = EXIT_SUCCESS;
	}
	else {
		tmr_init(&d.daily);
		tmr_init(&d.tmr);
		status = run(&d);
	}

	mem_deref(d.config);
	log_libre_stop();
	libre_close();

	return status;
}

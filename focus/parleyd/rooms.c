/**
 * @file focus/parleyd/rooms.c  The rooms of signaling, put together
 */
#include "focus/conference/focus.h"
#include "focus/parleyd/daemon.h"
#include "focus/parleyd/privileges.h"
#include "focus/store/member_store.h"
#include "focus/store/store.h"
#include "focus/store/user_store.h"
#include "signaling/account/account.h"
#include "signaling/auth/auth.h"
#include "signaling/auth/credentials.h"
#include "signaling/conference/acts.h"
#include "signaling/control/control.h"
#include "signaling/event/conference_events.h"
#include "signaling/event/notifier.h"
#include "signaling/registrar/registrar.h"
#include "signaling/session/session.h"
#include "signaling/transport/layer.h"
#include "signaling/web/page.h"


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


static int make_layer(struct daemon *d)
{
	focus_set_stats(d->focus, stats_h, d);

	return layer_alloc(&d->layer, d->config, layer_exit_h, d);
}


static int make_page(struct daemon *d)
{
	return page_alloc(&d->page, d->config, d->focus, d->layer);
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


static int make_control(struct daemon *d)
{
	return control_alloc(&d->control, d->config, d->focus);
}


static int give_up_privileges(struct daemon *d)
{
	return privileges_give_up(d->config, d->options.file);
}


static const struct daemon_step rooms[] = {
	{"transport", make_layer},      {"page", make_page},
	{"subscriptions", make_events}, {"registrar", make_registrar},
	{"accounts", make_accounts},    {"sessions", make_sessions},
	{"control", make_control},      {"privileges", give_up_privileges},
};


void daemon_rooms_h(int err, void *arg)
{
	struct daemon *d = arg;

	if (d->ending)
		return;
	if (err) {
		log_error("parleyd",
			  "no mixer came up key=mixer_program "
			  "path=%s",
			  d->config->mixer_program);
		daemon_fail(d, "mixers", err);
		return;
	}

	if (daemon_start(d, rooms, sizeof(rooms) / sizeof(rooms[0])))
		return;

	daemon_watch_certificate(d);
	daemon_print_ready(d);
	supervisor_ready(&d->supervisor);
}


void daemon_rooms_free(struct daemon *d)
{
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
	d->members = mem_deref(d->members);
	d->conferences = mem_deref(d->conferences);
	d->users = mem_deref(d->users);
	d->store = mem_deref(d->store);
}

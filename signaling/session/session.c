/**
 * @file signaling/session/session.c  One session: what it ties together
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/host_key.h"
#include "mixer/base/keyed_hash.h"
#include "mixer/base/log.h"
#include "signaling/message/identity.h"
#include "signaling/session/session_private.h"

static void count_confirmed(struct session *s)
{
	if (s->unconfirmed)
		sessions_count_call(s->all, dialog_is_ours(s->dialog), false);
	s->unconfirmed = false;
}

void session_set_state(struct session *s, enum dialog_state state)
{
	if (!dialog_set_state(s->dialog, state))
		return;

	if (state == DIALOG_ANSWERED) {
		s->answered_ms = tmr_jiffies();
		list_append(&s->all->answered, &s->answered_le, s);
	}
	else {
		list_unlink(&s->answered_le);
	}
	if (state >= DIALOG_CANCELLING)
		count_confirmed(s);
}

static void session_destructor(void *arg)
{
	struct session *s = arg;
	struct sessions *all = s->all;
	session_leave(s, REASON_SHUTDOWN);
	hash_unlink(&s->he);
	list_unlink(&s->answered_le);
	(void)session_names_stop(s);
	session_exchange_stop(s);
	session_shape_stop(s);
	session_reply_reset(s);
	mem_deref(s->bye);
	mem_deref(s->outbox);
	mem_deref(s->timer);
	mem_deref(s->reliable);
	mem_deref(s->invite);
	mem_deref(s->in_hand);
	mem_deref(s->exchange);
	mem_deref(s->ask);
	mem_deref(s->mixer_wait);
	mem_deref(s->plan);
	mem_deref(s->call);
	count_confirmed(s);
	mem_deref(s->dialog);
	mem_deref(s->party);
	mem_deref(s->secret);
	mem_deref(s->moves_to);
	sessions_one_less(all);
}

int session_alloc(struct session **sp, struct sessions *all,
		  enum dialog_state state, struct party *party)
{
	struct dialog *dialog;
	struct session *s;

	if (dialog_alloc(&dialog, &all->base, state)) {
		mem_deref(party);
		return ENOMEM;
	}
	s = mem_zalloc(sizeof(*s), session_destructor);
	if (!s) {
		mem_deref(dialog);
		mem_deref(party);
		return ENOMEM;
	}
	s->dialog = dialog;
	s->all = all;
	s->party = party;
	s->id = sessions_one_more(all);
	sessions_count_call(all, dialog_is_ours(dialog), true);
	s->unconfirmed = true;
	session_reply_init(s);
	if (server_request_alloc(&s->in_hand) ||
	    client_invite_alloc(&s->invite) || reliable_alloc(&s->reliable) ||
	    timer_alloc(&s->timer, all->base.config) ||
	    outbox_alloc(&s->outbox, s) || session_exchange_alloc(s)) {
		mem_deref(s);
		return ENOMEM;
	}
	*sp = s;

	return 0;
}

void session_register(struct session *s, const char *callid)
{
	hash_unlink(&s->he);
	hash_append(s->all->table, keyed_hash_str(callid), &s->he, s);
}

void session_endpoint_gone(struct session *s)
{
	s->ep = NULL;
}

void session_leave(struct session *s, enum reason reason)
{
	struct endpoint *ep = s->ep;

	s->ep = NULL;
	if (ep)
		focus_leave(ep, reason);
}

void session_drop(struct session *s, enum reason reason)
{
	session_leave(s, reason);
	call_out_tell_reason(s->call, reason);
	hash_unlink(&s->he);
	mem_deref(s);
}

/* Media goes by the families of the addresses that the mixers have */
static void families(const struct config *config, struct offer_config *oc)
{
	bool ip4 = !config->media_address_count, ip6 = ip4;
	size_t i;

	for (i = 0; i < config->media_address_count; i++) {
		ip4 |= sa_af(&config->media_address[i]) == AF_INET;
		ip6 |= sa_af(&config->media_address[i]) == AF_INET6;
	}
	oc->no_ip4 = !ip4;
	oc->no_ip6 = !ip6;
}

int session_exchange_begin(struct session *s)
{
	const struct config *config = s->all->base.config;
	struct offer_config oc;
	struct flow_info flow;

	memset(&oc, 0, sizeof(oc));
	if (dialog_flow_info(s->dialog, &flow))
		return ENOENT;
	oc.address = config->media_address_count ? config->media_address[0]
						 : flow.local;
	config_advertise(config, CONFIG_SERVICE_NONE, &oc.address);
	families(config, &oc);
	if (dialog_near(s->dialog, &oc.near))
		return ENOENT;
	oc.sdes_allowed = flow_is_secure(&flow);
	oc.video_width = config->video_width;
	oc.video_height = config->video_height;
	oc.video_fps = config->video_fps;
	focus_capable(s->all->base.focus, &oc.mixer);

	return exchange_begin(s->exchange, &oc);
}

void session_heard(struct session *s, const struct sip_msg *msg)
{
	struct sa host;
	bool vouched;

	dialog_heard(s->dialog, msg);
	if (!dialog_near(s->dialog, &host))
		offer_set_near(exchange_offer(s->exchange), &host);
	if (s->ep && dialog_proof(s->dialog, &host, &vouched))
		focus_proved(s->ep, &host, vouched);
}

void session_received(struct session *s, const struct sip_msg *msg)
{
	dialog_received(s->dialog, msg);
	session_heard(s, msg);
	if (!msg->req && msg->scode >= 200 && msg->scode < 300)
		call_out_accepted(s->call, msg);
	outbox_wake(s->outbox);
}

/* --------------------------------------------------- the focus's wishes */

static void reoffer_h(void *session)
{
	session_wish(session, EXCHANGE_WISH_OFFER);
}

static void end_h(void *session, enum reason reason)
{
	struct session *s = session;

	s->ep = NULL;
	session_terminate(s, reason);
}

static bool is_cut_off_h(const void *session)
{
	const struct session *s = session;

	return dialog_is_cut_off(s->dialog);
}

static void told_h(void *session, struct chat_message *m)
{
	struct session *s = session;

	outbox_put(s->outbox, m);
}

/* Whose PINs are counted together: a host's, or a known user's behind one that
 * stands for many. 0: nobody knows */
static uint64_t origin_of(const struct session *s)
{
	uint8_t key[HOST_KEY_BYTES];
	struct flow_info flow;

	if (dialog_flow_info(s->dialog, &flow))
		return 0;
	if (identity_is_shared(s->all->base.config, &flow))
		return s->party->known ? keyed_hash(s->party->aor,
						    strlen(s->party->aor))
				       : 0;
	host_key(key, &flow.peer);

	return keyed_hash(key, sizeof(key));
}

static struct join who_joins(struct session *s)
{
	static const struct session_ops ops = {
		reoffer_h,          end_h,
		is_cut_off_h,       told_h,
		session_move_h,     session_reshape_h,
		session_passable_h, session_passed_h};
	struct join join = {
		.conference = s->party->conference,
		.aor = s->party->aor,
		.known = s->party->known || session_is_to_user(s),
		.display = s->party->display,
		.entity = s->party->entity,
		.agent = s->party->agent,
		.webrtc = exchange_is_webrtc(s->exchange),
		.has_page = s->has_page,
		.dialled_out = dialog_is_ours(s->dialog) && !s->moved,
		.moved = s->moved,
		.from = s->moved ? s->ep : NULL,
		.factory = s->factory,
		.anonymous = s->call ? call_out_is_anonymous(s->call)
				     : s->party->anonymous,
		.replaces = s->replaces,
		.replaces_leg = s->replaces_leg,
		.inherits = s->inherits,
		.origin = origin_of(s),
		.secret = s->secret,
		.ops = &ops,
		.session = s,
	};

	/* where it went of itself it was asked for by nobody */
	if (s->call && !s->moved)
		join.referrer = *call_out_referrer(s->call);

	return join;
}

static void joined(struct session *s)
{
	s->joined = true;
	dialog_set_session_id(s->dialog, focus_session_id(s->ep));
}

enum reason session_join(struct session *s, const struct leg_description *leg,
			 focus_leg_h *joinedh)
{
	const struct join join = who_joins(s);
	enum reason reason;

	reason =
		focus_join(s->all->base.focus, &s->ep, &join, leg, joinedh, s);
	if (reason == REASON_NONE)
		joined(s);
	else
		s->ep = NULL;

	return reason;
}

enum reason session_carry(struct session *s, focus_leg_h *joinedh)
{
	const struct join join = who_joins(s);
	enum reason reason;

	reason = focus_move(s->all->base.focus, &s->ep, &join, joinedh, s);
	if (reason == REASON_NONE)
		joined(s);

	return reason;
}

void session_await_mixer(struct session *s, judge_answer_h *answerh)
{
	s->mixer_wait = mem_deref(s->mixer_wait);
	focus_await_mixer(&s->mixer_wait, s->all->base.focus,
			  s->party->conference, s->rejoins, answerh, s);
}

bool session_join_again(struct session *s, enum reason reason,
			judge_answer_h *answerh)
{
	if (s->rejoins || !reason_is_no_mixer(reason))
		return false;
	s->rejoins = true;
	s->joined = false;
	session_await_mixer(s, answerh);

	return true;
}

/* ----------------------------------------------------- what it consists of */

struct sessions *session_table(const struct session *s)
{
	return s->all;
}

uint64_t session_id(const struct session *s)
{
	return s->id;
}

const struct party *session_party(const struct session *s)
{
	return s->party;
}

bool session_is_secret(const struct session *s)
{
	return exchange_has_keys(s->exchange) || dialog_is_secure(s->dialog);
}

struct dialog *session_dialog(const struct session *s)
{
	return s->dialog;
}

struct endpoint *session_endpoint(const struct session *s)
{
	return s->ep;
}

void *session_plan(const struct session *s)
{
	return s->plan;
}

bool session_is_to_user(const struct session *s)
{
	const struct next_hop *hop = call_out_hop(s->call);

	return hop && next_hop_target(hop)->bound;
}

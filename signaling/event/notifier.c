/**
 * @file signaling/event/notifier.c  Subscriptions of others at us (RFC 6665)
 *
 * libre's sipevent has no limits, no Retry-After and hears its SUBSCRIBEs by
 * itself alone: this stands on its dialogs and transactions instead.
 */
#include <errno.h>
#include <string.h>
#include "focus/config/config.h"
#include "mixer/base/keyed_hash.h"
#include "mixer/base/log.h"
#include "signaling/event/notifier.h"
#include "signaling/event/subscription_source.h"
#include "signaling/message/header.h"
#include "signaling/message/session_id.h"

enum {
	TABLE_SIZE = 1024, /* power of two */
	EVENT_ID_MAX = 128,
	SWEEP_MS = 500,
	/* A proxy may turn round our 200 and the NOTIFY behind it: who does
	 * not know of it yet is told again, so often and after so long */
	EARLY_MAX = 2,
	EARLY_MS = 500,
};

struct notifiers {
	struct hash *table;   /**< by Call-ID */
	struct hash *dialogs; /**< by Call-ID, those that end as well */
	struct subscription_sources *sources;
	struct list ending; /**< said goodbye; owned */
	struct list last;   /**< their time is over; their packages own them */
	struct tmr sweep;   /**< for all: libre walks its list of timers */
	size_t count;
	struct transport_layer *layer;
	struct sip *sip;
	const struct config *config;
	struct layer_handled *handled;
	struct layer_flow_lsnr *flows;
	uint64_t accepted, notifies, refused, refreshed, expired, failed;
};

/** A document on its way, or one that waits */
struct state {
	char *type;
	struct mbuf *body;
	bool set;
};

struct notifier {
	struct le he, he_dialog, le;
	struct notifiers *all;
	struct subscription_source *source;
	struct sip_dialog *dlg;
	struct sip_request *req;
	struct tmr retry;
	uint64_t expires_ms; /**< when, in tmr_jiffies() */
	char *event, *id, *contact;
	struct session_id ids;
	const char *reason;   /**< of the end, NULL: active */
	struct state current; /**< what `req` carries */
	struct state waiting;
	uint64_t flow;
	uint32_t expires_s;
	unsigned early; /**< 481s that may have been too early, up to now */
	notifier_refresh_h *refreshh;
	notifier_closed_h *closedh;
	void *arg;
	bool reached;          /**< its far end is who began it */
	bool secure;           /**< it began over TLS and goes on there */
	bool last_sent, ended; /**< the last NOTIFY is; by notifier_end() */
};

/* ---------------------------------------------------------------- states */

static void state_reset(struct state *s)
{
	s->type = mem_deref(s->type);
	s->body = mem_deref(s->body);
	s->set = false;
}

static int state_put(struct state *s, const char *type, struct mbuf *body)
{
	char *copy = NULL;
	int err = type ? str_dup(&copy, type) : 0;

	if (err)
		return err;
	state_reset(s);
	s->type = copy;
	s->body = mem_ref(body);
	s->set = true;

	return 0;
}

/* ------------------------------------------------------------- one's end */

static void notifier_destructor(void *arg)
{
	struct notifier *n = arg;

	hash_unlink(&n->he);
	hash_unlink(&n->he_dialog);
	list_unlink(&n->le);
	tmr_cancel(&n->retry);
	mem_deref(n->req);
	mem_deref(n->dlg);
	mem_deref(n->event);
	mem_deref(n->id);
	mem_deref(n->contact);
	state_reset(&n->current);
	state_reset(&n->waiting);
	n->source = subscription_source_give(n->source);
	n->all->count--;
}

static void closed(struct notifier *n)
{
	notifier_closed_h *closedh = n->closedh;
	void *arg = n->arg;

	mem_deref(n);
	if (closedh)
		closedh(arg);
}

/* ---------------------------------------------------------------- NOTIFY */

static void notify_h(int err, const struct sip_msg *msg, void *arg);

static int substate_print(struct re_printf *pf, const struct notifier *n)
{
	uint64_t now = tmr_jiffies();

	if (n->reason)
		return re_hprintf(pf, "terminated;reason=%s", n->reason);

	return re_hprintf(
		pf, "active;expires=%llu",
		n->expires_ms > now ? (n->expires_ms - now + 999) / 1000 : 0);
}

static int headers_print(struct re_printf *pf, const struct notifier *n)
{
	return re_hprintf(pf,
			  "Contact: <%s>;isfocus\r\n"
			  "Event: %s%s%s\r\n"
			  "Subscription-State: %H\r\n"
			  "%H%s%s%s",
			  n->contact, n->event, n->id ? ";id=" : "",
			  n->id ? n->id : "", substate_print, n,
			  session_id_print, &n->ids,
			  n->current.type ? "Content-Type: " : "",
			  n->current.type ? n->current.type : "",
			  n->current.type ? "\r\n" : "");
}

/* What is current goes out */
static int notify(struct notifier *n)
{
	struct mbuf *mb = n->current.body;
	size_t len = mb ? mbuf_get_left(mb) : 0;
	int err;

	err = sip_drequestf(&n->req, n->all->sip, true, "NOTIFY", n->dlg, 0,
			    NULL, NULL, notify_h, n,
			    "%HContent-Length: %zu\r\n\r\n%b", headers_print,
			    n, len, mb ? mbuf_buf(mb) : NULL, len);
	if (err)
		return err;
	n->last_sent = n->reason != NULL;
	n->all->notifies++;

	return 0;
}

static void fail_h(void *arg)
{
	struct notifier *n = arg;

	n->all->failed++;
	closed(n);
}

static void notify_or_fail(struct notifier *n)
{
	int err = notify(n);

	if (!err)
		return;
	log_warn("notifier", "notify error=\"%s\"", strerror(err));
	tmr_start(&n->retry, 0, fail_h, n);
}

/* What waits goes out, when nothing is under way */
static void next(struct notifier *n)
{
	if (notifier_busy(n) || !n->waiting.set)
		return;
	state_reset(&n->current);
	n->current = n->waiting;
	memset(&n->waiting, 0, sizeof(n->waiting));
	notify_or_fail(n);
}

static void retry_h(void *arg)
{
	struct notifier *n = arg;

	if (n->waiting.set)
		next(n);
	else
		notify_or_fail(n);
}

/* How long to wait before it is said again, 0 when that is of no use */
static uint64_t retry_ms(struct notifier *n, const struct sip_msg *msg)
{
	uint32_t s = header_seconds(msg, SIP_HDR_RETRY_AFTER, 0);

	if (msg->scode == 481)
		return n->early++ < EARLY_MAX ? EARLY_MS : 0;
	if (n->reason)
		return 0;

	return (uint64_t)MIN(s, NOTIFIER_RETRY_MAX_S) * 1000;
}

static void notify_h(int err, const struct sip_msg *msg, void *arg)
{
	struct notifier *n = arg;
	uint64_t wait_ms;

	if (!err && msg->scode < 200)
		return;
	if (!err)
		session_id_read(&n->ids, msg);
	if (!err && msg->scode < 300) {
		n->early = EARLY_MAX;
		n->reached = true;
		state_reset(&n->current);
		if (n->last_sent)
			closed(n);
		else
			next(n);
		return;
	}

	/* RFC 6665 section 4.2.2: a failure without Retry-After is the end,
	 * and a challenge is one that we have no answer to. */
	wait_ms = err ? 0 : retry_ms(n, msg);
	if (wait_ms) {
		tmr_start(&n->retry, wait_ms, retry_h, n);
		return;
	}
	n->all->failed++;
	log_info("notifier", "ended event=%s status=%u error=\"%s\"", n->event,
		 err ? 0 : msg->scode, err ? strerror(err) : "");
	closed(n);
}

int notifier_send(struct notifier *n, const char *type, struct mbuf *body)
{
	int err;

	if (!n)
		return EINVAL;
	/* It ends, and the last word has been said. */
	if (n->last_sent)
		return 0;
	err = state_put(&n->waiting, type, body);
	if (!err)
		next(n);

	return err;
}

bool notifier_busy(const struct notifier *n)
{
	return n && (n->req || tmr_isrunning(&n->retry));
}

void notifier_end(struct notifier *n, const char *reason, const char *type,
		  struct mbuf *body)
{
	if (!n)
		return;
	n->closedh = NULL;
	n->refreshh = NULL;
	n->ended = true;
	hash_unlink(&n->he);
	list_unlink(&n->le);
	list_append(&n->all->ending, &n->le, n);
	if (n->last_sent)
		return; /* it has been said already */

	n->reason = reason;
	tmr_cancel(&n->retry); /* there is no later any more */
	if (state_put(&n->waiting, type, body))
		mem_deref(n);
	else
		next(n);
}

/* The subscriber's time is over. May free it */
static void run_out(struct notifier *n)
{
	bool silent;

	n->reason = "timeout";
	n->expires_s = 0;
	tmr_cancel(&n->retry);
	hash_unlink(&n->he);
	list_append(&n->all->last, &n->le, n);

	/* the package says its last word, ends it or drops it */
	mem_ref(n);
	if (n->refreshh)
		n->refreshh(n->arg);
	silent = mem_nrefs(n) > 1 && !n->ended && !n->waiting.set &&
		 !n->last_sent && !state_put(&n->waiting, NULL, NULL);
	if (silent)
		next(n);
	mem_deref(n);
}

static bool expired_h(struct le *le, void *arg)
{
	const struct notifier *n = le->data;

	return n->expires_ms <= *(const uint64_t *)arg;
}

static void sweep_h(void *arg)
{
	struct notifiers *all = arg;
	uint64_t now = tmr_jiffies();
	struct le *le;

	/* each is off the table when its time is over */
	while ((le = hash_apply(all->table, expired_h, &now))) {
		all->expired++;
		run_out(le->data);
	}
	if (all->count)
		tmr_start(&all->sweep, SWEEP_MS, sweep_h, all);
}

static void start_clock(struct notifier *n)
{
	struct notifiers *all = n->all;

	n->expires_ms = tmr_jiffies() + (uint64_t)n->expires_s * 1000;
	if (!tmr_isrunning(&all->sweep))
		tmr_start(&all->sweep, SWEEP_MS, sweep_h, all);
}

/* ------------------------------------------------------------- SUBSCRIBE */

bool notifier_event_is(const struct sip_msg *msg, const char *event)
{
	const struct sip_hdr *hdr = sip_msg_hdr(msg, SIP_HDR_EVENT);
	struct sipevent_event se;

	return hdr && !sipevent_event_decode(&se, &hdr->val) &&
	       !pl_strcasecmp(&se.event, event);
}

uint32_t notifier_expires(const struct sip_msg *msg, uint32_t fallback)
{
	uint32_t s = header_seconds(msg, SIP_HDR_EXPIRES, fallback);

	if (!s)
		return 0;

	return MAX(MIN(s, NOTIFIER_EXPIRES_MAX_S), NOTIFIER_EXPIRES_MIN_S);
}

static void send_refusal(struct notifiers *all, const struct sip_msg *msg,
			 uint16_t status, const char *phrase,
			 const char *headers)
{
	all->refused++;
	(void)sip_replyf(all->sip, msg, status, phrase,
			 "%sContent-Length: 0\r\n\r\n", headers);
}

bool notifier_too_brief(struct notifiers *all, const struct sip_msg *msg)
{
	uint32_t s =
		header_seconds(msg, SIP_HDR_EXPIRES, NOTIFIER_EXPIRES_MAX_S);
	char min[32];

	if (!s || s >= NOTIFIER_EXPIRES_MIN_S)
		return false;
	(void)re_snprintf(min, sizeof(min), "Min-Expires: %d\r\n",
			  NOTIFIER_EXPIRES_MIN_S);
	send_refusal(all, msg, 423, "Interval Too Brief", min);

	return true;
}

static int reply(struct notifier *n, const struct sip_msg *msg)
{
	bool subscribe = !pl_strcmp(&msg->met, "SUBSCRIBE");
	char expires[32] = "";

	if (subscribe)
		(void)re_snprintf(expires, sizeof(expires), "Expires: %u\r\n",
				  n->expires_s);

	return sip_treplyf(NULL, NULL, n->all->sip, msg, true,
			   subscribe ? 200 : 202,
			   subscribe ? "OK" : "Accepted",
			   "Contact: <%s>;isfocus\r\n%s%H"
			   "Content-Length: 0\r\n\r\n",
			   n->contact, expires, session_id_print, &n->ids);
}

static bool event_matches(const struct notifier *n, const struct sip_msg *msg)
{
	const struct sip_hdr *hdr = sip_msg_hdr(msg, SIP_HDR_EVENT);
	struct sipevent_event se;

	if (!hdr || sipevent_event_decode(&se, &hdr->val) ||
	    pl_strcasecmp(&se.event, n->event))
		return false;
	if (!n->id)
		return !pl_isset(&se.id);

	return pl_isset(&se.id) && !pl_strcmp(&se.id, n->id);
}

static bool cmp_h(struct le *le, void *arg)
{
	const struct notifier *n = le->data;

	return sip_dialog_cmp(n->dlg, arg) && event_matches(n, arg);
}

static void refresh(struct notifier *n, const struct sip_msg *msg)
{
	struct notifiers *all = n->all;
	struct flow_info flow;

	if (n->secure && !layer_is_secure(all->layer, msg, n->flow)) {
		send_refusal(all, msg, 403, "Forbidden", "");
		return;
	}
	if (!sip_dialog_rseq_valid(n->dlg, msg)) {
		send_refusal(all, msg, 500, "Server Internal Error", "");
		return;
	}
	if (notifier_too_brief(all, msg))
		return;

	n->reached = true;
	/* A target refresh (4.1.2.1), perhaps by another connection. */
	(void)sip_dialog_update(n->dlg, msg);
	session_id_read(&n->ids, msg);
	if (!layer_flow(all->layer, msg, &flow) && flow.id != n->flow) {
		n->flow = flow.id;
		(void)layer_dialog_moved(all->layer, msg);
	}
	n->expires_s = notifier_expires(msg, NOTIFIER_EXPIRES_MAX_S);
	(void)reply(n, msg);
	all->refreshed++;
	if (!n->expires_s) {
		run_out(n);
		return;
	}
	start_clock(n);
	if (n->refreshh)
		n->refreshh(n->arg);
}

static bool refresh_h(const struct sip_msg *msg, void *arg)
{
	struct notifiers *all = arg;
	struct notifier *n;

	n = list_ledata(hash_lookup(all->table, keyed_hash_pl(&msg->callid),
				    cmp_h, (void *)(uintptr_t)msg));
	if (!n)
		return false;
	refresh(n, msg);

	return true;
}

static int notifier_init(struct notifier *n, const struct sip_msg *msg,
			 const struct notifier_param *param)
{
	struct flow_info flow;
	int err = layer_flow(n->all->layer, msg, &flow);

	if (err)
		return err;
	n->flow = flow.id;
	n->secure = flow_is_secure(&flow);
	n->reached = param->reached;
	err = subscription_source_take(&n->source, n->all->sources, &flow,
				       param->member);
	if (!err)
		err = str_dup(&n->event, param->event);
	if (!err && param->id)
		err = str_dup(&n->id, param->id);
	if (!err)
		err = str_dup(&n->contact, param->contact);
	if (err)
		return err;
	session_id_read(&n->ids, msg);
	if (param->session_id)
		str_ncpy(n->ids.local, param->session_id,
			 sizeof(n->ids.local));
	else
		uuid_make(n->ids.local);
	n->dlg = mem_ref(param->dlg);
	n->early = n->dlg ? EARLY_MAX : 0;

	return n->dlg ? 0 : sip_dialog_accept(&n->dlg, msg);
}

int notifier_accept(struct notifier **np, struct notifiers *all,
		    const struct sip_msg *msg,
		    const struct notifier_param *param,
		    notifier_refresh_h *refreshh, notifier_closed_h *closedh,
		    void *arg)
{
	const uint32_t hash = msg ? keyed_hash_pl(&msg->callid) : 0;
	struct notifier *n;
	int err;

	if (!np || !all || !msg || !param || !param->event || !param->contact)
		return EINVAL;
	if (param->id && strlen(param->id) > EVENT_ID_MAX)
		return EBADMSG;
	if (all->count >= all->config->max_subscriptions) {
		all->refused++;
		return EOVERFLOW;
	}
	n = mem_zalloc(sizeof(*n), notifier_destructor);
	if (!n)
		return ENOMEM;
	n->all = all;
	all->count++;
	tmr_init(&n->retry);
	n->expires_s = param->expires_s;
	n->reason = n->expires_s ? NULL : "timeout";
	n->refreshh = refreshh;
	n->closedh = closedh;
	n->arg = arg;

	err = notifier_init(n, msg, param);
	if (!err)
		err = reply(n, msg);
	if (err) {
		all->refused += err == EOVERFLOW;
		mem_deref(n);
		return err;
	}
	hash_append(all->dialogs, hash, &n->he_dialog, n);
	/* one look is no subscription that could be refreshed */
	if (n->expires_s) {
		hash_append(all->table, hash, &n->he, n);
		start_clock(n);
	}
	else
		list_append(&all->last, &n->le, n);
	all->accepted++;
	*np = n;

	return 0;
}

static bool dialog_cmp_h(struct le *le, void *arg)
{
	const struct notifier *n = le->data;

	return sip_dialog_cmp(n->dlg, arg);
}

enum layer_dialog notifiers_dialog(const struct notifiers *all,
				   const struct sip_msg *like)
{
	const struct notifier *n;

	if (!all)
		return LAYER_DIALOG_NONE;
	n = list_ledata(hash_lookup(all->dialogs, keyed_hash_pl(&like->callid),
				    dialog_cmp_h, (void *)(uintptr_t)like));
	if (!n)
		return LAYER_DIALOG_NONE;

	return n->reached ? LAYER_DIALOG_REACHED : LAYER_DIALOG_BEGUN;
}

int notifier_count(struct notifier *n)
{
	return subscription_source_count(&n->source, n->all->sources);
}

/* ------------------------------------------------------------ life cycle */

static bool flow_cmp_h(struct le *le, void *arg)
{
	const struct notifier *n = le->data;

	return n->flow == *(const uint64_t *)arg;
}

/* A WebSocket's far end has no address but that connection */
static void flow_closed_h(uint64_t flow, enum flow_transport transport,
			  void *arg)
{
	struct notifiers *all = arg;
	struct le *le;

	if (transport != FLOW_WS && transport != FLOW_WSS)
		return;
	while ((le = hash_apply(all->table, flow_cmp_h, &flow)))
		closed(le->data);
	while ((le = list_apply(&all->last, true, flow_cmp_h, &flow)))
		closed(le->data);
	while ((le = list_apply(&all->ending, true, flow_cmp_h, &flow)))
		closed(le->data);
}

/** NOTIFYs go to the contact, by the connection that the subscription came by
 *  while it stands: it may lie still as long as nothing changes */
static bool flow_used_h(uint64_t flow, void *arg)
{
	const struct notifiers *all = arg;

	return hash_apply(all->table, flow_cmp_h, &flow) ||
	       list_apply(&all->last, true, flow_cmp_h, &flow) ||
	       list_apply(&all->ending, true, flow_cmp_h, &flow);
}

static void notifiers_destructor(void *arg)
{
	struct notifiers *all = arg;

	tmr_cancel(&all->sweep);
	mem_deref(all->flows);
	mem_deref(all->handled);
	list_flush(&all->ending);
	mem_deref(all->table);
	mem_deref(all->dialogs);
	mem_deref(all->sources);
}

int notifiers_alloc(struct notifiers **np, struct transport_layer *layer,
		    const struct config *config)
{
	static const struct layer_method refresh_row = {
		"SUBSCRIBE", LAYER_USAGE, refresh_h};
	struct notifiers *all;
	int err;

	if (!np || !layer || !config)
		return EINVAL;
	all = mem_zalloc(sizeof(*all), notifiers_destructor);
	if (!all)
		return ENOMEM;
	all->layer = layer;
	all->sip = layer_sip(layer);
	all->config = config;
	tmr_init(&all->sweep);

	err = hash_alloc(&all->table, TABLE_SIZE);
	if (!err)
		err = hash_alloc(&all->dialogs, TABLE_SIZE);
	if (!err)
		err = subscription_sources_alloc(&all->sources, config);
	if (!err)
		err = layer_handle(&all->handled, layer, &refresh_row, 1, all);
	if (!err)
		err = layer_listen_flows(&all->flows, layer, flow_closed_h,
					 flow_used_h, all);
	if (err)
		mem_deref(all);
	else
		*np = all;

	return err;
}

json_t *notifiers_stats(const struct notifiers *all)
{
	return json_pack(
		"{s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "subscriptions",
		(json_int_t)all->count, "accepted", (json_int_t)all->accepted,
		"refreshed", (json_int_t)all->refreshed, "notifies",
		(json_int_t)all->notifies, "refused", (json_int_t)all->refused,
		"expired", (json_int_t)all->expired, "failed",
		(json_int_t)all->failed);
}

/**
 * @file signaling/registrar/registrar.c  REGISTER and where users are
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>
#include "focus/config/config.h"
#include "focus/store/user_store.h"
#include "mixer/base/log.h"
#include "signaling/auth/auth.h"
#include "signaling/message/header.h"
#include "signaling/message/host.h"
#include "signaling/message/identity.h"
#include "signaling/registrar/bindings.h"
#include "signaling/registrar/register_request.h"
#include "signaling/registrar/registrar.h"
#include "signaling/transport/layer.h"

enum {
	EXPIRE_INTERVAL_MS = 1000, /**< at most one walk a second */
};

struct registrar {
	struct transport_layer *layer;
	struct sip *sip;
	struct auth *auth;
	const struct config *config;
	struct bindings *bindings;
	struct layer_handled *handled;
	struct layer_flow_lsnr *flows;
	struct tmr expiry;
	uint64_t registers, refused, flows_lost;
};

/** A REGISTER in hand */
struct request {
	struct register_request asked;
	struct registrar *registrar;
	const struct sip_msg *msg;
	struct flow_info flow;
	char *aor; /**< that digest proved */
	char name[SUBSCRIBER_NAME_MAX + 1];
};


/* -------------------------------------------------------------- expiry */

static void expiry_h(void *arg)
{
	struct registrar *r = arg;
	const uint64_t now = tmr_jiffies();
	const uint64_t next = bindings_expire(r->bindings, now);

	if (next)
		tmr_start(&r->expiry, MAX(next - now, EXPIRE_INTERVAL_MS),
			  expiry_h, r);
}


/** A binding ends then: earlier than what the timer waits for? */
static void expires_at(struct registrar *r, uint64_t expires_ms)
{
	const uint64_t now = tmr_jiffies();
	const uint64_t in = expires_ms > now ? expires_ms - now : 0;

	if (!tmr_isrunning(&r->expiry) ||
	    tmr_get_expire(&r->expiry) > MAX(in, EXPIRE_INTERVAL_MS))
		tmr_start(&r->expiry, MAX(in, EXPIRE_INTERVAL_MS), expiry_h,
			  r);
}


static void flow_closed_h(uint64_t flow, enum flow_transport transport,
			  void *arg)
{
	struct registrar *r = arg;
	size_t n = bindings_flow_closed(r->bindings, flow);
	(void)transport;

	r->flows_lost += n;
	if (n)
		log_debug("registrar", "flow lost flow=%llu bindings=%zu",
			  (unsigned long long)flow, n);
}


/* ------------------------------------------------------------- reading */

/** An older or repeated word of the same user agent (RFC 3261 section 10.3,
 *  step 7) */
static bool is_out_of_order(const struct request *q, const struct bound *bd)
{
	return bd && !pl_strcmp(&q->msg->callid, bd->callid) &&
	       q->msg->cseq.num <= bd->cseq;
}


/** Of all it names, before any is changed; @return false: refused */
static bool is_in_order(struct request *q)
{
	const struct bindings *b = q->registrar->bindings;
	struct le *le;
	size_t i;

	if (q->asked.all) {
		for (le = list_head(bindings_of(b, q->name)); le;
		     le = le->next) {
			if (is_out_of_order(q, le->data))
				return register_refuse(&q->asked, 500,
						       "CSeq Out Of Order");
		}
	}
	for (i = 0; i < q->asked.count; i++) {
		const struct register_contact *w = &q->asked.contacts[i];

		if (is_out_of_order(q, bindings_find(b, q->name, &w->contact,
						     &w->instance, w->reg_id)))
			return register_refuse(&q->asked, 500,
					       "CSeq Out Of Order");
	}

	return true;
}


/* ------------------------------------------------------------- binding */

static bool is_websocket(const struct request *q,
			 const struct register_contact *w)
{
	struct pl transport;

	if (q->flow.transport == FLOW_WS || q->flow.transport == FLOW_WSS)
		return true;

	/* behind a proxy, RFC 7118 section 5 */
	return !msg_param_decode(&w->uri.params, "transport", &transport) &&
	       (!pl_strcasecmp(&transport, "ws") ||
		!pl_strcasecmp(&transport, "wss"));
}


/** Is there no other way to it than this flow? */
static bool is_tied(const struct request *q, const struct register_contact *w)
{
	struct sa sa;

	if (q->asked.path || q->flow.transport == FLOW_UDP)
		return false;
	if (q->asked.outbound || q->flow.transport == FLOW_WS ||
	    q->flow.transport == FLOW_WSS)
		return true;

	/* An address of the peer that is not this connection's end is where
	   it listens. */
	return sa_set(&sa, &w->uri.host, w->uri.port) ||
	       !sa_cmp(&sa, &q->flow.peer, SA_ADDR) ||
	       sa_port(&sa) == sa_port(&q->flow.peer);
}


/** What a binding keeps of a REGISTER in memory of its own */
struct text {
	char *contact, *target, *instance, *path, *callid;
};

/** What becomes of one Contact */
struct change {
	struct bound *bd; /**< NULL: nothing is bound that it means */
	struct text text; /**< for one that was there before */
	bool fresh;       /**< it was not */
};


static int copy(char **dst, const struct pl *value)
{
	return pl_isset(value) ? pl_strdup(dst, value) : 0;
}


static int text_make(struct text *t, const struct request *q,
		     const struct register_contact *w)
{
	struct pl path = pl_null, target = w->contact;
	int err;

	/* Headers that it asks for are its own affair: none is taken into a
	   request of ours (RFC 3261 sections 19.1.1, 19.1.5); libre counts the
	   '?' in. */
	if (pl_isset(&w->uri.headers))
		target.l = (size_t)(w->uri.headers.p - target.p);

	if (q->asked.path)
		pl_set_str(&path, q->asked.path);
	err = copy(&t->contact, &w->contact);
	if (!err)
		err = copy(&t->target, &target);
	if (!err)
		err = copy(&t->instance, &w->instance);
	if (!err)
		err = copy(&t->path, &path);
	if (!err)
		err = copy(&t->callid, &q->msg->callid);

	return err;
}


static void text_drop(struct text *t)
{
	mem_deref(t->contact);
	mem_deref(t->target);
	mem_deref(t->instance);
	mem_deref(t->path);
	mem_deref(t->callid);
	memset(t, 0, sizeof(*t));
}


/** What the binding had goes the other way */
static void text_swap(struct text *t, struct bound *bd)
{
	const struct text old = {bd->contact, bd->target, bd->instance,
				 bd->path, bd->callid};

	bd->contact = t->contact;
	bd->target = t->target;
	bd->instance = t->instance;
	bd->path = t->path;
	bd->callid = t->callid;
	*t = old;
}


/** All that may fail; what is bound stays as it is */
static int prepare(struct change *c, const struct request *q,
		   const struct register_contact *w)
{
	struct bindings *b = q->registrar->bindings;
	int err;

	c->bd = bindings_find(b, q->name, &w->contact, &w->instance,
			      w->reg_id);
	if (!w->expires_s)
		return 0;
	err = text_make(&c->text, q, w);
	if (err || c->bd)
		return err;

	err = bindings_add(b, q->name, &c->bd);
	if (err)
		return err;
	c->fresh = true;
	c->bd->reg_id = w->reg_id;
	/* so that the request may name it twice */
	text_swap(&c->text, c->bd);

	return 0;
}


static void log_bound(const struct request *q,
		      const struct register_contact *w)
{
	char text[200];

	log_info("registrar", "registered user=%s transport=%s contact=%s",
		 q->name, flow_transport_name(q->flow.transport),
		 log_escape(text, sizeof(text), w->contact.p,
			    MIN(w->contact.l, 100)));
}


static void commit(struct change *c, const struct request *q,
		   const struct register_contact *w)
{
	struct registrar *r = q->registrar;
	struct bound *bd = c->bd;

	if (!bd)
		return;
	if (!w->expires_s) {
		bd->expires_ms = 0;
		return;
	}

	if (c->fresh)
		log_bound(q, w);
	else
		text_swap(&c->text, bd);
	bd->reg_id = w->reg_id;
	bd->cseq = q->msg->cseq.num;
	bd->tied = is_tied(q, w);
	bd->webrtc = is_websocket(q, w);
	bd->q = w->q;
	bd->expires_ms = tmr_jiffies() + (uint64_t)w->expires_s * 1000;
	bindings_updated(r->bindings, bd, q->flow.id);
	expires_at(r, bd->expires_ms);
}


static struct bound *find_over(const struct list *list)
{
	struct le *le;

	for (le = list_head(list); le; le = le->next) {
		struct bound *bd = le->data;

		if (!bd->expires_ms)
			return bd;
	}

	return NULL;
}


/** Those that were taken back, and the oldest updates beyond what one may have
 */
static void tidy(const struct request *q)
{
	struct bindings *b = q->registrar->bindings;
	const struct list *list;
	struct bound *bd;

	while ((bd = find_over(bindings_of(b, q->name))))
		bindings_remove(b, bd);
	while ((list = bindings_of(b, q->name)) &&
	       list_count(list) > REGISTRAR_BINDINGS_MAX)
		bindings_remove(b, list_ledata(list_head(list)));
}


static void forget_all(struct registrar *r, const char *name)
{
	const struct list *list;

	while ((list = bindings_of(r->bindings, name)))
		bindings_remove(r->bindings, list_ledata(list_head(list)));
}


/** All of it or nothing (RFC 3261 section 10.3, step 7). @return false:
 *  refused */
static bool update(struct request *q)
{
	struct change changes[REGISTER_CONTACTS_MAX];
	const size_t count = q->asked.count;
	size_t i;
	int err = 0;

	memset(changes, 0, sizeof(changes));
	if (q->asked.all)
		forget_all(q->registrar, q->name);
	for (i = 0; i < count && !err; i++)
		err = prepare(&changes[i], q, &q->asked.contacts[i]);

	for (i = 0; i < count; i++) {
		if (!err)
			commit(&changes[i], q, &q->asked.contacts[i]);
		else if (changes[i].fresh)
			bindings_remove(q->registrar->bindings, changes[i].bd);
		text_drop(&changes[i].text);
	}
	if (err == ENOSPC)
		return register_refuse(&q->asked, 503, "Too Many Bindings");
	if (err)
		return register_refuse(&q->asked, 500,
				       "Server Internal Error");
	tidy(q);

	return true;
}


/* ------------------------------------------------------------- answers */

static int print_bindings(struct re_printf *pf, const struct request *q)
{
	const struct list *list = bindings_of(q->registrar->bindings, q->name);
	const uint64_t now = tmr_jiffies();
	struct le *le;
	int err = 0;

	for (le = list_head(list); le && !err; le = le->next) {
		const struct bound *bd = le->data;

		if (bd->expires_ms <= now)
			continue;
		err = re_hprintf(pf, "Contact: <%s>;expires=%llu;q=%u.%03u",
				 bd->contact,
				 (bd->expires_ms - now + 999) / 1000,
				 (unsigned)bd->q,
				 (unsigned)(bd->q * 1000 + 0.5f) % 1000);
		if (bd->instance && !err)
			err = re_hprintf(pf, ";+sip.instance=\"%s\";reg-id=%u",
					 bd->instance, bd->reg_id);
		err |= re_hprintf(pf, "\r\n");
	}

	return err;
}


static int print_ok(struct re_printf *pf, const struct request *q)
{
	int err;

	err = print_bindings(pf, q);
	if (q->asked.path)
		err |= re_hprintf(pf, "Path: %s\r\n", q->asked.path);
	if (q->asked.outbound)
		err |= re_hprintf(pf, "Require: outbound\r\n");
	/* an edge proxy says how long it keeps the flow (RFC 5626 5.4) */
	if (q->asked.outbound && !q->asked.path)
		err |= re_hprintf(pf, "Flow-Timer: %u\r\n",
				  REGISTRAR_FLOW_TIMER_S);

	return err | re_hprintf(pf,
				"P-Associated-URI: <%s>\r\n"
				"Supported: path, outbound\r\n"
				"Date: %H\r\n",
				q->aor, fmt_gmtime, NULL);
}


static void answer_ok(const struct request *q)
{
	(void)sip_treplyf(NULL, NULL, q->registrar->sip, q->msg, false, 200,
			  "OK", "%HContent-Length: 0\r\n\r\n", print_ok, q);
}


static void registrar_refuse(struct request *q)
{
	++q->registrar->refused;
	(void)sip_replyf(q->registrar->sip, q->msg, q->asked.status,
			 q->asked.phrase, "%sContent-Length: 0\r\n\r\n",
			 q->asked.headers);
}


/* ----------------------------------------------------------- judgement */


/** An S-CSCF tells its application servers (TS 24.229 section 5.4.1.7) */
static bool is_third_party(const struct request *q)
{
	const struct uri *from = &q->msg->from.uri, *to = &q->msg->to.uri;

	return identity_flow_trusted(q->registrar->config, &q->flow) &&
	       !sip_msg_hdr(q->msg, SIP_HDR_AUTHORIZATION) &&
	       (pl_cmp(&from->user, &to->user) ||
		pl_casecmp(&from->host, &to->host));
}


static void answer_third_party(const struct request *q)
{
	(void)sip_treplyf(
		NULL, NULL, q->registrar->sip, q->msg, false, 200, "OK",
		"Expires: %u\r\nContent-Length: 0\r\n\r\n",
		header_seconds(q->msg, SIP_HDR_EXPIRES,
			       q->registrar->config->register_expires_s));
}


/** The user in lower case. @return 0; ENOENT not ours, not a name of a user */
static int read_name(char name[SUBSCRIBER_NAME_MAX + 1],
		     const struct config *config, const struct uri *uri,
		     const struct flow_info *flow)
{
	char *user = NULL;
	size_t i;
	int err;

	if (!register_uri_is_sip(uri) ||
	    !host_is_ours(config, &uri->host, flow) || header_user(&user, uri))
		return ENOENT;

	/* one that is too long is not the user whose name begins it */
	err = strlen(user) > SUBSCRIBER_NAME_MAX ? ENOENT : 0;
	str_ncpy(name, user, SUBSCRIBER_NAME_MAX + 1);
	mem_deref(user);
	for (i = 0; name[i]; i++)
		name[i] = (char)tolower((unsigned char)name[i]);

	return err || user_store_name_good(name) ? err : ENOENT;
}


/** Is it the user that digest proved, for itself (step 3 and 5)? */
static bool is_own(struct request *q)
{
	const char *at = strrchr(q->aor, '@');
	const size_t len = at ? (size_t)(at - q->aor) - 4 : 0;

	if (read_name(q->name, q->registrar->config, &q->msg->to.uri,
		      &q->flow))
		return register_refuse(&q->asked, 404, "Not Found");

	return (len == strlen(q->name) &&
		!strncmp(q->name, q->aor + 4, len)) ||
	       register_refuse(&q->asked, 403, "Forbidden");
}


static void register_in(struct request *q)
{
	struct registrar *r = q->registrar;

	++r->registers;
	if (is_third_party(q)) {
		answer_third_party(q);
		return;
	}
	if (!host_is_ours(r->config, &q->msg->uri.host, &q->flow)) {
		(void)register_refuse(&q->asked, 404, "Not Found");
		registrar_refuse(q);
		return;
	}
	if (!auth_has_users(r->auth)) {
		log_warn("registrar", "refused: there are no users; "
				      "`parley user add NAME` makes one");
		(void)register_refuse(&q->asked, 403, "Forbidden");
		registrar_refuse(q);
		return;
	}
	if (auth_check(r->auth, q->msg, &q->flow, &q->aor) != AUTH_PASS)
		return;
	layer_flow_proved(r->layer, q->flow.id);

	if (q->aor && is_own(q) &&
	    register_read(&q->asked, r->config->register_expires_s) &&
	    is_in_order(q) && update(q))
		answer_ok(q);
	else
		registrar_refuse(q);
}


static bool register_h(const struct sip_msg *msg, void *arg)
{
	struct request q = {
		.asked = {.msg = msg}, .registrar = arg, .msg = msg};

	if (layer_flow(q.registrar->layer, msg, &q.flow))
		return true;
	register_in(&q);
	mem_deref(q.asked.path);
	mem_deref(q.aor);

	return true;
}


/** A REGISTER is in no dialog, whatever its To says (RFC 3261 section 10.2) */
static const struct layer_method methods[] = {
	{"REGISTER", LAYER_OUTSIDE, register_h},
	{"REGISTER", LAYER_DIALOG, register_h},
};


static bool flow_used_h(uint64_t flow, void *arg)
{
	const struct registrar *r = arg;

	return bindings_flow_used(r->bindings, flow);
}


/* ---------------------------------------------------------- life cycle */

static void registrar_destructor(void *arg)
{
	struct registrar *r = arg;

	tmr_cancel(&r->expiry);
	mem_deref(r->handled);
	mem_deref(r->flows);
	mem_deref(r->bindings);
}


int registrar_alloc(struct registrar **rp, struct transport_layer *layer,
		    struct auth *auth, const struct config *config)
{
	struct registrar *r;
	int err;

	if (!rp || !layer || !auth || !config)
		return EINVAL;

	r = mem_zalloc(sizeof(*r), registrar_destructor);
	if (!r)
		return ENOMEM;

	r->layer = layer;
	r->sip = layer_sip(layer);
	r->auth = auth;
	r->config = config;
	tmr_init(&r->expiry);
	err = bindings_alloc(&r->bindings);
	if (!err)
		err = layer_handle(&r->handled, layer, methods,
				   ARRAY_SIZE(methods), r);
	if (!err)
		err = layer_listen_flows(&r->flows, layer, flow_closed_h,
					 flow_used_h, r);

	if (err)
		mem_deref(r);
	else
		*rp = r;

	return err;
}


void registrar_forget(struct registrar *r, const char *name)
{
	if (r && name)
		forget_all(r, name);
}


/* ------------------------------------------------------------- look-up */

/** Put it where it belongs among the n that are there: q, then the newest,
 *  who comes later here */
static void insert(struct binding v[], size_t n, const struct binding *one)
{
	size_t i = n;

	while (i && v[i - 1].q <= one->q) {
		v[i] = v[i - 1];
		--i;
	}
	v[i] = *one;
}


size_t registrar_lookup(const struct registrar *r, const char *aor,
			struct binding v[], size_t max)
{
	struct binding all[REGISTRAR_BINDINGS_MAX];
	char name[SUBSCRIBER_NAME_MAX + 1];
	const uint64_t now = tmr_jiffies();
	struct uri uri;
	struct pl pl;
	struct le *le;
	size_t n = 0;

	if (!r || !aor || !v)
		return 0;

	pl_set_str(&pl, aor);
	if (uri_decode(&uri, &pl) || read_name(name, r->config, &uri, NULL))
		return 0;

	for (le = list_head(bindings_of(r->bindings, name));
	     le && n < ARRAY_SIZE(all); le = le->next) {
		const struct bound *bd = le->data;
		const struct binding one = {
			.contact = bd->target,
			.path = bd->path,
			.flow = bd->flow,
			.webrtc = bd->webrtc,
			.q = bd->q,
		};

		if (bd->expires_ms > now)
			insert(all, n++, &one);
	}

	n = MIN(n, max);
	memcpy(v, all, n * sizeof(*v));

	return n;
}


json_t *registrar_stats(const struct registrar *r)
{
	return r ? json_pack("{s:I,s:I,s:I,s:I,s:I}", "users",
			     (json_int_t)bindings_users(r->bindings),
			     "bindings",
			     (json_int_t)bindings_count(r->bindings),
			     "registers", (json_int_t)r->registers, "refused",
			     (json_int_t)r->refused, "flows_lost",
			     (json_int_t)r->flows_lost)
		 : NULL;
}

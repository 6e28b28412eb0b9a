/**
 * @file signaling/transport/flows.c  The transport layer's table of flows
 */
#include "mixer/base/keyed_hash.h"
#include "signaling/http/websocket.h"
#include "signaling/transport/flows.h"
#include "signaling/transport/stream.h"


enum { HASH_SIZE = 4096 };

struct flows {
	struct hash *by_id, *by_peer, *moves;
	struct list move_ages;
	size_t move_count;
	struct list unproven, proven, connections;
	size_t counts[FLOW_WSS + 1];
	uint64_t last_id;
};


/** A dialog that is not where it began */
struct move {
	struct le he, le;
	struct pl callid, tag; /**< in text */
	char *text;
	uint64_t to;
};


const char *flow_transport_name(enum flow_transport transport)
{
	static const char *const names[] = {"UDP", "TCP", "TLS", "WS", "WSS"};

	return transport <= FLOW_WSS ? names[transport] : "";
}


bool flow_is_secure(const struct flow_info *flow)
{
	return flow->transport == FLOW_TLS || flow->transport == FLOW_WSS;
}


static void flow_destructor(void *arg)
{
	struct flow *flow = arg;

	hash_unlink(&flow->he);
	hash_unlink(&flow->he_peer);
	list_unlink(&flow->le);
	mem_deref(flow->us);
	mem_deref(flow->stream);
	mem_deref(flow->name);
	mem_deref(flow->ws);
	--flow->flows->counts[flow->info.transport];
}


static void flows_destructor(void *arg)
{
	struct flows *f = arg;

	list_flush(&f->unproven);
	list_flush(&f->proven);
	list_flush(&f->connections);
	list_flush(&f->move_ages);
	mem_deref(f->by_id);
	mem_deref(f->by_peer);
	mem_deref(f->moves);
}


int flows_alloc(struct flows **fp)
{
	struct flows *f;
	int err;

	f = mem_zalloc(sizeof(*f), flows_destructor);
	if (!f)
		return ENOMEM;

	err = hash_alloc(&f->by_id, HASH_SIZE);
	if (!err)
		err = hash_alloc(&f->by_peer, HASH_SIZE);
	if (!err)
		err = hash_alloc(&f->moves, HASH_SIZE);

	if (err)
		mem_deref(f);
	else
		*fp = f;

	return err;
}


static uint32_t peer_hash(enum flow_transport transport, const struct sa *peer)
{
	return keyed_hash_sa(peer) + (uint32_t)transport;
}


static void make_room(struct flows *f)
{
	struct flow *oldest;

	if (f->counts[FLOW_UDP] < FLOWS_UDP_MAX)
		return;

	oldest = list_ledata(list_head(&f->unproven));
	if (!oldest)
		oldest = list_ledata(list_head(&f->proven));
	mem_deref(oldest);
}


int flows_add(struct flow **flowp, struct flows *f,
	      enum flow_transport transport, const struct sa *local,
	      const struct sa *peer)
{
	struct flow *flow;

	if (transport == FLOW_UDP)
		make_room(f);

	flow = mem_zalloc(sizeof(*flow), flow_destructor);
	if (!flow)
		return ENOMEM;

	flow->flows = f;
	flow->info.id = ++f->last_id;
	flow->info.transport = transport;
	flow->info.local = *local;
	flow->info.peer = *peer;
	++f->counts[transport];
	hash_append(f->by_id, (uint32_t)flow->info.id, &flow->he, flow);
	hash_append(f->by_peer, peer_hash(transport, peer), &flow->he_peer,
		    flow);
	list_append(transport == FLOW_UDP ? &f->unproven : &f->connections,
		    &flow->le, flow);
	*flowp = flow;

	return 0;
}


struct flow *flows_find(const struct flows *f, uint64_t id)
{
	struct le *le = list_head(hash_list(f->by_id, (uint32_t)id));

	for (; le; le = le->next) {
		struct flow *flow = le->data;

		if (flow->info.id == id)
			return flow;
	}

	return NULL;
}


static void move_destructor(void *arg)
{
	struct move *m = arg;

	hash_unlink(&m->he);
	list_unlink(&m->le);
	mem_deref(m->text);
}


static struct move *move_find(const struct flows *f, const struct pl *callid,
			      const struct pl *tag)
{
	struct le *le = list_head(hash_list(f->moves, keyed_hash_pl(tag)));

	for (; le; le = le->next) {
		struct move *m = le->data;

		if (!pl_cmp(&m->tag, tag) && !pl_cmp(&m->callid, callid))
			return m;
	}

	return NULL;
}


static int move_alloc(struct move **mp, const struct pl *callid,
		      const struct pl *tag)
{
	struct move *m = mem_zalloc(sizeof(*m), move_destructor);
	int err;

	if (!m)
		return ENOMEM;

	err = re_sdprintf(&m->text, "%r%r", callid, tag);
	if (err) {
		mem_deref(m);
		return err;
	}

	m->callid.p = m->text;
	m->callid.l = callid->l;
	m->tag.p = m->text + callid->l;
	m->tag.l = tag->l;
	*mp = m;

	return 0;
}


int flows_move(struct flows *f, const struct pl *callid, const struct pl *tag,
	       uint64_t to)
{
	struct move *m = move_find(f, callid, tag);
	int err;

	if (m) {
		m->to = to;
		return 0;
	}

	err = move_alloc(&m, callid, tag);
	if (err)
		return err;

	if (f->move_count >= FLOWS_MOVES_MAX) {
		mem_deref(list_ledata(list_head(&f->move_ages)));
		--f->move_count;
	}
	m->to = to;
	hash_append(f->moves, keyed_hash_pl(tag), &m->he, m);
	list_append(&f->move_ages, &m->le, m);
	++f->move_count;

	return 0;
}


struct flow *flows_follow(const struct flows *f, const struct pl *callid,
			  const struct pl *tag)
{
	const struct move *m = move_find(f, callid, tag);

	return m ? flows_find(f, m->to) : NULL;
}


struct flow *flows_find_peer(const struct flows *f,
			     enum flow_transport transport,
			     const struct sa *peer, const struct udp_sock *us,
			     const char *name)
{
	struct le *le =
		list_head(hash_list(f->by_peer, peer_hash(transport, peer)));

	for (; le; le = le->next) {
		struct flow *flow = le->data;

		if (flow->info.transport == transport && !flow->info.retired &&
		    sa_cmp(&flow->info.peer, peer, SA_ALL) &&
		    (!us || flow->us == us) &&
		    (!name || (flow->name && !str_casecmp(flow->name, name))))
			return flow;
	}

	return NULL;
}


void flows_each_connection(const struct flows *f, flow_h *h, void *arg)
{
	struct le *le;

	for (le = list_head(&f->connections); le; le = le->next)
		h(le->data, arg);
}


static uint32_t sum_of(const struct pl *text)
{
	const uint32_t sum = keyed_hash_pl(text);

	return sum ? sum : 1;
}


static bool has_sum(const uint32_t sums[FLOWS_TOLD_MAX], uint32_t sum)
{
	for (size_t i = 0; i < FLOWS_TOLD_MAX; i++) {
		if (sums[i] == sum)
			return true;
	}

	return false;
}


static void add_sum(uint32_t sums[FLOWS_TOLD_MAX], unsigned *next,
		    uint32_t sum)
{
	if (has_sum(sums, sum))
		return;

	sums[*next] = sum;
	*next = (*next + 1) % FLOWS_TOLD_MAX;
}


void flows_tell(struct flow *flow, const struct pl *secret)
{
	add_sum(flow->told, &flow->told_next, sum_of(secret));
}


bool flows_was_told(const struct flow *flow, const struct pl *secret)
{
	return has_sum(flow->told, sum_of(secret));
}


void flows_begin(struct flow *flow, const struct pl *callid)
{
	add_sum(flow->begun, &flow->begun_next, sum_of(callid));
}


bool flows_has_begun(const struct flow *flow, const struct pl *callid)
{
	return has_sum(flow->begun, sum_of(callid));
}


void flows_ask(struct flow *flow, uint64_t now_ms)
{
	if (now_ms - flow->asked_ms > FLOWS_ANSWERS_MS)
		flow->answers = 0;
	flow->answers = MIN(flow->answers + FLOWS_ANSWERS, FLOWS_ANSWERS_MAX);
	flow->asked_ms = now_ms;
}


bool flows_take_answer(struct flow *flow, uint64_t now_ms)
{
	if (!flow->answers || now_ms - flow->asked_ms > FLOWS_ANSWERS_MS)
		return false;

	flow->answers--;

	return true;
}


bool flows_take_own(struct flow *flow, uint64_t now_ms)
{
	static const struct allowance_rate rate = {FLOWS_OWN_PER_S, 1,
						   FLOWS_OWN_BURST};

	return flow->proven && flow->info.transport != FLOW_UDP &&
	       allowance_take(&flow->own, &rate, 1, now_ms);
}


void flows_keep(struct flow *flow)
{
	flow->kept = true;
	flows_touch(flow, false);
}


void flows_touch(struct flow *flow, bool proof)
{
	struct flows *f = flow->flows;

	flow->proven |= proof;
	if (flow->info.transport != FLOW_UDP)
		return;

	list_unlink(&flow->le);
	list_append(flow->proven || flow->kept ? &f->proven : &f->unproven,
		    &flow->le, flow);
}


void flows_remove(struct flow *flow)
{
	mem_deref(flow);
}


size_t flows_count(const struct flows *f, enum flow_transport transport)
{
	return transport <= FLOW_WSS ? f->counts[transport] : 0;
}

/**
 * @file flows.c  The bus's table of flows
 */
#include "signaling/flows.h"
#include "signaling/stream.h"
#include "signaling/websocket.h"


enum { HASH_SIZE = 4096 };

struct flows {
	struct hash *by_id, *by_peer, *moves;
	struct list move_ages;
	size_t move_count;
	struct list unproven, proven, connections;
	size_t counts[FLOW_WSS + 1];
	uint64_t last_id;
};


/** A flow that has a successor */
struct move {
	struct le he, le;
	uint64_t from, to;
};


const char *flow_transport_name(enum flow_transport transport)
{
	static const char *const names[] = {"UDP", "TCP", "TLS", "WS", "WSS"};

	return transport <= FLOW_WSS ? names[transport] : "";
}


static void flow_destructor(void *arg)
{
	struct flow *flow = arg;

	hash_unlink(&flow->he);
	hash_unlink(&flow->he_peer);
	list_unlink(&flow->le);
	mem_deref(flow->us);
	mem_deref(flow->stream);
	mem_deref(flow->ws);
	--flow->flows->counts[flow->info.transport];
}


static void destructor(void *arg)
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

	f = mem_zalloc(sizeof(*f), destructor);
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
	return sa_hash(peer, SA_ALL) + (uint32_t)transport;
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
}


static struct move *move_find(const struct flows *f, uint64_t from)
{
	struct le *le = list_head(hash_list(f->moves, (uint32_t)from));

	for (; le; le = le->next) {
		struct move *m = le->data;

		if (m->from == from)
			return m;
	}

	return NULL;
}


int flows_move(struct flows *f, uint64_t from, uint64_t to)
{
	struct move *m = move_find(f, from);

	if (m) {
		m->to = to;
		return 0;
	}

	if (f->move_count >= FLOWS_MOVES_MAX) {
		mem_deref(list_ledata(list_head(&f->move_ages)));
		--f->move_count;
	}
	m = mem_zalloc(sizeof(*m), move_destructor);
	if (!m)
		return ENOMEM;

	m->from = from;
	m->to = to;
	hash_append(f->moves, (uint32_t)from, &m->he, m);
	list_append(&f->move_ages, &m->le, m);
	++f->move_count;

	return 0;
}


struct flow *flows_follow(const struct flows *f, uint64_t id)
{
	struct flow *flow = flows_find(f, id);
	unsigned hops = 16; /* moves may lead in a circle */

	while (!flow && hops--) {
		const struct move *m = move_find(f, id);

		if (!m)
			break;
		id = m->to;
		flow = flows_find(f, id);
	}

	return flow;
}


struct flow *flows_find_peer(const struct flows *f,
			     enum flow_transport transport,
			     const struct sa *peer, const struct udp_sock *us)
{
	struct le *le =
		list_head(hash_list(f->by_peer, peer_hash(transport, peer)));

	for (; le; le = le->next) {
		struct flow *flow = le->data;

		if (flow->info.transport == transport &&
		    sa_cmp(&flow->info.peer, peer, SA_ALL) &&
		    (!us || flow->us == us))
			return flow;
	}

	return NULL;
}


void flows_touch(struct flow *flow, bool proof)
{
	struct flows *f = flow->flows;

	if (flow->info.transport != FLOW_UDP)
		return;

	flow->proven |= proof;
	list_unlink(&flow->le);
	list_append(flow->proven ? &f->proven : &f->unproven, &flow->le, flow);
}


void flows_remove(struct flow *flow)
{
	mem_deref(flow);
}


size_t flows_count(const struct flows *f, enum flow_transport transport)
{
	return transport <= FLOW_WSS ? f->counts[transport] : 0;
}

/**
 * @file signaling/transport/lookup.c  Addresses of a host that is no next hop
 */
#include <errno.h>
#include <string.h>
#include "signaling/transport/transport_private.h"

enum { FAMILIES = 2, EACH_MAX = LAYER_LOOKUP_MAX / FAMILIES };

struct layer_lookup {
	struct dns_query *query[FAMILIES]; /**< A, AAAA */
	unsigned open;
	struct tmr tmr;
	struct sa found[LAYER_LOOKUP_MAX];
	size_t count;
	layer_found_h *foundh;
	void *arg;
};


static void lookup_destructor(void *arg)
{
	struct layer_lookup *l = arg;

	tmr_cancel(&l->tmr);
	for (size_t i = 0; i < FAMILIES; i++)
		mem_deref(l->query[i]);
}


static void lookup_over_h(void *arg)
{
	struct layer_lookup *l = arg;

	for (size_t i = 0; i < FAMILIES; i++)
		l->query[i] = mem_deref(l->query[i]);
	/* Whoever holds it may free it in the handler. */
	mem_ref(l);
	l->foundh(l->found, l->count, l->arg);
	mem_deref(l);
}


static bool lookup_record(struct dnsrr *rr, void *arg)
{
	struct layer_lookup *l = arg;
	struct sa sa;
	size_t same = 0;

	if (rr->type == DNS_TYPE_A)
		sa_set_in(&sa, rr->rdata.a.addr, 0);
	else if (rr->type == DNS_TYPE_AAAA)
		sa_set_in6(&sa, rr->rdata.aaaa.addr, 0);
	else
		return false;
	for (size_t i = 0; i < l->count; i++)
		same += sa_af(&l->found[i]) == sa_af(&sa);
	if (same < EACH_MAX)
		l->found[l->count++] = sa;

	return false;
}


static void one_answered(struct layer_lookup *l, int err, struct list *ansl)
{
	if (!err)
		(void)dns_rrlist_apply(ansl, NULL, DNS_QTYPE_ANY, DNS_CLASS_IN,
				       false, lookup_record, l);
	if (!--l->open)
		tmr_start(&l->tmr, 0, lookup_over_h, l);
}


static void a_handler(int err, const struct dnshdr *hdr, struct list *ansl,
		      struct list *authl, struct list *addl, void *arg)
{
	struct layer_lookup *l = arg;
	(void)hdr;
	(void)authl;
	(void)addl;

	l->query[0] = NULL;
	one_answered(l, err, ansl);
}


static void aaaa_handler(int err, const struct dnshdr *hdr, struct list *ansl,
			 struct list *authl, struct list *addl, void *arg)
{
	struct layer_lookup *l = arg;
	(void)hdr;
	(void)authl;
	(void)addl;

	l->query[1] = NULL;
	one_answered(l, err, ansl);
}


static void ask(struct layer_lookup *l, struct dnsc *dnsc, const char *host)
{
	static const uint16_t types[FAMILIES] = {DNS_TYPE_A, DNS_TYPE_AAAA};
	static dns_query_h *const handlers[FAMILIES] = {a_handler,
							aaaa_handler};

	for (size_t i = 0; i < FAMILIES; i++) {
		if (!dnsc_query(&l->query[i], dnsc, host, types[i],
				DNS_CLASS_IN, true, handlers[i], l))
			l->open++;
	}
}


int layer_lookup(struct layer_lookup **lp, struct transport_layer *layer,
		 const char *host, uint64_t ms, layer_found_h *foundh,
		 void *arg)
{
	struct layer_lookup *l;

	if (!lp || !layer || !host || !foundh)
		return EINVAL;
	l = mem_zalloc(sizeof(*l), lookup_destructor);
	if (!l)
		return ENOMEM;
	tmr_init(&l->tmr);
	l->foundh = foundh;
	l->arg = arg;
	if (resolve_hosts(host, 0, &l->found[0]))
		l->count = 1;
	else if (layer->dnsc)
		ask(l, layer->dnsc, host);
	tmr_start(&l->tmr, l->open ? ms : 0, lookup_over_h, l);
	*lp = l;

	return 0;
}

/**
 * @file signaling/transport/lookup.c  Addresses of a host that is no next hop
 */
#include <errno.h>
#include <string.h>
#include "signaling/transport/transport_private.h"

enum {
	FAMILIES = 2,
	EACH_MAX = LAYER_LOOKUP_MAX / FAMILIES,
	/** So long the other family is waited for: some middleboxes drop
	 *  questions for AAAA */
	OTHER_MS = 100,
};

/** What is asked of one family */
struct family {
	struct layer_lookup *lookup;
	int af; /**< AF_UNSPEC: nothing */
	struct dns_query *query;
	size_t count; /**< found */
};

struct layer_lookup {
	struct family families[FAMILIES]; /**< the first matters most */
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
		mem_deref(l->families[i].query);
}


static void lookup_over_h(void *arg)
{
	struct layer_lookup *l = arg;

	for (size_t i = 0; i < FAMILIES; i++)
		l->families[i].query = mem_deref(l->families[i].query);
	/* Whoever holds it may free it in the handler. */
	mem_ref(l);
	l->foundh(l->found, l->count, l->arg);
	mem_deref(l);
}


static void lookup_add(struct layer_lookup *l, const struct sa *sa)
{
	for (size_t i = 0; i < FAMILIES; i++) {
		struct family *f = &l->families[i];

		if (f->af != sa_af(sa) || f->count == EACH_MAX)
			continue;
		f->count++;
		l->found[l->count++] = *sa;
	}
}


static bool lookup_record(struct dnsrr *rr, void *arg)
{
	struct sa sa;

	if (rr->type == DNS_TYPE_A)
		sa_set_in(&sa, rr->rdata.a.addr, 0);
	else if (rr->type == DNS_TYPE_AAAA)
		sa_set_in6(&sa, rr->rdata.aaaa.addr, 0);
	else
		return false;
	lookup_add(arg, &sa);

	return false;
}


static bool lookup_row(const struct sa *sa, void *arg)
{
	lookup_add(arg, sa);

	return false;
}


static void family_answered_h(int err, const struct dnshdr *hdr,
			      struct list *ansl, struct list *authl,
			      struct list *addl, void *arg)
{
	struct family *f = arg;
	struct layer_lookup *l = f->lookup;
	(void)hdr;
	(void)authl;
	(void)addl;

	f->query = NULL;
	if (!err)
		(void)dns_rrlist_apply(ansl, NULL, DNS_QTYPE_ANY, DNS_CLASS_IN,
				       false, lookup_record, l);
	if (!--l->open)
		tmr_start(&l->tmr, 0, lookup_over_h, l);
	else if (f == &l->families[0] && f->count &&
		 tmr_get_expire(&l->tmr) > OTHER_MS)
		tmr_start(&l->tmr, OTHER_MS, lookup_over_h, l);
}


static void ask(struct layer_lookup *l, struct dnsc *dnsc, const char *host)
{
	for (size_t i = 0; i < FAMILIES; i++) {
		struct family *f = &l->families[i];
		const uint16_t type =
			f->af == AF_INET ? DNS_TYPE_A : DNS_TYPE_AAAA;

		if (f->af != AF_UNSPEC &&
		    !dnsc_query(&f->query, dnsc, host, type, DNS_CLASS_IN,
				true, family_answered_h, f))
			l->open++;
	}
}


int layer_lookup(struct layer_lookup **lp, struct transport_layer *layer,
		 const char *host, int first, int other, uint64_t ms,
		 layer_found_h *foundh, void *arg)
{
	struct layer_lookup *l;

	if (!lp || !layer || !host || !foundh || first == other)
		return EINVAL;
	l = mem_zalloc(sizeof(*l), lookup_destructor);
	if (!l)
		return ENOMEM;
	tmr_init(&l->tmr);
	for (size_t i = 0; i < FAMILIES; i++)
		l->families[i].lookup = l;
	l->families[0].af = first;
	l->families[1].af = other;
	l->foundh = foundh;
	l->arg = arg;
	resolve_hosts_each(host, lookup_row, l);
	if (!l->count && layer->dnsc)
		ask(l, layer->dnsc, host);
	tmr_start(&l->tmr, l->open ? ms : 0, lookup_over_h, l);
	*lp = l;

	return 0;
}

/**
 * @file signaling/transport/layer_defer.c  Requests whose next hop is being
 * looked for
 *
 * A Contact may name a host whose name server never answers, and libre repeats
 * a request as long as nobody does: so a request is here once, however often
 * it is repeated, and who has many here leaves places for others.
 */
#include <string.h>
#include "signaling/transport/transport_private.h"


struct deferred {
	struct le le;
	struct transport_layer *layer;
	struct layer_resolve *resolve;
	struct mbuf *mb;
	struct sip_lines lines; /**< of mb */
	struct rewrite_out out;
	uint64_t flow; /**< of the dialog */
	bool counted;  /**< takes a place */
};


static void deferred_destructor(void *arg)
{
	struct deferred *d = arg;

	list_unlink(&d->le);
	if (d->counted)
		--d->layer->deferred_count;
	mem_deref(d->resolve);
	mem_deref(d->mb);
}


static void deferred_handler(int err, const char *route, uint64_t id,
			     void *arg)
{
	struct deferred *d = arg;
	struct flow *flow = err ? NULL : flows_find(d->layer->flows, id);
	(void)route;

	if (flow)
		(void)layer_send_on(d->layer, flow, &d->lines, &d->out);
	else
		++d->layer->counters.no_flow;

	mem_deref(d);
}


static bool has_same(const struct sip_lines *a, const struct sip_lines *b,
		     enum sip_line_kind id)
{
	const struct sip_line *one = sip_lines_find(a, id);
	const struct sip_line *other = sip_lines_find(b, id);

	return one && other && !pl_cmp(&one->value, &other->value);
}


static bool is_here(const struct transport_layer *layer,
		    const struct sip_lines *w)
{
	struct le *le;

	for (le = list_head(&layer->deferred); le; le = le->next) {
		const struct deferred *d = le->data;

		if (has_same(&d->lines, w, SIP_LINES_VIA) &&
		    has_same(&d->lines, w, SIP_LINES_CSEQ))
			return true;
	}

	return false;
}


/** Did who is there bring both? By his host; by the flow where it is of ours
 *  and nobody has answered by it */
static bool is_of_same(const struct deferred *d, const struct rewrite_out *out,
		       uint64_t flow)
{
	if (!out->host_known || !d->out.host_known)
		return out->host_known == d->out.host_known && d->flow == flow;

	return !memcmp(d->out.host, out->host, sizeof(out->host));
}


/** One may have a part of what is free, whatever others have: so there is a
 *  place for who has none */
static bool has_place(const struct transport_layer *layer,
		      const struct rewrite_out *out, uint64_t flow)
{
	size_t held = 0;
	struct le *le;

	if (layer->deferred_count >= LAYER_DEFERRED_MAX)
		return false;

	for (le = list_head(&layer->deferred); le; le = le->next) {
		const struct deferred *d = le->data;

		held += d->counted && is_of_same(d, out, flow);
	}

	return held * LAYER_DEFERRED_SHARE <
	       LAYER_DEFERRED_MAX - layer->deferred_count;
}


/** An address is found before the next message */
static bool is_address(const char *text)
{
	struct uri uri;
	struct pl pl;
	struct sa sa;

	pl_set_str(&pl, text);

	return !uri_decode(&uri, &pl) && !sa_set(&sa, &uri.host, 0);
}


int layer_defer(struct transport_layer *layer, const struct mbuf *mb,
		const struct sip_lines *w, const struct rewrite_out *out,
		uint64_t flow)
{
	const bool counted = !is_address(out->next_hop);
	struct deferred *d;
	int err;

	if (is_here(layer, w)) {
		++layer->counters.repeats;
		return 0;
	}
	if (counted && !has_place(layer, out, flow))
		return EBUSY;

	d = mem_zalloc(sizeof(*d), deferred_destructor);
	if (!d)
		return ENOMEM;

	d->layer = layer;
	d->flow = flow;
	d->counted = counted;
	layer->deferred_count += counted;
	list_append(&layer->deferred, &d->le, d);

	d->mb = mbuf_alloc(mbuf_get_left(mb));
	err = d->mb ? mbuf_write_mem(d->mb, mbuf_buf(mb), mbuf_get_left(mb))
		    : ENOMEM;
	if (!err) {
		d->lines = *w;
		d->out = *out;
		sip_lines_move(&d->lines, (const char *)d->mb->buf,
			       d->mb->end);
		err = layer_resolve(&d->resolve, layer, out->next_hop,
				    deferred_handler, d);
	}
	if (err)
		mem_deref(d);

	return err;
}

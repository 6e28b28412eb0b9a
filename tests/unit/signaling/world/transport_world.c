/**
 * @file test_layer_world.c  A layer and a plain user agent behind it
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <jansson.h>
#include "signaling/http/certificate.h"
#include "tests/unit/signaling/world/transport_world.h"
#include "tests/unit/unit.h"


enum { PATIENCE_MS = 3000 };


static void world_destructor(void *arg)
{
	struct world *w = arg;
	char file[128];

	mem_deref(w->request);
	mem_deref(w->dialog);
	mem_deref(w->invite);
	mem_deref(w->handled);
	mem_deref(w->flows);
	mem_deref(w->http);
	mem_deref(w->layer);
	(void)re_snprintf(file, sizeof(file), "%s/tls.pem",
			  w->config.data_dir);
	(void)unlink(file);
	(void)rmdir(w->config.data_dir);
	mem_deref(w->config.data_dir);
}


static void cancel_handler(void *arg)
{
	struct world *w = arg;

	++w->cancels;
	(void)sip_treply(&w->strans, layer_sip(w->layer), w->invite, 487,
			 "Request Terminated");
}


static void take_invite(struct world *w, const struct sip_msg *msg)
{
	struct sip *sip = layer_sip(w->layer);

	++w->invites;
	mem_deref(w->invite);
	w->invite = mem_ref((void *)msg);
	w->dialog = mem_deref(w->dialog);
	if (sip_dialog_accept(&w->dialog, msg) ||
	    layer_contact(w->layer, w->flow, "demo", w->contact,
			  sizeof(w->contact)))
		return;
	(void)sip_strans_alloc(&w->strans, sip, msg, cancel_handler, w);
	(void)sip_treplyf(&w->strans, NULL, sip, msg, true, 180, "Ringing",
			  "Contact: <%s>\r\nContent-Length: 0\r\n\r\n",
			  w->contact);
	if (w->hold_answer)
		return;
	(void)sip_treplyf(&w->strans, NULL, sip, msg, true, 200, "OK",
			  "Contact: <%s>\r\nContent-Length: 0\r\n\r\n",
			  w->contact);
}


static bool request_handler(const struct sip_msg *msg, void *arg)
{
	struct world *w = arg;

	(void)layer_flow(w->layer, msg, &w->info);
	w->flow = w->info.id;

	if (!pl_strcmp(&msg->met, "INVITE")) {
		take_invite(w, msg);
	}
	else if (!pl_strcmp(&msg->met, "ACK")) {
		++w->acks;
		if (w->move)
			(void)layer_dialog_moved(w->layer, msg);
	}
	else if (!pl_strcmp(&msg->met, "BYE")) {
		++w->byes;
		(void)sip_treply(NULL, layer_sip(w->layer), msg, 200, "OK");
	}
	else {
		++w->others;
		(void)sip_treply(NULL, layer_sip(w->layer), msg, 200, "OK");
	}

	return true;
}


static const struct layer_method methods[] = {
	{"INVITE", LAYER_OUTSIDE, request_handler},
	{"INVITE", LAYER_DIALOG, request_handler},
	{"ACK", LAYER_DIALOG, request_handler},
	{"BYE", LAYER_DIALOG, request_handler},
	{"OPTIONS", LAYER_OUTSIDE, request_handler},
	{"OPTIONS", LAYER_DIALOG, request_handler},
};


static void closed_handler(uint64_t flow, enum flow_transport transport,
			   void *arg)
{
	struct world *w = arg;
	(void)transport;

	w->closed_flow = flow;
}


static bool used_handler(uint64_t flow, void *arg)
{
	const struct world *w = arg;

	return flow == w->used_flow;
}


static void exit_handler(void *arg)
{
	struct world *w = arg;

	w->exited = true;
}


static void http_handler(struct http_exchange *x,
			 const struct http_request *req, void *arg)
{
	struct world *w = arg;
	struct websocket *ws;
	bool secure = req->secure;

	if (strcmp(req->path, "/ws")) {
		(void)http_reply_body(x, 404, NULL, NULL, NULL, 0);
		return;
	}
	if (!websocket_accept(&ws, x, "sip") &&
	    layer_add_websocket(w->layer, ws, secure))
		mem_deref(ws);
}


int world_alloc(struct world **wp, unsigned rate, unsigned calls,
		unsigned strangers)
{
	char dir[] = "/tmp/parley-unit-XXXXXX";
	struct world *w;
	struct sa sa;
	int err;

	w = mem_zalloc(sizeof(*w), world_destructor);
	if (!w)
		return ENOMEM;

	(void)sa_set_str(&sa, "127.0.0.1", 0);
	w->config.sip_listen[0] = sa;
	w->config.sip_listen_count = 1;
	w->config.sip_tls_listen[0] = sa;
	w->config.sip_tls_listen_count = 1;
	w->config.sip_message_max_bytes = 65535;
	w->config.sip_rate_per_source = rate;
	w->config.invite_rate_per_source = calls;
	w->config.strangers_rate = strangers;
	if (!mkdtemp(dir))
		return errno;
	err = str_dup(&w->config.data_dir, dir);
	if (!err)
		err = layer_alloc(&w->layer, &w->config, exit_handler, w);
	if (!err)
		err = layer_handle(&w->handled, w->layer, methods,
				   ARRAY_SIZE(methods), w);
	if (!err)
		err = http_server_alloc(&w->http, &sa, NULL, http_handler, w);
	if (!err)
		err = layer_listen_flows(&w->flows, w->layer, closed_handler,
					 used_handler, w);

	if (err)
		mem_deref(w);
	else
		*wp = w;

	return err;
}


struct waiting {
	struct tmr patience, poll;
	const bool *flag;
	const unsigned *n;
	unsigned count;
	bool timed_out;
};


static void patience_handler(void *arg)
{
	struct waiting *wait = arg;

	wait->timed_out = true;
	re_cancel();
}


static void poll_handler(void *arg)
{
	struct waiting *wait = arg;

	if ((wait->flag && *wait->flag) ||
	    (wait->n && *wait->n >= wait->count)) {
		re_cancel();
		return;
	}
	tmr_start(&wait->poll, 1, poll_handler, wait);
}


static bool wait_for(struct waiting *wait, uint64_t ms)
{
	tmr_start(&wait->patience, ms, patience_handler, wait);
	tmr_start(&wait->poll, 0, poll_handler, wait);
	(void)re_main(NULL);
	tmr_cancel(&wait->patience);
	tmr_cancel(&wait->poll);

	return !wait->timed_out;
}


bool world_until(struct world *w, const bool *flag)
{
	struct waiting wait = {.flag = flag};
	(void)w;

	return wait_for(&wait, unit_patience_ms(PATIENCE_MS));
}


bool world_count(struct world *w, const unsigned *n, unsigned count)
{
	struct waiting wait = {.n = n, .count = count};
	(void)w;

	return wait_for(&wait, unit_patience_ms(PATIENCE_MS));
}


/** Messages that went in and out of the layer until now */
static json_int_t traffic(const struct world *w)
{
	json_t *stats = layer_stats(w->layer);
	json_int_t n = json_integer_value(json_object_get(stats, "in")) +
		       json_integer_value(json_object_get(stats, "out"));

	json_decref(stats);

	return n;
}


void world_routed(int err, const char *route, uint64_t flow, void *arg)
{
	struct world *w = arg;

	w->route_err = err;
	w->flow = flow;
	if (route)
		(void)re_snprintf(w->route, sizeof(w->route), "%s", route);
	w->routed = true;
}


void world_settle(struct world *w)
{
	json_int_t seen;

	do {
		struct waiting wait = {0};

		seen = traffic(w);
		(void)wait_for(&wait, 30);
	} while (traffic(w) != seen);
}


static void response_handler(int err, const struct sip_msg *msg, void *arg)
{
	struct world *w = arg;

	w->last_status = err ? -err : msg->scode;
}


int world_request(struct world *w, const char *method)
{
	w->last_status = 0;

	return sip_drequestf(&w->request, layer_sip(w->layer), true, method,
			     w->dialog, 0, NULL, NULL, response_handler, w,
			     "%sContent-Length: 0\r\n\r\n",
			     w->headers ? w->headers : "");
}

/**
 * @file signaling/session/server_request.c  A message and its transaction
 */
#include <errno.h>
#include "signaling/session/server_request.h"

struct server_request {
	struct sip_msg *msg;
	struct sip_strans *st;
};

static void server_request_destructor(void *arg)
{
	server_request_drop(arg);
}

int server_request_alloc(struct server_request **rp)
{
	*rp = mem_zalloc(sizeof(**rp), server_request_destructor);

	return *rp ? 0 : ENOMEM;
}

int server_request_begin(struct server_request *r, struct sip *sip,
			 const struct sip_msg *msg, sip_cancel_h *cancelh,
			 void *arg)
{
	int err;

	server_request_drop(r);
	err = sip_strans_alloc(&r->st, sip, msg, cancelh, arg);
	if (!err)
		r->msg = mem_ref((void *)msg);

	return err;
}

const struct sip_msg *server_request_msg(const struct server_request *r)
{
	return r->msg;
}

bool server_request_is_invite(const struct server_request *r)
{
	return r->msg && !pl_strcmp(&r->msg->met, "INVITE");
}

bool server_request_is_open(const struct server_request *r)
{
	return r->st != NULL;
}

struct sip_strans **server_request_strans(struct server_request *r)
{
	return &r->st;
}

void server_request_forget(struct server_request *r)
{
	r->msg = mem_deref(r->msg);
}

void server_request_drop(struct server_request *r)
{
	r->st = mem_deref(r->st);
	r->msg = mem_deref(r->msg);
}

void server_request_move(struct server_request *to,
			 struct server_request *from)
{
	server_request_drop(to);
	*to = *from;
	from->msg = NULL;
	from->st = NULL;
}

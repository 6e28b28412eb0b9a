/**
 * @file signaling/control/control.c  The control socket
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <jansson.h>
#include "focus/command/command.h"
#include "focus/conference/focus.h"
#include "focus/config/config.h"
#include "focus/policy/policy.h"
#include "mixer/base/log.h"
#include "mixer/base/re.h"
#include "signaling/control/control.h"
#include "signaling/control/control_socket.h"
#include "signaling/http/acceptor.h"


enum { READ_BYTES = 4096, CONTROL_WHY_BYTES = 256 };

struct control {
	struct focus *focus;
	char *path;
	struct acceptor *acceptor;
	bool bound;
	struct list clients;
};

struct client {
	struct le le;
	struct control *control; /**< NULL once it is closed */
	int fd;
	struct mbuf *in, *out;
	struct event_subscription *watch;
	unsigned pending; /**< commands not answered yet */
	struct tmr idle;  /**< until the next command; not of watchers */
	struct tmr line;  /**< until the end of the line that has begun */
	struct tmr stall; /**< until it reads; not of watchers */
	bool want_write;
	bool ended; /**< it will send no more */
};


static void event_h(int flags, void *arg);


/** Closed at once; freed when no answer is under way any more */
static void client_close(struct client *cl)
{
	if (!cl->control)
		return;

	cl->control = NULL;
	tmr_cancel(&cl->idle);
	tmr_cancel(&cl->line);
	tmr_cancel(&cl->stall);
	list_unlink(&cl->le);
	cl->watch = mem_deref(cl->watch);
	fd_close(cl->fd);
	(void)close(cl->fd);
	cl->fd = -1;
	mem_deref(cl);
}


static void client_destructor(void *arg)
{
	struct client *cl = arg;

	mem_deref(cl->in);
	mem_deref(cl->out);
}


static void deadline_h(void *arg)
{
	struct client *cl = arg;

	log_info("control", "client dropped: it says or reads nothing");
	client_close(cl);
}


/** No command has come for long; one that waits for an answer need not ask
 *  again */
static void idle_h(void *arg)
{
	struct client *cl = arg;

	if (cl->pending)
		tmr_start(&cl->idle, CONTROL_IDLE_MS, idle_h, cl);
	else
		deadline_h(cl);
}


/** @return 0, EAGAIN when the client must read first, or why it is gone */
static int flush(struct client *cl)
{
	struct mbuf *mb = cl->out;

	while (mbuf_get_left(mb)) {
		ssize_t n = send(cl->fd, mbuf_buf(mb), mbuf_get_left(mb),
				 MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno;
		mbuf_advance(mb, n);
	}

	mb->pos = mb->end = 0;

	return 0;
}


static int update(struct client *cl)
{
	const size_t left = mbuf_get_left(cl->out);
	int err = flush(cl);
	bool want = err == EAGAIN;

	if (err && !want)
		return err;

	if (!want)
		tmr_cancel(&cl->stall);
	else if (!cl->watch && (left != mbuf_get_left(cl->out) ||
				!tmr_isrunning(&cl->stall)))
		tmr_start(&cl->stall, CONTROL_STALL_MS, deadline_h, cl);

	if (cl->ended && !want && !cl->pending)
		return ECONNRESET;

	if (want == cl->want_write)
		return 0;

	cl->want_write = want;

	return fd_listen(cl->fd,
			 (cl->ended ? 0 : FD_READ) | (want ? FD_WRITE : 0),
			 event_h, cl);
}


/** Behind what waits; what was sent is cut off first */
static int append(struct mbuf *mb, const char *text, size_t len)
{
	size_t pos = mb->pos, left = mbuf_get_left(mb);
	int err;

	if (left + len > CONTROL_BACKLOG_MAX)
		return ENOBUFS;

	if (pos > CONTROL_BACKLOG_MAX / 2) {
		memmove(mb->buf, mb->buf + pos, left);
		pos = 0;
		mb->end = left;
	}

	mb->pos = mb->end;
	err = mbuf_write_mem(mb, (const uint8_t *)text, len);
	mb->pos = pos;

	return err;
}


static void send_line(struct client *cl, const json_t *msg)
{
	size_t len;
	char *text;
	int err;

	if (!cl->control)
		return;

	/* json_dumps() may leave bytes out where memory fails */
	len = json_dumpb(msg, NULL, 0, JSON_COMPACT);
	text = len ? mem_alloc(len, NULL) : NULL;
	err = text && json_dumpb(msg, text, len, JSON_COMPACT) == len
		      ? append(cl->out, text, len)
		      : ENOMEM;
	if (!err)
		err = append(cl->out, "\n", 1);
	if (!err)
		err = update(cl);

	mem_deref(text);

	if (err) {
		if (err != ECONNRESET && err != EPIPE)
			log_warn("control", "client dropped error=%d", err);
		client_close(cl);
	}
}


static void reply_h(json_t *reply, void *arg)
{
	struct client *cl = arg;

	cl->pending--;
	send_line(cl, reply);
	mem_deref(cl);
}


static void control_refuse(struct client *cl, enum reason reason,
			   const char *words)
{
	const struct reason_row *row = reason_row(reason);
	json_t *reply =
		json_pack("{s:b,s:s,s:i,s:s}", "ok", false, "code", row->token,
			  "status", (int)row->http_status, "error", words);

	send_line(cl, reply);
	json_decref(reply);
}


static void watch_h(const json_t *event, void *arg)
{
	send_line(arg, event);
}


/** @return false: it has been refused. What was promised by "ok" goes on until
 *  either side closes */
static bool may_watch(struct client *cl, const json_t *conference)
{
	const char *name = json_string_value(conference);
	char canonical[POLICY_NAME_MAX + 1];

	if (cl->watch)
		control_refuse(cl, REASON_BAD_REQUEST,
			       "this connection watches already");
	else if (conference && !name)
		control_refuse(cl, REASON_BAD_REQUEST,
			       "\"conference\" is not a string");
	else if (name && focus_name(cl->control->focus, name, canonical))
		control_refuse(cl, REASON_NOT_FOUND,
			       "no conference can have that name");
	else
		return true;

	return false;
}


static void watch(struct client *cl, const json_t *command)
{
	const json_t *conference = json_object_get(command, "conference");
	struct event_subscription *sub = NULL;
	json_t *ok;
	enum reason reason = REASON_INTERNAL;

	if (!may_watch(cl, conference))
		return;

	ok = json_pack("{s:b}", "ok", true);
	mem_ref(cl);
	send_line(cl, ok);
	json_decref(ok);

	if (cl->control)
		reason = focus_subscribe(&sub, cl->control->focus,
					 json_string_value(conference),
					 watch_h, cl);
	if (reason)
		client_close(cl);

	/* the snapshot alone may have been too much for it */
	if (cl->control) {
		cl->watch = sub;
		tmr_cancel(&cl->idle);
		tmr_cancel(&cl->stall);
	}
	else
		mem_deref(sub);
	mem_deref(cl);
}


/** The socket is his alone: whoever can open it runs this server */
static const struct asker operator= {.operates = true};


static void run_line(struct client *cl, const char *line, size_t len)
{
	json_t *command;
	const char *verb;

	command = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
	verb = json_string_value(json_object_get(command, "verb"));

	if (!json_is_object(command))
		control_refuse(cl, REASON_BAD_REQUEST,
			       "not a JSON object on one line");
	else if (verb && !strcmp(verb, "watch"))
		watch(cl, command);
	else {
		if (!cl->watch)
			tmr_start(&cl->idle, CONTROL_IDLE_MS, idle_h, cl);
		cl->pending++;
		focus_command(NULL, cl->control->focus, &operator, command,
			      reply_h, mem_ref(cl));
	}

	json_decref(command);
}


/** Run the whole lines that came; keep the rest */
static void run_lines(struct client *cl)
{
	struct mbuf *mb = cl->in;
	size_t done = 0;

	while (cl->control) {
		const char *line = (const char *)mb->buf + done;
		const char *nl = memchr(line, '\n', mb->end - done);
		size_t len;

		if (!nl)
			break;

		len = (size_t)(nl - line);
		done += len + 1;
		if (len && (len > 1 || *line != '\r'))
			run_line(cl, line, len);
	}

	if (done) {
		memmove(mb->buf, mb->buf + done, mb->end - done);
		mb->end -= done;
		mb->pos = mb->end;
		tmr_cancel(&cl->line);
	}
	if (cl->control && mb->end && !tmr_isrunning(&cl->line))
		tmr_start(&cl->line, CONTROL_LINE_MS, deadline_h, cl);
}


/** `echo ... | nc -U` closes its side first and waits for the answers */
static int finish(struct client *cl)
{
	if (cl->watch || (!cl->pending && !mbuf_get_left(cl->out)))
		return ECONNRESET;

	cl->ended = true;

	return fd_listen(cl->fd, cl->want_write ? FD_WRITE : 0, event_h, cl);
}


static int receive(struct client *cl)
{
	uint8_t buf[READ_BYTES];
	ssize_t n = recv(cl->fd, buf, sizeof(buf), MSG_DONTWAIT);
	int err;

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : errno;
	if (!n)
		return finish(cl);

	cl->in->pos = cl->in->end;
	err = mbuf_write_mem(cl->in, buf, (size_t)n);
	if (err)
		return err;

	run_lines(cl);

	if (cl->control && cl->in->end > CONTROL_LINE_MAX) {
		control_refuse(cl, REASON_BAD_REQUEST, "the line is too long");
		return EMSGSIZE;
	}

	return 0;
}


static void event_h(int flags, void *arg)
{
	struct client *cl = mem_ref(arg);
	int err = 0;

	if (flags & FD_READ)
		err = receive(cl);
	if (!err && cl->control && flags & FD_WRITE)
		err = update(cl);
	if (err)
		client_close(cl);

	mem_deref(cl);
}


static int client_alloc(struct control *c, int fd)
{
	struct client *cl = mem_zalloc(sizeof(*cl), client_destructor);
	int err;

	if (!cl)
		return ENOMEM;

	cl->in = mbuf_alloc(READ_BYTES);
	cl->out = mbuf_alloc(READ_BYTES);
	err = cl->in && cl->out ? fd_listen(fd, FD_READ, event_h, cl) : ENOMEM;
	if (err) {
		mem_deref(cl);
		return err;
	}

	tmr_start(&cl->idle, CONTROL_FIRST_MS, idle_h, cl);
	cl->control = c;
	cl->fd = fd;
	list_append(&c->clients, &cl->le, cl);

	return 0;
}


static void accept_h(int fd, const struct sa *peer, void *arg)
{
	struct control *c = arg;

	(void)peer;

	if (list_count(&c->clients) >= CONTROL_CLIENTS_MAX ||
	    client_alloc(c, fd)) {
		log_warn("control", "client refused clients=%u",
			 list_count(&c->clients));
		(void)close(fd);
	}
}


static void control_destructor(void *arg)
{
	struct control *c = arg;

	while (c->clients.head)
		client_close(c->clients.head->data);

	mem_deref(c->acceptor);
	if (c->bound)
		(void)unlink(c->path);
	mem_deref(c->path);
}


static int open_socket(struct control *c, const struct config *config,
		       char *why, size_t size)
{
	int fd, err;

	err = control_socket_open(&fd, config, why, size);
	if (err)
		return err;

	c->bound = true;

	return acceptor_alloc(&c->acceptor, fd, c->path, accept_h, c);
}


int control_alloc(struct control **cp, const struct config *config,
		  struct focus *focus)
{
	char why[CONTROL_WHY_BYTES] = "";
	struct control *c;
	int err;

	if (!cp || !config || !focus)
		return EINVAL;

	c = mem_zalloc(sizeof(*c), control_destructor);
	if (!c)
		return ENOMEM;

	c->focus = focus;
	err = str_dup(&c->path, config->control_socket);
	if (!err)
		err = open_socket(c, config, why, sizeof(why));

	if (err) {
		log_error("control",
			  "cannot listen key=control_socket path=%s "
			  "error=\"%s\"",
			  config->control_socket, *why ? why : strerror(err));
		mem_deref(c);
	}
	else {
		*cp = c;
	}

	return err;
}

/**
 * @file signaling/web/page.c  Routes of the join page, the API and WebSocket
 */
#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <jansson.h>
#include "focus/conference/booking.h"
#include "focus/conference/focus.h"
#include "focus/conference/number.h"
#include "focus/config/config.h"
#include "focus/config/config_value.h"
#include "mixer/base/log.h"
#include "signaling/http/certificate.h"
#include "signaling/http/origin.h"
#include "signaling/http/websocket.h"
#include "signaling/message/identity.h"
#include "signaling/transport/layer.h"
#include "signaling/web/page.h"
#include "signaling/web/page_files.h"
#include "signaling/web/page_ice.h"
#include "signaling/web/page_reply.h"
#include "signaling/web/page_self.h"

struct page {
	const struct config *config;
	struct focus *focus;
	struct transport_layer *layer;
	struct page_files *files;
	struct tls *tls;
	struct http_server *http[CONFIG_LISTEN_MAX];
	struct http_server *https[CONFIG_LISTEN_MAX];
	struct page_ice *ice;
	regex_t origins; /**< other sites that are let in */
	bool compiled;
	struct list waiting; /**< requests whose answer takes its time */
};

enum {
	/** Longest Host that is repeated in an answer, bytes */
	HOST_MAX = 255,
};


static void page_destructor(void *arg)
{
	struct page *p = arg;

	list_flush(&p->waiting);
	for (size_t i = 0; i < CONFIG_LISTEN_MAX; i++) {
		mem_deref(p->http[i]);
		mem_deref(p->https[i]);
	}
	mem_deref(p->ice);
	mem_deref(p->tls);
	mem_deref(p->files);
	if (p->compiled)
		regfree(&p->origins);
}


/** The Host header when it is nothing but host and port, else "" */
static const char *safe_host(const struct http_exchange *x)
{
	static const char chars[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789.-:[]";
	const char *host = http_header(x, "Host");

	if (!host || strlen(host) > HOST_MAX || host[strspn(host, chars)])
		return "";
	return host;
}


/** What a document may do. Browsers differ on whether 'self' covers wss:, so
 *  the host is named */
static int print_security(char *dst, size_t size, const char *host)
{
	int n = re_snprintf(
		dst, size,
		"Content-Security-Policy: default-src 'none'; "
		"script-src 'self'; style-src 'self'; img-src 'self' data:; "
		"font-src 'self'; media-src 'self' blob: mediastream:; "
		"manifest-src 'self'; connect-src 'self'%s%s%s%s; "
		"base-uri 'none'; form-action 'self'; "
		"frame-ancestors 'none'\r\n"
		"X-Content-Type-Options: nosniff\r\n"
		"Referrer-Policy: no-referrer\r\n"
		"Cross-Origin-Opener-Policy: same-origin\r\n"
		"Permissions-Policy: camera=(self), microphone=(self), "
		"display-capture=(self), geolocation=(), payment=(), usb=()"
		"\r\n",
		host[0] ? " wss://" : "", host, host[0] ? " ws://" : "", host);

	return n < 0 ? ENOMEM : 0;
}


static bool etag_matches(const char *header, const char *etag)
{
	return header && (strstr(header, etag) || !strcmp(header, "*"));
}


/** In the encoding that is wanted (RFC 9110 section 8.4); caches learn that
 *  there are others, also where it is not modified */
static void reply_file(struct http_exchange *x, const struct page_file *file)
{
	enum encoding encoding =
		page_file_choose(file, http_header(x, "Accept-Encoding"));
	const struct page_body *body = &file->bodies[encoding];
	bool fresh = etag_matches(http_header(x, "If-None-Match"), body->etag);
	const char *coding = fresh ? NULL : encoding_name(encoding);
	char headers[2048], security[1536];

	if (print_security(security, sizeof(security), safe_host(x)) ||
	    re_snprintf(
		    headers, sizeof(headers),
		    "ETag: %s\r\nCache-Control: %s\r\n%s%s%s%s%s", body->etag,
		    file->immutable ? "public, max-age=31536000, immutable"
				    : "no-cache",
		    coding ? "Content-Encoding: " : "", coding ? coding : "",
		    coding ? "\r\n" : "",
		    page_file_varies(file) ? "Vary: Accept-Encoding\r\n" : "",
		    security) < 0) {
		page_reply_words(x, 500, "Headers too long.\n");
		return;
	}
	(void)http_reply_shared(x, fresh ? 304 : 200,
				fresh ? NULL : file->ctype, headers,
				body->content, fresh ? 0 : body->len);
}


/** Our own page, or one of a site that the configuration lets in (RFC 6455
 *  section 10.2). Programs that are no browsers send no Origin */
static bool origin_is_welcome(const struct page *p,
			      const struct http_exchange *x, bool secure)
{
	const char *origin = http_header(x, "Origin");

	return !origin ||
	       origin_is_ours(origin, http_header(x, "Host"), secure,
			      p->config->domain) ||
	       !regexec(&p->origins, origin, 0, NULL, 0);
}


/** An engineer whose application stays out reads why */
static void note_stranger(const struct http_exchange *x)
{
	const char *origin = http_header(x, "Origin");
	char text[200];

	log_warn("page", "site refused key=web_origins origin=%s",
		 log_escape(text, sizeof(text), origin, strlen(origin)));
}


static void open_websocket(struct page *p, struct http_exchange *x,
			   bool secure)
{
	struct websocket *ws = NULL;

	if (!origin_is_welcome(p, x, secure)) {
		note_stranger(x);
		page_reply_words(x, 403,
				 "Pages of your site are not let in here.\n");
		return;
	}
	if (websocket_accept(&ws, x, "sip"))
		return;
	if (layer_add_websocket(p->layer, ws, secure)) {
		websocket_close(ws, WEBSOCKET_INTERNAL);
		mem_deref(ws);
	}
}


/** "sip:NAME@host[:port]" for people who dial; "" if it does not fit */
static void print_uri(char *dst, size_t size, const struct page *p,
		      const struct http_exchange *x, const char *name)
{
	const char *host = p->config->domain;
	unsigned port = 5060;
	struct sa sip;
	size_t len;

	if (!layer_sip_advertised(p->layer, &sip))
		port = sa_port(&sip);

	if (!host || !host[0])
		host = safe_host(x);
	/* Without the port; that of "[2001:db8::1]:8443" is after the ']' */
	len = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
	if (!host[0] || len > strlen(host) ||
	    re_snprintf(dst, size, "sip:%s@%b", name, host, len) < 0)
		dst[0] = '\0';
	else if (port != 5060)
		(void)re_snprintf(dst + strlen(dst), size - strlen(dst), ":%u",
				  port);
}


/** Who wants to know whether one may come in, until that is answered */
struct page_question {
	struct le le; /**< in page->waiting */
	struct page *page;
	struct http_exchange *x; /**< NULL once it is answered */
	struct ask *ask;
	char *name;
};


static void page_question_destructor(void *arg)
{
	struct page_question *q = arg;

	list_unlink(&q->le);
	mem_deref(q->ask);
	mem_deref(q->name);
	if (q->x)
		page_reply_words(q->x,
				 reason_row(REASON_SHUTDOWN)->http_status,
				 reason_row(REASON_SHUTDOWN)->words);
}


/** What will be asked of who comes in: whether a PIN is, or may be; and what
 *  it is called */
static void tell_settings(json_t *json, const struct booking *b)
{
	const struct conference_settings *s = &b->settings;

	if (s->guest_pin.given || s->host_pin.given)
		(void)json_object_set_new(json, "pin",
					  json_string(s->guest_pin.given
							      ? "needed"
							      : "for hosts"));
	if (*s->title)
		(void)json_object_set_new(json, "title",
					  json_string(s->title));
}


/** Where telephones call all conferences, and what they type there for this
 *  one */
static void tell_dial_in(json_t *json, const struct page_question *q,
			 const struct http_exchange *x,
			 const struct booking *b)
{
	const struct config *config = q->page->config;
	char number[NUMBER_TEXT_BYTES], uri[512] = "";
	char plain[POLICY_NAME_MAX + 1];

	number_print(number, q->page->focus, b->name,
		     number_for(q->page->focus, b->name, b->number));
	if (*config->dial_in_address)
		(void)re_snprintf(uri, sizeof(uri), "%s",
				  config->dial_in_address);
	else if (config_plain_name(config->dial_in_names, plain,
				   sizeof(plain)))
		print_uri(uri, sizeof(uri), q->page, x, plain);
	if (!number[0] || !uri[0])
		return;

	(void)json_object_set_new(json, "number", json_string(number));
	(void)json_object_set_new(json, "dial_in", json_string(uri));
}


static void tell_conference(json_t *json, const struct page_question *q,
			    const struct http_exchange *x)
{
	const struct focus *focus = q->page->focus;
	char name[POLICY_NAME_MAX + 1];
	struct booking b;

	if (focus_name(focus, q->name, name))
		return;

	if (booking_find(focus, name, &b))
		tell_settings(json, &b);
	else
		(void)str_ncpy(b.name, name, sizeof(b.name));
	tell_dial_in(json, q, x, &b);
}


static void may_join_h(enum reason reason, void *arg)
{
	struct page_question *q = arg;
	struct http_exchange *x = q->x;
	const struct reason_row *row;
	char uri[512];
	json_t *json;

	/* that one is for who has nothing but keys */
	if (number_is_asked_at(q->page->focus, q->name))
		reason = REASON_NOT_FOUND;
	row = reason_row(reason);
	json = json_pack("{s:b, s:s, s:s}", "may_join", reason == REASON_NONE,
			 "reason", row->token, "words", row->words);
	print_uri(uri, sizeof(uri), q->page, x, q->name);
	if (json && uri[0] && reason != REASON_NOT_FOUND)
		(void)json_object_set_new(json, "uri", json_string(uri));
	if (json && q->page->config->turn_uri_count)
		(void)json_object_set_new(json, "relay", json_true());
	if (json && reason != REASON_NOT_FOUND)
		tell_conference(json, q, x);

	q->x = NULL;
	mem_deref(q);
	page_reply_json(x, reason == REASON_NOT_FOUND ? 404 : 200, json);
}


/** The exchange waits as long as the answer takes; nothing else does */
static void ask_to_join(struct page *p, struct http_exchange *x,
			const char *name)
{
	struct page_question *q;
	const struct question question = {
		.kind = QUESTION_JOIN, .conference = name, .probe = true};

	q = mem_zalloc(sizeof(*q), page_question_destructor);
	if (!q || str_dup(&q->name, name)) {
		mem_deref(q);
		page_reply_words(x, 500, "Out of memory.\n");
		return;
	}

	q->page = p;
	q->x = x;
	list_append(&p->waiting, &q->le, q);
	focus_ask(&q->ask, p->focus, &question, may_join_h, q);
}


static void api(struct page *p, struct http_exchange *x,
		const struct http_request *req)
{
	static const char conferences[] = "/api/conferences/";
	const size_t n = sizeof(conferences) - 1;

	if (!strncmp(req->path, conferences, n) && req->path[n] &&
	    strlen(req->path) < n + 128) {
		ask_to_join(p, x, req->path + n);
	}
	else {
		page_reply_words(x, 404, "There is nothing here.\n");
	}
}


static void document(struct page *p, struct http_exchange *x, const char *path)
{
	const struct page_file *file = page_files_find(p->files, path + 1);

	/* "/NAME" is the join page; a missing script is not */
	if (!file && !strchr(path + 1, '/') && !page_files_type(path))
		file = page_files_find(p->files, "index.html");
	if (file)
		reply_file(x, file);
	else
		page_reply_words(x, 404, "There is nothing here.\n");
}


static void request_h(struct http_exchange *x, const struct http_request *req,
		      void *arg)
{
	struct page *p = arg;
	const char *upgrade = http_header(x, "Upgrade");
	bool get = !strcmp(req->method, "GET");

	if (get && (!strcmp(req->path, "/ws") ||
		    (upgrade && !strcasecmp(upgrade, "websocket"))))
		open_websocket(p, x, req->secure);
	else if (!strcmp(req->path, "/api/self") &&
		 !strcmp(req->method, "POST"))
		page_self(&p->waiting, p->focus, x, req);
	else if (!get && strcmp(req->method, "HEAD") != 0)
		(void)http_reply_body(x, 405, NULL, "Allow: GET, HEAD\r\n",
				      NULL, 0);
	else if (!strcmp(req->path, "/healthz"))
		page_reply_words(x, 200, "ok\n");
	else if (!strncmp(req->path, "/api/", 5) && get)
		api(p, x, req);
	else
		document(p, x, req->path);
}


static int listen_all(struct page *p, struct http_server **servers,
		      const struct sa *addrs, size_t count, struct tls *tls)
{
	for (size_t i = 0; i < count; i++) {
		int err = http_server_alloc(&servers[i], &addrs[i], tls,
					    request_h, p);

		if (!err)
			err = http_server_set_rate(
				servers[i], identity_host_is_free, p->config);
		if (err) {
			char addr[80];

			(void)re_snprintf(addr, sizeof(addr), "%J", &addrs[i]);
			log_error("page",
				  "cannot listen key=%s address=%s "
				  "error=%s",
				  tls ? "https_listen" : "http_listen", addr,
				  strerror(err));
			return err;
		}
	}
	return 0;
}


static int compile_origins(struct page *p)
{
	char pattern[300];

	(void)re_snprintf(pattern, sizeof(pattern), "^(%s)$",
			  p->config->web_origins);
	if (regcomp(&p->origins, pattern, REG_EXTENDED | REG_NOSUB))
		return EINVAL;

	p->compiled = true;

	return 0;
}


int page_alloc(struct page **pp, const struct config *config,
	       struct focus *focus, struct transport_layer *layer)
{
	struct page *p;
	int err;

	if (!pp || !config)
		return EINVAL;
	p = mem_zalloc(sizeof(*p), page_destructor);
	if (!p)
		return ENOMEM;
	p->config = config;
	p->focus = focus;
	p->layer = layer;
	err = compile_origins(p);
	if (!err)
		err = page_files_alloc(&p->files, config->web_dir);
	if (err)
		goto out;
	if (config->https_listen_count) {
		err = certificate_tls(&p->tls, config);
		if (err)
			goto out;
	}
	err = listen_all(p, p->https, config->https_listen,
			 config->https_listen_count, p->tls);
	if (!err)
		err = listen_all(p, p->http, config->http_listen,
				 config->http_listen_count, NULL);
	if (!err && config->ice_tcp)
		err = page_ice_alloc(&p->ice, focus, config, p->https,
				     config->https_listen_count);

out:
	if (err)
		mem_deref(p);
	else
		*pp = p;
	return err;
}


int page_reload(struct page *page)
{
	return page ? certificate_reload(page->tls, page->config) : 0;
}


int page_url(const struct page *page, uint64_t flow, const char *conference,
	     char *dst, size_t size)
{
	const struct sa *sa = page_addr(page, true);
	const bool secure = sa != NULL;
	struct flow_info info;
	struct sa local;
	struct pl name;
	int n;

	if (!sa)
		sa = page_addr(page, false);
	if (!sa || layer_flow_by_id(page->layer, flow, &info))
		return ENOENT;

	pl_set_str(&name, conference);
	local = *sa;
	if (secure)
		config_advertise(page->config, CONFIG_SERVICE_HTTPS, &local);
	if (sa_is_any(&local)) {
		local = info.local;
		sa_set_port(&local, sa_port(sa));
	}
	if (str_isset(page->config->domain))
		n = re_snprintf(dst, size, "http%s://%s:%u/%H",
				secure ? "s" : "", page->config->domain,
				sa_port(&local), uri_user_escape, &name);
	else
		n = re_snprintf(dst, size, "http%s://%J/%H", secure ? "s" : "",
				&local, uri_user_escape, &name);

	return n < 0 ? EOVERFLOW : 0;
}


const struct sa *page_addr(const struct page *page, bool secure)
{
	const struct http_server *h;

	if (!page)
		return NULL;
	h = secure ? page->https[0] : page->http[0];
	return h ? http_server_addr(h) : NULL;
}

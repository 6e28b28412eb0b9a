/**
 * @file signaling/web/page.h  The web's side: join page, HTTP API, SIP over WS
 *
 * One port serves all of it, over TLS and (on loopback) without:
 *   GET /, /NAME                 the join page; other files of web_dir
 *   GET /ws, or any Upgrade      SIP over WebSocket (RFC 7118), to the
 * transport layer; a browser's Origin must be this host, or match web_origins
 *   GET /api/conferences/NAME    {"may_join":bool,"reason":TOKEN,
 *                                "words":TEXT,"uri":"sip:NAME@host"}; 404
 *                                when there is no such conference;
 *                                "relay":true: an OPTIONS may bring TURN
 *                                servers (signaling/conference/relay.h)
 *   POST /api/self               {"muted":bool}: the participant whose secret
 *                                stands in Authorization mutes itself; 204,
 *                                400, 403
 *   GET /healthz                 "ok"
 *
 * Files are read once, when the page is made: nothing of a request reaches
 * the file system. Lives on parleyd's loop.
 */
#ifndef PARLEY_SIGNALING_WEB_PAGE_H
#define PARLEY_SIGNALING_WEB_PAGE_H

#include <stdbool.h>
#include "mixer/base/re.h"

struct page;
struct config;
struct focus;
struct transport_layer;

/**
 * Open the http_listen and https_listen servers
 *
 * @param config,focus,layer Borrowed for the page's life
 * @param pp Set to the page; mem_deref() closes the servers
 * @return 0; EADDRINUSE etc. with a log line that names key and address
 */
int page_alloc(struct page **pp, const struct config *config,
	       struct focus *focus, struct transport_layer *layer);

/** Read the TLS certificate anew. @return 0 or errno, logged */
int page_reload(struct page *page);

/**
 * Where a browser joins a conference
 *
 * @param page NULL: ENOENT
 * @param flow Of who asks: without a configured domain our address there
 *             stands in the link
 * @return 0; ENOENT there is no such page; EOVERFLOW
 */
int page_url(const struct page *page, uint64_t flow, const char *conference,
	     char *dst, size_t size);

/** Address of the first HTTPS (or HTTP) server, NULL if there is none */
const struct sa *page_addr(const struct page *page, bool secure);

#endif

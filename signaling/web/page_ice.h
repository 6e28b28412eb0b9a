/**
 * @file signaling/web/page_ice.h  Media that comes to the page's port
 *
 * Where a network lets nothing pass but what looks like the web, browsers send
 * media by TCP to the port of the page (RFC 6544): the connection is handed to
 * the mixer whose leg it begins with a check for. Only connections with a
 * ufrag that there is are, at rates (signaling/web/ice_rates.h); what a mixer
 * finds to be none of its legs' it closes. Lives on parleyd's loop.
 */
#ifndef PARLEY_SIGNALING_WEB_PAGE_ICE_H
#define PARLEY_SIGNALING_WEB_PAGE_ICE_H

#include "signaling/http/http.h"

struct config;
struct focus;
struct page_ice;

/**
 * Begin: have the mixers advertise these servers' ports
 *
 * @param pp    Set to what the servers call back with: to be freed after them
 * @return 0 or ENOMEM
 */
int page_ice_alloc(struct page_ice **pp, struct focus *focus,
		   const struct config *config,
		   struct http_server *const https[], size_t count);

#endif
